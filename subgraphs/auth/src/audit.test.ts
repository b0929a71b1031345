import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { anIdentity } from '@cdx/access/testing';
import { run } from '@cdx/kit/testing';
import type { AuthSubgraph } from './subgraph.ts';
import { anAuthSubgraph } from './testing.ts';

let subgraph: AuthSubgraph;
let superadmin: Identity;
beforeAll(async () => {
  ({ subgraph } = await anAuthSubgraph());
  const { id } = await anAccount();
  superadmin = anIdentity({ role: 'superadmin', userId: id });
});
afterAll(() => subgraph.close());

interface Account {
  readonly id: string;
  readonly tenantId: string;
}

const password = 'a long and quiet passphrase';

/** A new account, the admin of a new organization. */
async function anAccount(): Promise<Account> {
  const email = `${newId()}@example.com`;
  const { data, errors } = await run(
    subgraph,
    anIdentity(),
    'mutation ($i: RegisterInput!) { register(input: $i) { user { id tenantId } } }',
    { i: { email, password, name: 'Ann Lee', organizationName: 'Roofs' } },
  );
  expect(errors).toBeUndefined();
  return (data?.register as { user: Account }).user;
}

const asAdmin = ({ id, tenantId }: Account): Identity => anIdentity({ role: 'admin', userId: id, tenantId });

interface Entry {
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly sequence: number;
  readonly actorId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly previousHash: string;
  readonly hash: string;
}

/** The entries of an account's tenant, oldest first. */
async function entriesOf(account: Account): Promise<Entry[]> {
  const { data, errors } = await run(
    subgraph,
    asAdmin(account),
    `{ authAuditLog(last: 200) { edges { node { action resourceType resourceId sequence actorId before after
      previousHash hash } } } }`,
  );
  expect(errors).toBeUndefined();
  const { edges } = data?.authAuditLog as { edges: { node: Entry }[] };
  return edges.map(({ node }) => node).sort((one, other) => one.sequence - other.sequence);
}

const shownOf = ({ action, resourceType }: Entry): string => `${action} ${resourceType}`;

describe('a registration', () => {
  test('has an entry for each row of the account, and none for the login that follows', async () => {
    const account = await anAccount();
    expect((await entriesOf(account)).map(shownOf)).toEqual([
      'auth.register Organization',
      'auth.register User',
      'auth.register UserProfile',
      'auth.register UserPreferences',
      'auth.register UserSubscription',
    ]);
  });

  test('shows neither the password nor the name nor the address', async () => {
    const account = await anAccount();
    const entries = await entriesOf(account);
    expect(entries[1]?.after).toMatchObject({ name: 'A***', passwordHash: '***' });
    expect(entries[1]?.after?.email).toMatch(/^.\*\*\*@example\.com$/);
    expect(JSON.stringify(entries)).not.toMatch(/Ann Lee|argon2/);
  });
});

describe('a grant', () => {
  test('of a role and its revocation each have an entry in the tenant of the user', async () => {
    const account = await anAccount();
    const { data } = await run(
      subgraph,
      superadmin,
      '{ roles(filter: { name: { eq: "admin" } }) { edges { node { id } } } }',
    );
    const roleId = (data?.roles as { edges: { node: { id: string } }[] }).edges[0]?.node.id ?? '';
    const variables = { u: account.id, r: roleId };

    for (const mutation of ['grantRole', 'revokeRole']) {
      const query = `mutation ($u: ID!, $r: ID!) { ${mutation}(userId: $u, roleId: $r) { id } }`;
      expect((await run(subgraph, superadmin, query, variables)).errors).toBeUndefined();
    }

    const key = `${account.id}/${roleId}`;
    const by = { actorId: superadmin.userId, resourceType: 'UserRole', resourceId: key };
    expect((await entriesOf(account)).slice(-2)).toMatchObject([
      { ...by, action: 'auth.grantRole', before: null, after: { grantedBy: superadmin.userId } },
      { ...by, action: 'auth.revokeRole', before: { grantedBy: superadmin.userId }, after: null },
    ]);
  });

  test('of a permission that the user has already leaves one entry', async () => {
    const account = await anAccount();
    const query = 'mutation ($u: ID!) { grantPermission(userId: $u, permission: "auth:read") { id } }';
    await run(subgraph, superadmin, query, { u: account.id });
    await run(subgraph, superadmin, query, { u: account.id });
    const entries = await entriesOf(account);
    expect(entries.filter(({ resourceType }) => resourceType === 'UserPermission')).toHaveLength(1);
  });
});

test('an upsert tells what was there before', async () => {
  const account = await anAccount();
  const { errors } = await run(
    subgraph,
    asAdmin(account),
    'mutation { updateUserPreferences(input: { theme: "dark", uiPreferences: { wide: true } }) { theme } }',
  );
  expect(errors).toBeUndefined();
  expect((await entriesOf(account)).at(-1)).toMatchObject({
    action: 'auth.updateUserPreferences',
    resourceId: account.id,
    before: { theme: 'light', uiPreferences: {} },
    after: { theme: 'dark', uiPreferences: { wide: true } },
  });
});

test('a change of the password tells that it has changed, and nothing of it', async () => {
  const account = await anAccount();
  const { errors } = await run(
    subgraph,
    asAdmin(account),
    `mutation { changePassword(currentPassword: "${password}", newPassword: "${password} again") }`,
  );
  expect(errors).toBeUndefined();
  expect((await entriesOf(account)).at(-1)).toMatchObject({
    action: 'auth.changePassword',
    before: { passwordHash: '***' },
    after: { passwordHash: '***' },
  });
});

test('the chain of a tenant has no gap and no fork when twenty write at once', async () => {
  const account = await anAccount();
  const bios = Array.from({ length: 20 }, (_, index) => `${index} roofs`);

  const results = await Promise.all(
    bios.map((bio) =>
      run(subgraph, asAdmin(account), `mutation { updateUserProfile(input: { bio: "${bio}" }) { bio } }`),
    ),
  );

  expect(results.flatMap(({ errors = [] }) => errors)).toEqual([]);
  const entries = await entriesOf(account);
  expect(entries).toHaveLength(25);
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
  expect(entries.slice(1).map(({ previousHash }) => previousHash)).toEqual(
    entries.slice(0, -1).map(({ hash }) => hash),
  );
});

test('an admin of no tenant sees nothing, and a user may not look', async () => {
  const query = '{ authAuditLog { totalCount } }';
  const nobody = anIdentity({ role: 'admin', userId: newId() });
  expect((await run(subgraph, nobody, query)).data).toEqual({ authAuditLog: { totalCount: 0 } });
  const { errors } = await run(subgraph, anIdentity({ role: 'user', userId: newId() }), query);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
