import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { ask, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aPipeline, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

/** Who has everything, and somebody of another tenant who is an admin there. */
const owner = aUser();
const stranger = aUser();
const assignee = newId();

type Ids = Readonly<Record<'customer' | 'pipeline' | 'lead' | 'interaction', string>>;
let ids: Ids;
beforeAll(async () => {
  const customer = await aCustomer(subgraph, owner, { tags: ['secret'], source: 'secret' });
  const pipeline = await aPipeline(subgraph, owner);
  const lead = await aLead(subgraph, owner, { customerId: customer, assignedTo: assignee });
  const about = { customerId: customer, leadId: lead };
  ids = { customer, pipeline, lead, interaction: await anInteraction(subgraph, owner, about) };
});

const kinds = ['customer', 'pipeline', 'lead', 'interaction'] as const;

/** Every list of the graph, asked for the owner's rows in each way that names them. */
const lists: [string, (given: Ids) => string][] = [
  ...kinds.flatMap((kind): [string, (given: Ids) => string][] => [
    [`${kind}s`, () => `${kind}s`],
    [`${kind}s`, (given) => `${kind}s(filter: { id: { eq: "${given[kind]}" } })`],
    [`${kind}s`, () => `${kind}s(filter: { tenantId: { eq: "${owner.tenantId}" } })`],
    [`${kind}s`, () => `${kind}s(filter: { not: { tenantId: { eq: "${stranger.tenantId}" } } })`],
    [
      `${kind}s`,
      ({ customer }) =>
        `${kind}s(filter: { or: [{ id: { eq: "${customer}" } }, { createdAt: { gt: "2000-01-01T00:00:00Z" } }] })`,
    ],
  ]),
  ['customers', () => 'customers(filter: { tags: { has: "secret" } })'],
  ['leads', ({ customer }) => `leads(filter: { customerId: { eq: "${customer}" } })`],
  ['leads', ({ pipeline }) => `leads(filter: { pipelineId: { eq: "${pipeline}" } })`],
  ['leads', () => `leads(filter: { assignedTo: { eq: "${assignee}" } })`],
  ['leads', () => 'leads(text: "roof")'],
  ['interactions', ({ lead }) => `interactions(filter: { leadId: { eq: "${lead}" } })`],
];

describe('another tenant', () => {
  test.each(kinds)('does not see the owner’s %s by its id, which the owner does', async (kind) => {
    const query = `{ ${kind}(id: "${ids[kind]}") { id } }`;
    expect(await ask(subgraph, stranger, query)).toEqual({ [kind]: null });
    expect(await ask(subgraph, owner, query)).toEqual({ [kind]: { id: ids[kind] } });
  });

  test.each(lists)('finds none of the owner’s in %s', async (field, list) => {
    const query = `{ ${list(ids)} { totalCount edges { node { id } } } }`;
    expect(await ask(subgraph, stranger, query)).toEqual({ [field]: { totalCount: 0, edges: [] } });
    // All but the list of what is not the stranger's find the owner's row: the question is one that has an answer.
    const own = await ask<Record<string, { totalCount: number }>>(subgraph, owner, query);
    expect(own[field]?.totalCount).toBe(1);
  });

  test('gains nothing by a cursor of the owner’s list', async () => {
    const { leads } = await ask<{ leads: { edges: { cursor: string }[] } }>(
      subgraph,
      owner,
      '{ leads { edges { cursor } } }',
    );
    const cursor = leads.edges[0]?.cursor ?? '';
    for (const page of [`after: "${cursor}"`, `before: "${cursor}"`]) {
      const query = `{ leads(${page}) { totalCount edges { node { id } } } }`;
      expect(await ask(subgraph, stranger, query)).toEqual({ leads: { totalCount: 0, edges: [] } });
    }
  });

  test('gets no entity of the owner’s', async () => {
    const representations = [
      { __typename: 'Customer', id: ids.customer },
      { __typename: 'Pipeline', id: ids.pipeline },
      { __typename: 'Lead', id: ids.lead },
      { __typename: 'Interaction', id: ids.interaction },
      { __typename: 'Tenant', id: owner.tenantId },
      { __typename: 'Platform', id: 'platform' },
    ];
    const query = 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }';
    expect(await ask(subgraph, stranger, query, { all: representations })).toEqual({
      _entities: representations.map(() => null),
    });
  });

  test('finds no leads of a user who has some in the owner’s tenant', async () => {
    const query = `{ _entities(representations: [{ __typename: "User", id: "${assignee}" }]) {
      ... on User { assignedLeads { totalCount } } } }`;
    expect(await ask(subgraph, stranger, query)).toEqual({
      _entities: [{ assignedLeads: { totalCount: 0 } }],
    });
    expect(await ask(subgraph, owner, query)).toEqual({ _entities: [{ assignedLeads: { totalCount: 1 } }] });
  });
});

test('whoever has not logged in sees nothing', async () => {
  const { anonymous } = await import('@cdx/kit');
  for (const kind of kinds) {
    const { data, errors } = await run(subgraph, anonymous, `{ ${kind}s { totalCount } }`);
    expect(data).toEqual({ [`${kind}s`]: null });
    expect(errors).toHaveLength(1);
  }
});
