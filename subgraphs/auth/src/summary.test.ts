import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anAuthSubgraph, type Registered } from './testing.ts';

const { subgraph, register } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = { ...anIdentity({ role: 'superadmin' }), userId: newId() };

/** A tenant of an admin, a client who may not log in any more and two users; one failed to log in, twice. */
let full: Registered;
/** A tenant of an admin alone. */
let small: Registered;
/** The emails of the full tenant's users, and the ids. */
let users: readonly { readonly id: string; readonly email: string }[];

async function aUserOf(admin: Registered, role: string): Promise<{ id: string; email: string }> {
  const email = `${newId()}@test.example`;
  const { data, errors } = await run(
    subgraph,
    superadmin,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email, name: 'Bo', role, organizationId: admin.identity.organizationId } },
  );
  expect(errors).toBeUndefined();
  return { ...(data?.createUser as { id: string }), email };
}

beforeAll(async () => {
  full = await register('Full');
  small = await register('Small');
  users = [await aUserOf(full, 'USER'), await aUserOf(full, 'USER')];
  const client = await aUserOf(full, 'CLIENT');
  await run(
    subgraph,
    superadmin,
    `mutation { updateUser(id: "${client.id}", input: { isActive: false }) { id } }`,
  );
  for (const password of ['wrong one', 'another wrong one']) {
    const login =
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
    await run(subgraph, anonymous, login, { email: users[0]?.email, password });
  }
});

const figures = `totalUsers activeUsers usersByRole { role count } failedLogins24h`;

async function summaries(
  who: Identity,
  tenants: readonly (string | null)[],
  fields = figures,
): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    who,
    `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { id auth { ${fields} } } } }`,
    { all: tenants.map((id) => ({ __typename: 'Tenant', id })) },
  );
  expect(errors).toBeUndefined();
  return data?._entities;
}

const ofFull = () => ({
  id: full.identity.tenantId,
  auth: {
    totalUsers: 4,
    activeUsers: 3,
    usersByRole: [
      { role: 'USER', count: 2 },
      { role: 'ADMIN', count: 1 },
      { role: 'CLIENT', count: 1 },
    ],
    failedLogins24h: 2,
  },
});

describe('the summary of a tenant’s accounts', () => {
  test('is exact, of a whole page in one statement', async () => {
    const tenants = [full.identity.tenantId, small.identity.tenantId, 'nobody'];
    const statements = await statementsOf(async () => {
      expect(await summaries(superadmin, tenants)).toEqual([
        ofFull(),
        {
          id: small.identity.tenantId,
          auth: {
            totalUsers: 1,
            activeUsers: 1,
            usersByRole: [{ role: 'ADMIN', count: 1 }],
            failedLogins24h: 0,
          },
        },
        {
          id: 'nobody',
          auth: { totalUsers: 0, activeUsers: 0, usersByRole: [], failedLogins24h: 0 },
        },
      ]);
    });
    expect(statements.filter(({ text }) => text.includes('group by'))).toHaveLength(1);
  });

  test('does not look at logins where nobody asks for those that failed', async () => {
    const statements = await statementsOf(() =>
      summaries(superadmin, [full.identity.tenantId], 'totalUsers'),
    );
    expect(statements.filter(({ text }) => text.includes('auth_events'))).toEqual([]);
    expect(statements.filter(({ text }) => text.includes('group by'))).toHaveLength(1);
  });

  test('counts who was made in a period, each period in one statement', async () => {
    const statements = await statementsOf(async () => {
      const fields = `
        now: newUsers(period: { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" })
        before: newUsers(period: { from: "2020-01-01T00:00:00Z", to: "2021-01-01T00:00:00Z" })`;
      const tenants = [full.identity.tenantId, small.identity.tenantId, 'nobody'];
      expect(await summaries(superadmin, tenants, fields)).toEqual([
        { id: full.identity.tenantId, auth: { now: 4, before: 0 } },
        { id: small.identity.tenantId, auth: { now: 1, before: 0 } },
        { id: 'nobody', auth: { now: 0, before: 0 } },
      ]);
    });
    expect(statements.filter(({ text }) => text.includes('created_at >='))).toHaveLength(2);
  });

  test('refuses a period that ends before it begins', async () => {
    const { errors } = await run(
      subgraph,
      full.identity,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { auth {
        newUsers(period: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }) } } } }`,
      { all: [{ __typename: 'Tenant', id: full.identity.tenantId }] },
    );
    expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ['BAD_USER_INPUT', 'period.to'],
    ]);
  });

  test('has the moment when somebody was last seen', async () => {
    expect(await summaries(full.identity, [full.identity.tenantId], 'lastActivity')).toEqual([
      { id: full.identity.tenantId, auth: { lastActivity: expect.stringMatching(/^20\d\d-.*Z$/) } },
    ]);
    expect(await summaries(superadmin, ['nobody'], 'lastActivity')).toEqual([
      { id: 'nobody', auth: { lastActivity: null } },
    ]);
  });

  test('is for its own people, and of another tenant there is none', async () => {
    const tenants = [full.identity.tenantId, small.identity.tenantId, ''];
    expect(await summaries(full.identity, tenants)).toEqual([ofFull(), null, null]);
    const user = anIdentity({ role: 'user', userId: users[1]?.id ?? null, tenantId: full.identity.tenantId });
    // A user sees the own failures alone, so there is no figure of the tenant's.
    const { auth, id } = ofFull();
    expect(await summaries(user, tenants)).toEqual([
      { id, auth: { ...auth, failedLogins24h: null } },
      null,
      null,
    ]);
  });

  test('needs the scope', async () => {
    const { errors } = await run(
      subgraph,
      { ...full.identity, scopes: [] },
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { auth { totalUsers } } } }',
      { all: [{ __typename: 'Tenant', id: full.identity.tenantId }] },
    );
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });
});

describe('the summary of all accounts', () => {
  const platform = (who: Identity, fields: string) =>
    run(
      subgraph,
      who,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform { ${fields} } } }`,
      { all: [{ __typename: 'Platform', id: 'platform' }] },
    );

  interface Figures {
    readonly activeUsers: number;
    readonly auth: {
      readonly totalUsers: number;
      readonly activeUsers: number;
      readonly usersByRole: readonly { readonly count: number }[];
      readonly failedLogins24h: number;
      readonly newUsers: number;
    };
  }
  const all = `activeUsers auth { ${figures}
    newUsers(period: { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" }) }`;

  async function figuresOfAll(): Promise<Figures> {
    const { data, errors } = await platform(superadmin, all);
    expect(errors).toBeUndefined();
    const [found] = data?._entities as [Figures];
    return found;
  }

  test('counts those of every tenant and of none, in one statement and one for the period', async () => {
    let found: Figures | undefined;
    const statements = await statementsOf(async () => {
      found = await figuresOfAll();
    });
    expect(statements.filter(({ text }) => text.includes('group by'))).toHaveLength(2);
    const { activeUsers, auth } = found ?? {};
    expect(auth?.activeUsers).toBe(activeUsers);
    expect(auth?.usersByRole.reduce((sum, { count }) => sum + count, 0)).toBe(auth?.totalUsers);
    expect(auth?.newUsers).toBe(auth?.totalUsers);
    expect(auth?.totalUsers).toBeGreaterThan(activeUsers ?? Infinity);
  });

  test('counts more who belong to no tenant, and a login with an address that nobody has', async () => {
    const before = await figuresOfAll();
    // Other suites make accounts at the same time, and two of them delete one.
    for (let made = 0; made < 3; made += 1) await register();
    await run(
      subgraph,
      anonymous,
      `mutation { login(email: "${newId()}@test.example", password: "whatever") { accessToken } }`,
    );
    const after = await figuresOfAll();
    expect(after.auth.totalUsers).toBeGreaterThan(before.auth.totalUsers);
    expect(after.auth.failedLogins24h).toBeGreaterThan(before.auth.failedLogins24h);
  });

  test('is for superadmins', async () => {
    const { data } = await platform(full.identity, all);
    expect(data?._entities).toEqual([null]);
    expect(codes(await platform(anIdentity(), 'activeUsers'))).toEqual([]);
  });
});

test('a user and an organization lead to their tenant', async () => {
  const { data, errors } = await run(
    subgraph,
    full.identity,
    '{ me { tenant { id } organization { tenant { id } } } }',
  );
  expect(errors).toBeUndefined();
  const tenant = { id: full.identity.tenantId };
  expect(data?.me).toEqual({ tenant, organization: { tenant } });
});
