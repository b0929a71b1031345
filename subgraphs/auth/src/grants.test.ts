import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const id = newId();
const tenantId = `r_${id.replaceAll('-', '')}`;
let organizationId = '';
let superadmin: Identity = anIdentity({ role: 'superadmin', userId: newId() });
beforeAll(async () => {
  // Grants name who gave them, so the superadmin is an account that exists.
  superadmin = anIdentity({ role: 'superadmin', userId: await aUser({ role: 'SUPERADMIN' }) });
  const input = { name: 'Roles', slug: `r-${id}`, tenantId };
  const source = 'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { id } }';
  const { data } = await run(subgraph, superadmin, source, { input });
  organizationId = (data?.createOrganization as { id: string }).id;
});

async function aUser(parts: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const input = { email: `${newId()}@test.example`, name: 'Ann', role: 'USER', ...parts };
  const source = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
  const { data } = await run(subgraph, superadmin, source, { input });
  return (data?.createUser as { id: string }).id;
}

const create = (parts: Readonly<Record<string, unknown>> = {}) =>
  run(
    subgraph,
    superadmin,
    `mutation ($input: CreateRoleInput!) { createRole(input: $input) {
        id name description permissions tenantId isBuiltIn } }`,
    { input: { name: `Role ${newId()}`, permissions: ['auth:read'], tenantId, ...parts } },
  );

async function aRole(parts: Readonly<Record<string, unknown>> = {}): Promise<{ id: string; name: string }> {
  const { data, errors } = await create(parts);
  expect(errors).toBeUndefined();
  return data?.createRole as { id: string; name: string };
}

const mutate = (source: string) => run(subgraph, superadmin, `mutation { ${source} }`);

async function builtIn(name: string): Promise<string> {
  const filter = `{ name: { eq: "${name}" }, tenantId: { isNull: true } }`;
  const { data } = await run(subgraph, superadmin, `{ roles(filter: ${filter}) { edges { node { id } } } }`);
  return (data?.roles as { edges: [{ node: { id: string } }] }).edges[0].node.id;
}

describe('granting', () => {
  const grants = async (userId: string): Promise<unknown> => {
    const { data } = await run(
      subgraph,
      superadmin,
      `{ user(id: "${userId}") { roleGrants { role { id } grantedBy { id } expiresAt }
          permissionGrants { permission { key } grantedBy { id } }
          authEvents(orderBy: { field: CREATED_AT }) { edges { node { eventType metadata } } } } }`,
    );
    return data?.user;
  };

  test('a role and taking it back leave their events', async () => {
    const [userId, role] = [await aUser({ organizationId }), await aRole()];
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await mutate(`grantRole(userId: "${userId}", roleId: "${role.id}") { id }`);
    const again = await mutate(
      `grantRole(userId: "${userId}", roleId: "${role.id}", expiresAt: "${expiresAt}") { id }`,
    );
    expect(again.data).toEqual({ grantRole: { id: userId } });
    const grantedBy = { id: superadmin.userId };
    expect(await grants(userId)).toMatchObject({
      roleGrants: [{ role: { id: role.id }, grantedBy, expiresAt }],
    });
    await mutate(`revokeRole(userId: "${userId}", roleId: "${role.id}") { id }`);
    const metadata = expect.objectContaining({ role: role.name, by: superadmin.userId });
    const events = ['ROLE_GRANTED', 'ROLE_GRANTED', 'ROLE_REVOKED'];
    expect(await grants(userId)).toEqual({
      roleGrants: [],
      permissionGrants: [],
      authEvents: { edges: events.map((eventType) => ({ node: { eventType, metadata } })) },
    });
    expect(codes(await mutate(`revokeRole(userId: "${userId}", roleId: "${role.id}") { id }`))).toEqual([
      'NOT_FOUND',
    ]);
  });

  test('a permission twice is one grant, and it can be taken back once', async () => {
    const userId = await aUser();
    const grant = `grantPermission(userId: "${userId}", permission: "crm:read") { id }`;
    await mutate(grant);
    expect((await mutate(grant)).errors).toBeUndefined();
    const grantedBy = { id: superadmin.userId };
    expect(await grants(userId)).toMatchObject({
      permissionGrants: [{ permission: { key: 'crm:read' }, grantedBy }],
    });
    const revoke = `revokePermission(userId: "${userId}", permission: "crm:read") { permissionGrants { grantedAt } }`;
    expect((await mutate(revoke)).data).toEqual({ revokePermission: { permissionGrants: [] } });
    expect(codes(await mutate(revoke))).toEqual(['NOT_FOUND']);
  });

  test.each([
    ['NOT_FOUND', 'a role that nobody made', () => ({ roleId: '2147483647' })],
    ['NOT_FOUND', 'a user that nobody made', () => ({ userId: newId() })],
    ['BAD_USER_INPUT', 'an expiry in the past', () => ({ expiresAt: '2020-01-01T00:00:00Z' })],
  ])('is answered %s for %s', async (code, _, parts) => {
    const given = { userId: await aUser({ organizationId }), roleId: (await aRole()).id, ...parts() };
    const result = await run(
      subgraph,
      superadmin,
      `mutation ($userId: ID!, $roleId: ID!, $expiresAt: DateTime) {
        grantRole(userId: $userId, roleId: $roleId, expiresAt: $expiresAt) { id } }`,
      given,
    );
    expect(codes(result)).toEqual([code]);
  });

  test('a role of another tenant is a conflict, and a built-in one is not', async () => {
    const [userId, theirs] = [await aUser({ organizationId }), await aRole({ tenantId: `${tenantId}_3` })];
    expect(codes(await mutate(`grantRole(userId: "${userId}", roleId: "${theirs.id}") { id }`))).toEqual([
      'CONFLICT',
    ]);
    const client = await builtIn('client');
    expect(
      (await mutate(`grantRole(userId: "${userId}", roleId: "${client}") { id }`)).errors,
    ).toBeUndefined();
    expect(await grants(userId)).toMatchObject({ roleGrants: [{ role: { id: client } }] });
  });

  test('a permission that does not exist is not found', async () => {
    const source = `grantPermission(userId: "${await aUser()}", permission: "no:such") { id }`;
    expect(codes(await mutate(source))).toEqual(['NOT_FOUND']);
  });
});

test('everybody who has logged in reads the permissions, by their keys', async () => {
  const user = anIdentity({ role: 'user', userId: newId() });
  const { data } = await run(subgraph, user, '{ permissions { id key description } }');
  const keys = (data?.permissions as { key: string }[]).map(({ key }) => key);
  expect(keys).toEqual(keys.toSorted());
  expect(keys).toContain('auth:roles:grant');
  const entity = await run(
    subgraph,
    user,
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Permission { key } } }',
    {
      representations: [
        { __typename: 'Permission', key: 'crm:read' },
        { __typename: 'Permission', key: 'x' },
      ],
    },
  );
  expect(entity.data).toEqual({ _entities: [{ key: 'crm:read' }, null] });
});
