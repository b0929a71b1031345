import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph, password } from './testing.ts';

const { subgraph, mailedToken } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const userId = newId();
const superadmin = anIdentity({ role: 'superadmin', userId });
/** The product, acting for the superadmin. */
const product: Identity = { ...system, userId };

async function anOrganization(): Promise<string> {
  const tenantId = `t_${newId().replaceAll('-', '')}`;
  const { made } = await ask<{ made: { id: string } }>(
    subgraph,
    superadmin,
    'mutation ($input: CreateOrganizationInput!) { made: createOrganization(input: $input) { id } }',
    { input: { name: 'Acme', slug: tenantId.replace('_', '-'), tenantId } },
  );
  return made.id;
}

const prepare = (who: Identity, input: object, idempotencyKey?: string) =>
  run(
    subgraph,
    who,
    `mutation ($input: CreateUserInput!, $idempotencyKey: String) {
      prepareAccount(input: $input, idempotencyKey: $idempotencyKey) { id email role isActive } }`,
    { input: { name: 'Ann', role: 'ADMIN', ...input }, idempotencyKey },
  );
const open = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { openAccount(id: "${id}") { id isActive } }`);
const removeOrganization = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { deleteOrganization(id: "${id}") }`);

async function aPrepared(): Promise<{
  readonly id: string;
  readonly email: string;
  readonly organizationId: string;
}> {
  const organizationId = await anOrganization();
  const email = `${newId()}@test.example`;
  const { data } = await prepare(product, { email, organizationId }, newId());
  return { id: (data?.prepareAccount as { id: string }).id, email, organizationId };
}

describe('a prepared account', () => {
  test('is closed, and the same when its request comes again', async () => {
    const organizationId = await anOrganization();
    const [email, key] = [`${newId()}@test.example`, newId()];
    const first = await prepare(product, { email, organizationId }, key);
    expect(first.errors).toBeUndefined();
    expect(first.data?.prepareAccount).toEqual({
      id: expect.any(String),
      email,
      role: 'ADMIN',
      isActive: false,
    });
    expect(await prepare(product, { email, organizationId }, key)).toEqual(first);
    expect(codes(await prepare(product, { email, organizationId }, newId()))).toEqual(['CONFLICT']);
  });

  test('opens with the link that it gets then', async () => {
    const { id, email } = await aPrepared();
    const reset = (token: string) =>
      run(subgraph, anonymous, `mutation { resetPassword(token: "${token}", newPassword: "${password}") }`);
    expect((await open(product, id)).data).toEqual({ openAccount: { id, isActive: true } });
    expect((await reset(await mailedToken(email, 'Your new account'))).data).toEqual({ resetPassword: true });
    const login = await run(
      subgraph,
      anonymous,
      `mutation { login(email: "${email}", password: "${password}") { user { id } } }`,
    );
    expect(login.data).toEqual({ login: { user: { id } } });
  });

  test('that has been closed after the first log-in is not opened by a late repetition', async () => {
    const { id, email } = await aPrepared();
    await open(product, id);
    const token = await mailedToken(email, 'Your new account');
    await run(
      subgraph,
      anonymous,
      `mutation { resetPassword(token: "${token}", newPassword: "${password}") }`,
    );
    await run(
      subgraph,
      anonymous,
      `mutation { login(email: "${email}", password: "${password}") { accessToken } }`,
    );
    await run(
      subgraph,
      superadmin,
      `mutation { updateUser(id: "${id}", input: { isActive: false }) { id } }`,
    );
    expect((await open(product, id)).data).toEqual({ openAccount: { id, isActive: false } });
  });
});

describe('undoing the making of an organization', () => {
  test('is refused while somebody belongs to it', async () => {
    const { id, organizationId } = await aPrepared();
    expect(codes(await removeOrganization(product, organizationId))).toEqual(['CONFLICT']);
    await run(subgraph, superadmin, `mutation { deleteUser(id: "${id}") }`);
    expect((await removeOrganization(product, organizationId)).data).toEqual({
      deleteOrganization: organizationId,
    });
    expect(codes(await removeOrganization(product, organizationId))).toEqual(['NOT_FOUND']);
  });
});

test('all of it is for the product itself', async () => {
  const { id, organizationId } = await aPrepared();
  for (const who of [superadmin, anIdentity({ role: 'admin', userId: newId(), tenantId: 'acme' })]) {
    expect(codes(await prepare(who, { email: `${newId()}@test.example`, organizationId }))).toEqual([
      'FORBIDDEN',
    ]);
    expect(codes(await open(who, id))).toEqual(['FORBIDDEN']);
    expect(codes(await removeOrganization(who, organizationId))).toEqual(['FORBIDDEN']);
  }
});
