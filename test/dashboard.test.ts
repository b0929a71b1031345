import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, logIn, superadmin, tenantAdmin, type Answer } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { aGateway, testEnvironment, topologies, type TestGateway } from './support/gateways.ts';
import { askTwoWays } from './support/two-ways.ts';

/**
 * The screen that the product exists for: every client with its owner, agents and what they remember. A tenant's admin
 * asks for it: other suites make clients in tenants of their own, of owners that no account is made for.
 */
const dashboard = `{ clients(first: 50) { edges { node { id name tier
  owner { name email profile { avatarUrl } subscription { tier { name } } }
  agents(first: 10) { edges { node { name status definition { name }
    personaTemplate { name category } createdBy { name }
    memories(first: 3) { edges { node { content importance } } } } } } } } } }`;

/**
 * The statements that the screen may cost, by database, however many clients there are: one for each table and fetch.
 * Owners and makers of agents are one fetch from auth, and are read together.
 */
const statementBudget = { auth: 4, clients: 4, templates: 1 } as const;
const fetchBudget = { auth: 1, clients: 1, templates: 1 } as const;

/**
 * What a fetch costs besides when a superadmin reads what belongs to tenants: the chain's head and the entry. Postgres is
 * sent the commit as a statement too.
 */
const auditOfAFetch = { mysql: 2, postgres: 3 } as const;

describe.each(topologies)('the dashboard, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  let answer: Answer;

  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, tenantAdmin);
    answer = await ask(gateway, dashboard, { token });
  });
  afterAll(() => gateway.close());

  test('is answered from three databases, whole', () => {
    expect(answer.errors).toEqual([]);
    const [first] = at(answer, 'clients', 'edges') as readonly { node: Record<string, unknown> }[];
    expect(first?.node).toMatchObject({
      tier: expect.any(String),
      owner: {
        name: expect.any(String),
        email: expect.stringContaining('@'),
        subscription: { tier: { name: expect.any(String) } },
      },
      agents: {
        edges: expect.arrayContaining([
          {
            node: {
              name: expect.any(String),
              status: expect.any(String),
              definition: { name: expect.any(String) },
              personaTemplate: { name: expect.any(String), category: expect.any(String) },
              createdBy: { name: expect.any(String) },
              memories: {
                edges: expect.arrayContaining([
                  { node: { content: expect.any(String), importance: expect.any(Number) } },
                ]),
              },
            },
          },
        ]),
      },
    });
  });

  test('costs a fixed number of statements and fetches', async () => {
    const { statements, fetches } = await costOf(() => ask(gateway, dashboard, { token }));
    expect(tally(statements.map(({ database }) => database))).toEqual(statementBudget);
    expect(tally(fetches.map(({ subgraph }) => subgraph))).toEqual(fetchBudget);
  });

  test('is answered to a superadmin for all tenants, at the cost of the audit besides', async () => {
    const asked = { token: await logIn(gateway, superadmin) };
    // The first entry of a database begins its chain.
    await ask(gateway, dashboard, asked);
    const { statements, fetches } = await costOf(async () => {
      const { errors, data } = await ask(gateway, dashboard, asked);
      expect(errors).toEqual([]);
      expect((data?.clients as { edges: readonly unknown[] }).edges.length).toBeGreaterThan(2);
    });
    expect(tally(fetches.map(({ subgraph }) => subgraph))).toEqual(fetchBudget);
    expect(tally(statements.map(({ database }) => database))).toEqual({
      auth: statementBudget.auth + auditOfAFetch.mysql,
      clients: statementBudget.clients + auditOfAFetch.postgres,
      // Templates are nobody's: to read them is to read no tenant.
      templates: statementBudget.templates,
    });
  });

  test('costs as much for one client as for all', async () => {
    const one = dashboard.replace('first: 50', 'first: 1');
    const { statements } = await costOf(() => ask(gateway, one, { token }));
    expect(tally(statements.map(({ database }) => database))).toEqual(statementBudget);
  });
});

test('both topologies give the same answer, to the byte', async () => {
  // The same keys, so that one token is good for both.
  const env = testEnvironment();
  const [embedded, distributed] = [await aGateway('embedded', env), await aGateway('distributed', env)];
  const options = { token: await logIn(embedded, tenantAdmin) };
  const [here, there] = await askTwoWays(
    () => ask(embedded, dashboard, options),
    () => ask(distributed, dashboard, options),
  );
  await Promise.all([embedded.close(), distributed.close()]);
  expect(there.text).toBe(here.text);
});
