import { isDeepStrictEqual } from 'node:util';
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
    notifications { unread failed24h } agents { instances executions24h failureRate } } } } }`;

interface TenantNode {
  readonly id: string;
  readonly name: string;
  readonly [summary: string]: unknown;
}

const tenantsIn = (answer: Answer): TenantNode[] =>
  (at(answer, 'tenants', 'edges') as readonly { readonly node: TenantNode }[]).map(({ node }) => node);

/** Asks between two looks at the databases that are alike: other suites write at the same time. */
async function whileNothingChanges<Look>(
  work: () => Promise<Answer>,
  look: () => Promise<Look>,
): Promise<[Answer, Look]> {
  for (;;) {
    const before = await look();
    const found = await work();
    if (isDeepStrictEqual(await look(), before)) return [found, before];
  }
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
    books = openBooks();
    answer = await ask(gateway, view, { token });
    tenants = tenantsIn(answer);
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
    const [found, expected] = await whileNothingChanges(
      () => ask(gateway, view, { token }),
      async () => {
        const ids = (await books.tenants()).slice(0, 50);
        const figures = await Promise.all(ids.map((id) => books.figuresOf(id)));
        return { platform: await books.figuresOfAll(), ids, figures };
      },
    );
    const platform = at(found, 'platform') as { readonly mrr: readonly { readonly currency: string }[] };
    const byName = platform.mrr.toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
    expect({ ...platform, mrr: byName }).toEqual(expected.platform);
    expect(tenantsIn(found).map(({ id }) => id)).toEqual(expected.ids);
    tenantsIn(found).forEach(({ id, auth, crm, billing, cms, analytics, notifications, agents }, index) => {
      const figures = { auth, crm, billing, cms, analytics, notifications, agents };
      expect({ id, ...figures }).toEqual({ id, ...expected.figures[index] });
    });
  });

  test('costs one fetch of each service after the list, however many tenants there are', async () => {
    const all = await costOf(() => ask(gateway, view, { token }));
    expect(tally(all.fetches.map(({ subgraph }) => subgraph))).toEqual({
      ...{ platform: 1, auth: 1, clients: 1, crm: 1, cms: 1, billing: 1, analytics: 1, notifications: 1 },
    });
    const one = await costOf(() => ask(gateway, view.replace('first: 50', 'first: 1'), { token }));
    const ofDatabases = (cost: typeof one) => tally(cost.statements.map(({ database }) => database));
    expect(ofDatabases(one)).toEqual(ofDatabases(all));
  });
});
