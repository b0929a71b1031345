import { afterAll, expect, test } from '@jest/globals';
import { accountRoles, scopes, scopesOfRole } from '@cdx/access';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

test('the permissions in the database are the scopes of the access matrix', async () => {
  const { data } = await run(subgraph, superadmin, '{ permissions { key description } }');
  const expected = scopes.map(({ name: key, description }) => ({ key, description }));
  expect(data?.permissions).toEqual(expected.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
});

test('the built-in roles in the database have the scopes that the access matrix gives them', async () => {
  const { data } = await run(
    subgraph,
    superadmin,
    '{ roles(filter: { tenantId: { isNull: true } }) { edges { node { name permissions } } } }',
  );
  const { edges } = data?.roles as { edges: { node: { name: string; permissions: string[] } }[] };
  const found = edges.map(({ node }) => [node.name, node.permissions.toSorted()]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(accountRoles.map((role) => [role, scopesOfRole(role).toSorted()])),
  );
});
