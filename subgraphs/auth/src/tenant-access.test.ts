import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { anAuthSubgraph, password, type Registered } from './testing.ts';

const { subgraph, register } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

const setAccess = (who: Identity, tenantId: string | null, isOpen: boolean) =>
  run(
    subgraph,
    who,
    'mutation ($tenantId: ID!, $isOpen: Boolean!) { setTenantAccess(tenantId: $tenantId, isOpen: $isOpen) }',
    { tenantId, isOpen },
  );
const logIn = ({ email }: Registered) =>
  run(subgraph, anonymous, `mutation { login(email: "${email}", password: "${password}") { user { id } } }`);
const refresh = ({ refreshToken }: Registered) =>
  run(
    subgraph,
    anonymous,
    'mutation ($token: String!) { refreshToken(refreshToken: $token) { accessToken } }',
    { token: refreshToken },
  );

describe('a tenant whose organization is closed', () => {
  test('has nobody log in or go on, until it is open again', async () => {
    const admin = await register(`Closing ${newId()}`);
    for (let time = 0; time < 2; time += 1)
      expect((await setAccess(system, admin.identity.tenantId, false)).data).toEqual({
        setTenantAccess: true,
      });
    expect(codes(await logIn(admin))).toEqual(['UNAUTHENTICATED']);
    expect(codes(await refresh(admin))).toEqual(['UNAUTHENTICATED']);
    await setAccess(system, admin.identity.tenantId, true);
    expect((await logIn(admin)).data).toEqual({ login: { user: { id: admin.userId } } });
    // The logins from before have ended for good.
    expect(codes(await refresh(admin))).toEqual(['UNAUTHENTICATED']);
  });

  test('costs the others of the service nothing', async () => {
    const [admin, other, single] = await Promise.all([
      register(`One ${newId()}`),
      register(`Two ${newId()}`),
      register(),
    ]);
    await setAccess(system, admin.identity.tenantId, false);
    for (const one of [other, single]) {
      expect(codes(await logIn(one))).toEqual([]);
      expect(codes(await refresh(one))).toEqual([]);
    }
  });

  test('is closed too where `updateOrganization` says so', async () => {
    const admin = await register(`Closing ${newId()}`);
    await run(
      subgraph,
      superadmin,
      'mutation ($id: ID!) { updateOrganization(id: $id, input: { isActive: false }) { id } }',
      { id: admin.identity.organizationId },
    );
    expect(codes(await logIn(admin))).toEqual(['UNAUTHENTICATED']);
  });

  test('is looked at by the statement that reads the account', async () => {
    const admin = await register(`Counting ${newId()}`);
    const read = (await statementsOf(() => logIn(admin))).filter(({ text }) => text.includes('from users'));
    expect(read).toHaveLength(1);
  });

  test('is closed by the product itself', async () => {
    const admin = await register(`Closing ${newId()}`);
    for (const who of [superadmin, admin.identity])
      expect(codes(await setAccess(who, admin.identity.tenantId, false))).toEqual(['FORBIDDEN']);
    expect(codes(await logIn(admin))).toEqual([]);
  });
});
