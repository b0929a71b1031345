import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, logIn, superadmin, type Answer } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { openBooks, type Books } from './support/figures.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

/** The screen that the product exists for: every tenant across every service, live. */
const view = `{
  platform { tenants activeUsers mrr { amount currency } agentExecutions24h }
  tenants(first: 50, orderBy: { field: NAME }) { edges { node { id name environment client { name tier }
    auth { totalUsers activeUsers lastActivity }
    crm { totalCustomers totalLeads pipelineValue avgProbability leadsByStage { stage count value } }
    billing { mrr openInvoices overdueAmount } cms { items published } analytics { events24h topEvents { name count } }
    agents { instances executions24h failureRate } } } } }`;

interface TenantNode {
  readonly id: string;
  readonly name: string;
  readonly [summary: string]: unknown;
}

describe.each(topologies)('the view of all tenants across all services, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  let answer: Answer;
  let tenants: readonly TenantNode[];
  let books: Books;

  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, superadmin);
    books = await openBooks();
    answer = await ask(gateway, view, { token });
    const edges = at(answer, 'tenants', 'edges') as readonly { readonly node: TenantNode }[];
    tenants = edges.map(({ node }) => node);
  });
  afterAll(async () => {
    await books.close();
    await gateway.close();
  });

  test('is answered whole, for the demo’s tenants with something in every service', () => {
    expect(answer.errors).toEqual([]);
    const acme = tenants.find(({ id }) => id === 'acme');
    expect(acme).toMatchObject({ client: { name: expect.any(String), tier: expect.any(String) } });
    for (const [service, field] of [
      ['auth', 'totalUsers'],
      ['crm', 'totalLeads'],
      ['billing', 'openInvoices'],
      ['cms', 'items'],
      ['agents', 'instances'],
    ] as const)
      expect([service, (acme?.[service] as Record<string, number>)[field]]).not.toEqual([service, 0]);
    expect((acme?.analytics as { readonly topEvents: unknown }).topEvents).not.toEqual([]);
  });

  test('has the figures that plain statements find in the databases', async () => {
    const ids = await books.tenants();
    expect(tenants.map(({ id }) => id)).toEqual(ids.slice(0, 50));
    for (const tenant of tenants) {
      const { auth, crm, billing, cms, analytics, agents } = tenant;
      expect({ id: tenant.id, auth, crm, billing, cms, analytics, agents }).toEqual({
        id: tenant.id,
        ...(await books.figuresOf(tenant.id)),
      });
    }
  });

  test('costs one fetch of each service after the list, however many tenants there are', async () => {
    const all = await costOf(() => ask(gateway, view, { token }));
    expect(tally(all.fetches.map(({ subgraph }) => subgraph))).toEqual({
      ...{ platform: 1, auth: 1, clients: 1, crm: 1, cms: 1, billing: 1, analytics: 1 },
    });
    const one = await costOf(() => ask(gateway, view.replace('first: 50', 'first: 1'), { token }));
    const ofDatabases = (cost: typeof one) => tally(cost.statements.map(({ database }) => database));
    expect(ofDatabases(one)).toEqual(ofDatabases(all));
  });
});
