import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, aPipeline, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

interface Column {
  readonly stage: string;
  readonly name: string;
  readonly count: number;
  readonly leads: {
    readonly totalCount: number;
    readonly edges: readonly { readonly node: { title: string } }[];
  };
}

const columns = `columns { stage name count values { amount currency } weightedValues { amount currency }
  leads { totalCount pageInfo { hasNextPage endCursor } edges { node { title value customer { email } } } } }`;
const boardOf = async (who: Identity, args: string): Promise<readonly Column[]> => {
  const source = `{ crmBoard${args} { pipeline { id } ${columns} } }`;
  return (await ask<{ crmBoard: { columns: readonly Column[] } }>(subgraph, who, source)).crmBoard.columns;
};

const admin = aUser();
let pipelineId: string;

/** Leads at every stage but one, in two currencies; at the first more than a column shows. */
beforeAll(async () => {
  pipelineId = await aPipeline(subgraph, admin, {
    stages: [
      { name: 'Deal', stage: 'NEGOTIATION', order: 30, probability: 80 },
      { name: 'Talk', stage: 'PROSPECT', order: 10, probability: 10 },
      { name: 'Proposal', order: 20, probability: 60 },
    ],
  });
  const customerId = await aCustomer(subgraph, admin);
  const lead = (title: string, more: object) =>
    aLead(subgraph, admin, { title, customerId, pipelineId, ...more });
  for (const title of ['one', 'two', 'three', 'four']) await lead(title, { value: '10.10' });
  await lead('five', { value: '7', currency: 'CHF' });
  await lead('six', { stage: 'NEGOTIATION', value: '1000' });
  const won = await lead('won', { value: '5' });
  await ask(subgraph, admin, `mutation { moveLead(id: "${won}", stage: CLOSED) { id } }`);
  // Of another pipeline and of none: on no board but their own.
  await aLead(subgraph, admin, { pipelineId: await aPipeline(subgraph, admin) });
});

describe('a board', () => {
  test('has the stages of its pipeline in their order, with all that is there', async () => {
    const found = await boardOf(admin, `(pipelineId: "${pipelineId}", first: 3)`);
    const titles = found.map(({ leads }) => leads.edges.map(({ node }) => node.title));
    expect(titles).toEqual([['five', 'four', 'three'], [], ['six'], ['won']]);
    const money = (amount: string, currency = 'EUR') => ({ amount, currency });
    expect(found).toMatchObject([
      {
        ...{ stage: 'PROSPECT', name: 'Talk', count: 5 },
        ...{ values: [money('7.00', 'CHF'), money('40.40')] },
        ...{ weightedValues: [money('0.70', 'CHF'), money('4.04')] },
        leads: { totalCount: 5, pageInfo: { hasNextPage: true } },
      },
      {
        ...{ stage: 'PROPOSAL', name: 'Proposal', count: 0, values: [], weightedValues: [] },
        leads: { totalCount: 0 },
      },
      {
        stage: 'NEGOTIATION',
        name: 'Deal',
        count: 1,
        values: [money('1000.00')],
        weightedValues: [money('800.00')],
      },
      { stage: 'CLOSED', name: 'Closed', count: 1, values: [money('5.00')], weightedValues: [money('5.00')] },
    ]);
  });

  test('is read on where a column ends', async () => {
    const source = `{ crmBoard(pipelineId: "${pipelineId}", first: 3) { columns { leads { pageInfo { endCursor } } } } }`;
    const { crmBoard } = await ask<{
      crmBoard: { columns: readonly [{ leads: { pageInfo: { endCursor: string } } }] };
    }>(subgraph, admin, source);
    const { endCursor } = crmBoard.columns[0].leads.pageInfo;
    const { leads } = await ask(
      subgraph,
      admin,
      `{ leads(filter: { pipelineId: { eq: "${pipelineId}" }, stage: { eq: PROSPECT } }, after: "${endCursor}") {
        edges { node { title } } } }`,
    );
    expect(leads).toEqual({ edges: [{ node: { title: 'two' } }, { node: { title: 'one' } }] });
  });

  test.each([
    ['with all that it shows', columns, 4],
    ['with counts and sums alone', 'columns { stage count values { amount } weightedValues { amount } }', 2],
    ['with leads alone', 'columns { leads { edges { node { title } } } }', 2],
  ])('takes as many statements whatever is on it, %s', async (_, selection, count) => {
    const statements = await statementsOf(() =>
      ask(subgraph, admin, `{ crmBoard(pipelineId: "${pipelineId}") { ${selection} } }`),
    );
    // The pipeline; the sums; the leads of all columns; their customers.
    expect(statements).toHaveLength(count);
  });

  test('is of the tenant’s default pipeline when none is named, and null without pipelines', async () => {
    const source = '{ crmBoard { pipeline { id } } }';
    expect(await ask(subgraph, admin, source)).toEqual({ crmBoard: { pipeline: { id: pipelineId } } });
    expect(await ask(subgraph, aUser(), source)).toEqual({ crmBoard: null });
    expect(codes(await run(subgraph, aSuperadmin(), source))).toEqual(['BAD_USER_INPUT']);
  });

  test('of a superadmin is of any tenant, and of nobody else of another', async () => {
    const args = `(pipelineId: "${pipelineId}")`;
    expect(await boardOf(aSuperadmin(), args)).toHaveLength(4);
    expect(codes(await run(subgraph, aUser(), `{ crmBoard${args} { columns { count } } }`))).toEqual([
      'NOT_FOUND',
    ]);
  });

  test.each([-1, 201])('shows no %i leads in a column', async (first) => {
    const source = `{ crmBoard(pipelineId: "${pipelineId}", first: ${first}) { columns { leads { totalCount } } } }`;
    const result = await run(subgraph, admin, source);
    expect(new Set(codes(result))).toEqual(new Set(['BAD_USER_INPUT']));
  });
});
