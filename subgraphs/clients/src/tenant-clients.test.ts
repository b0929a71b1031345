import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const superadmin = { ...anIdentity({ role: 'superadmin' }), userId: newId() };
/** The admins of a tenant with three clients and of one with one. */
const [busy, idle] = [aUser(), aUser()];
let clients: readonly string[];
beforeAll(async () => {
  clients = [await aClient(subgraph, busy), await aClient(subgraph, busy), await aClient(subgraph, busy)];
  await aClient(subgraph, idle);
});

describe('the clients of a tenant', () => {
  const page = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant {
    clients(first: 2, orderBy: { field: CREATED_AT }) { totalCount edges { node { id tenant { id } } } } } } }`;

  test('of many tenants are read by one statement', async () => {
    const tenants = [busy, idle].map(({ tenantId }) => tenantId ?? '');
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, superadmin, page, {
        all: tenants.map((id) => ({ __typename: 'Tenant', id })),
      });
      const tenant = { id: busy.tenantId };
      expect(data?._entities).toEqual([
        {
          clients: {
            totalCount: 3,
            edges: clients.slice(0, 2).map((id) => ({ node: { id, tenant } })),
          },
        },
        {
          clients: {
            totalCount: 1,
            edges: [{ node: { id: expect.any(String), tenant: { id: idle.tenantId } } }],
          },
        },
      ]);
    });
    expect(statements.filter(({ text }) => text.includes('clients_info'))).toHaveLength(1);
  });

  test('are not shown to another', async () => {
    const { data } = await run(subgraph, idle, page, { all: [{ __typename: 'Tenant', id: busy.tenantId }] });
    expect(data?._entities).toEqual([null]);
  });
});
