import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, clientUser, codesOf, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

/** The board of a tenant's sales: from crm, with the names of those whose leads they are from auth. */
const board = `{ crmBoard(first: 5) { pipeline { name tenant { name } } columns { stage name count
  values { amount currency }
  leads { edges { node { title value currency expectedCloseDate customer { email company } assignedTo { name } } } } } } }`;

const overview = `{ tenants(first: 50) { edges { node { id name
    crm { totalCustomers totalLeads pipelineValue avgProbability leadsByStage { stage count value } } } } }
  platform { crm { totalCustomers totalLeads } } }`;

interface TenantNode {
  readonly id: string;
  readonly crm: { readonly totalCustomers: number; readonly totalLeads: number };
}

describe.each(topologies)('customers and leads, %s', (topology) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await aGateway(topology);
  });
  afterAll(() => gateway.close());

  test('are a board with the names of those who are to win them, at a fixed cost', async () => {
    const token = await logIn(gateway, tenantAdmin);
    const answer = await ask(gateway, board, { token });
    expect(answer.errors).toEqual([]);
    const columns = at(answer, 'crmBoard', 'columns') as readonly {
      readonly count: number;
      readonly leads: { readonly edges: readonly { readonly node: { assignedTo: { name: string } } }[] };
    }[];
    const names = columns.flatMap(({ leads }) => leads.edges.map(({ node }) => node.assignedTo.name));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => typeof name !== 'string' || name === '')).toEqual([]);
    expect(at(answer, 'crmBoard', 'pipeline')).toEqual({ name: 'New business', tenant: { name: 'Acme' } });

    const { fetches, statements } = await costOf(() => ask(gateway, board, { token }));
    expect(tally(fetches.map(({ subgraph }) => subgraph))).toEqual({ crm: 1, platform: 1, auth: 1 });
    // The pipeline, the sums, the leads of all columns, their customers.
    expect(tally(statements.map(({ database }) => database))).toMatchObject({ crm: 4 });
  });

  test('have their figures beside the tenants’, which together are the platform’s', async () => {
    const token = await logIn(gateway, superadmin);
    const answer = await ask(gateway, overview, { token });
    expect(answer.errors).toEqual([]);
    const edges = at(answer, 'tenants', 'edges') as readonly { readonly node: TenantNode }[];
    const acme = edges.map(({ node }) => node).find(({ id }) => id === 'acme');
    expect(acme).toMatchObject({
      name: 'Acme',
      crm: {
        pipelineValue: expect.stringMatching(/^[1-9]\d*\.\d\d$/),
        avgProbability: expect.any(Number),
        leadsByStage: expect.arrayContaining([
          { stage: 'PROSPECT', count: expect.any(Number), value: expect.any(String) },
        ]),
      },
    });
    const sum = (figure: keyof TenantNode['crm']): number =>
      edges.reduce((total, { node }) => total + node.crm[figure], 0);
    const figures = at(answer, 'platform', 'crm') as TenantNode['crm'];
    expect(figures.totalCustomers).toBeGreaterThanOrEqual(sum('totalCustomers'));
    expect(figures.totalLeads).toBeGreaterThanOrEqual(sum('totalLeads'));
    expect(sum('totalLeads')).toBeGreaterThan(0);
  });

  test('are found from the user whose leads they are', async () => {
    const token = await logIn(gateway, tenantAdmin);
    const leads = await ask(gateway, '{ leads(first: 1) { edges { node { id assignedTo { id } } } } }', {
      token,
    });
    const lead = at(leads, 'leads', 'edges', 0, 'node') as { id: string; assignedTo: { id: string } };
    const answer = await ask(
      gateway,
      'query ($id: ID!) { user(id: $id) { name assignedLeads(first: 200) { edges { node { id } } } } }',
      { token, variables: { id: lead.assignedTo.id } },
    );
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'user', 'assignedLeads', 'edges')).toContainEqual({ node: { id: lead.id } });
  });

  test('a wrong day is the caller’s mistake', async () => {
    const token = await logIn(gateway, clientUser);
    const query = 'query ($day: Date!) { leads(filter: { expectedCloseDate: { eq: $day } }) { totalCount } }';
    const answer = await ask(gateway, query, { token, variables: { day: '2027-02-30' } });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    const inText = await ask(
      gateway,
      query.replace('$day }', '"2027-02-30" }').replace('($day: Date!)', ''),
      { token },
    );
    expect(codesOf(inText)).toEqual(['BAD_USER_INPUT']);
  });
});
