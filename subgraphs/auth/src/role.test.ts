import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const id = newId();
const tenantId = `r_${id.replaceAll('-', '')}`;
const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

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

describe('a role', () => {
  test('of a tenant is made, changed and deleted', async () => {
    const { data } = await create({
      name: `Own ${id}`,
      description: 'Reads',
      permissions: ['auth:read', 'crm:read'],
    });
    const role = {
      id: expect.stringMatching(/^\d+$/),
      name: `Own ${id}`,
      description: 'Reads',
      permissions: ['auth:read', 'crm:read'],
      tenantId,
      isBuiltIn: false,
    };
    expect(data).toEqual({ createRole: role });
    const { id: roleId } = data?.createRole as { id: string };
    const changed = await mutate(
      `updateRole(id: "${roleId}", input: { description: null, permissions: [] }) { name description permissions }`,
    );
    expect(changed.data).toEqual({ updateRole: { name: `Own ${id}`, description: null, permissions: [] } });
    expect((await mutate(`deleteRole(id: "${roleId}")`)).data).toEqual({ deleteRole: roleId });
    expect(codes(await mutate(`deleteRole(id: "${roleId}")`))).toEqual(['NOT_FOUND']);
  });

  test('that is built in is neither changed nor deleted', async () => {
    const admin = await builtIn('admin');
    const read = () =>
      run(
        subgraph,
        superadmin,
        '{ roles(filter: { name: { eq: "admin" }, tenantId: { isNull: true } }) { edges { node { id permissions } } } }',
      );
    const before = await read();
    expect(codes(await mutate(`updateRole(id: "${admin}", input: { permissions: [] }) { id }`))).toEqual([
      'CONFLICT',
    ]);
    expect(codes(await mutate(`deleteRole(id: "${admin}")`))).toEqual(['CONFLICT']);
    expect(await read()).toEqual(before);
  });

  test('needs permissions that exist, on making and on changing', async () => {
    const refused = await create({ permissions: ['auth:read', 'auth:raed'] });
    expect(codes(refused)).toEqual(['BAD_USER_INPUT']);
    expect(refused.errors?.[0]?.message).toContain('auth:raed is none');
    const role = await aRole();
    const source = `updateRole(id: "${role.id}", input: { name: "X", permissions: ["no:such"] }) { id }`;
    expect(codes(await mutate(source))).toEqual(['BAD_USER_INPUT']);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ roles(filter: { name: { eq: "${role.name}" } }) { totalCount } }`,
    );
    expect(data).toEqual({ roles: { totalCount: 1 } });
  });

  test('has a name of its own within its tenant', async () => {
    const { name } = await aRole();
    expect(codes(await create({ name }))).toEqual(['CONFLICT']);
    await aRole({ name, tenantId: `${tenantId}_2` });
  });

  test.each(['x', '1.5', '-1', '99999999999999999999', ''])('is not found by the id %j', async (roleId) => {
    expect(codes(await mutate(`deleteRole(id: "${roleId}")`))).toEqual(['NOT_FOUND']);
  });
});

test('a superadmin grants roles by the permission to do so, and not by the role alone', async () => {
  const scopes = ['auth:read', 'auth:write'];
  const caller = anIdentity({ role: 'superadmin', userId: newId(), scopes });
  const source = `mutation { grantRole(userId: "${newId()}", roleId: "1") { id } }`;
  const { errors } = await run(subgraph, caller, source);
  expect(errors?.map(({ message }) => message)).toEqual(['This needs the permission auth:roles:grant']);
});
