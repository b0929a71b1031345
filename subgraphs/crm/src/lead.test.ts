import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aPipeline, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const fields = `id title description value currency weightedValue stage probability outcome lostReason closedAt
  expectedCloseDate source assignedTo { id } customer { id } pipeline { id } tenantId tenant { id }`;
const create = (who: Identity, input: object, key?: string) =>
  run(
    subgraph,
    who,
    `mutation ($i: CreateLeadInput!, $k: String) { createLead(input: $i, idempotencyKey: $k) { ${fields} } }`,
    { i: { title: 'A roof', currency: 'EUR', ...input }, k: key },
  );
const update = (who: Identity, id: string, input: object) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $i: UpdateLeadInput!) { updateLead(id: $id, input: $i) { ${fields} } }`,
    { id, i: input },
  );

describe('a lead', () => {
  test('has all that it was made with', async () => {
    const admin = aUser();
    const [customerId, pipelineId] = [await aCustomer(subgraph, admin), await aPipeline(subgraph, admin)];
    const input = {
      ...{ title: 'A roof', description: 'Slate', value: '1234567890.55', currency: 'CHF' },
      ...{ stage: 'PROPOSAL', probability: 33, expectedCloseDate: '2027-02-28', source: 'fair' },
    };
    const assignedTo = newId();
    const { data, errors } = await create(admin, { ...input, customerId, pipelineId, assignedTo });
    expect(errors).toBeUndefined();
    expect(data?.createLead).toEqual({
      ...{ id: expect.any(String), ...input, weightedValue: '407407403.88' },
      ...{ outcome: null, lostReason: null, closedAt: null },
      ...{ customer: { id: customerId }, pipeline: { id: pipelineId }, assignedTo: { id: assignedTo } },
      ...{ tenantId: admin.tenantId, tenant: { id: admin.tenantId } },
    });
  });

  test('begins at the first stage of the default pipeline, with its probability', async () => {
    const admin = aUser();
    const stages = [
      { name: 'Proposal', order: 2, probability: 60 },
      { name: 'Qualified', order: 1, probability: 30 },
    ];
    const pipelineId = await aPipeline(subgraph, admin, { stages });
    await aPipeline(subgraph, admin);
    const { data } = await create(admin, { customerId: await aCustomer(subgraph, admin) });
    expect(data?.createLead).toMatchObject({
      ...{ pipeline: { id: pipelineId }, stage: 'QUALIFIED', probability: 30, value: '0.00' },
    });
  });

  test('of a tenant without pipelines is in none', async () => {
    const admin = aUser();
    const { data } = await create(admin, {
      customerId: await aCustomer(subgraph, admin),
      stage: 'QUALIFIED',
    });
    expect(data?.createLead).toMatchObject({ pipeline: null, stage: 'QUALIFIED', probability: 0 });
  });

  test.each([
    ['a negative value', { value: '-1' }, 'input.value'],
    ['a third digit after the point', { value: '1.001' }, 'input.value'],
    ['more than the column holds', { value: '12345678901' }, 'input.value'],
    ['a currency that is none', { currency: 'XYZ' }, 'input.currency'],
    ['a currency in small letters', { currency: 'eur' }, 'input.currency'],
    ['a probability above 100', { probability: 101 }, 'input.probability'],
    ['no title', { title: ' ' }, 'input.title'],
    ['a closed stage', { stage: 'CLOSED' }, 'input.stage'],
    ['an owner that is no id', { assignedTo: 'me' }, 'input.assignedTo'],
  ])('is refused with %s', async (_, input, field) => {
    const admin = aUser();
    const result = await create(admin, { customerId: await aCustomer(subgraph, admin), ...input });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
  });

  test.each(['2027-02-30', '2027-2-1', 'soon'])('is refused with %s for a day', async (expectedCloseDate) => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const result = await create(admin, { customerId, expectedCloseDate });
    expect(result.errors?.[0]?.message).toContain('Date must be a day of the calendar');
    expect(result.data).toBeFalsy();
  });

  test('is refused at a stage that its pipeline has not', async () => {
    const admin = aUser();
    await aPipeline(subgraph, admin, { stages: [{ name: 'Prospect', order: 1, probability: 10 }] });
    const customerId = await aCustomer(subgraph, admin);
    const result = await create(admin, { customerId, stage: 'PROPOSAL' });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.message).toBe('input.stage must be a stage that the pipeline has: PROSPECT');
  });

  test('is made once by a repeated request', async () => {
    const admin = aUser();
    const [customerId, key] = [await aCustomer(subgraph, admin), newId()];
    const [one, two] = await Promise.all([
      create(admin, { customerId }, key),
      create(admin, { customerId }, key),
    ]);
    expect((one.data?.createLead as { id: string }).id).toBe((two.data?.createLead as { id: string }).id);
  });
});

describe('changing a lead', () => {
  test('changes what is given and keeps the rest', async () => {
    const admin = aUser();
    const id = await aLead(subgraph, admin, { description: 'Slate', expectedCloseDate: '2027-01-31' });
    const { data } = await update(admin, id, {
      ...{ title: 'Two roofs', value: '200', probability: 50, expectedCloseDate: null },
    });
    expect(data?.updateLead).toMatchObject({
      ...{ title: 'Two roofs', description: 'Slate', value: '200.00', weightedValue: '100.00' },
      ...{ probability: 50, expectedCloseDate: null },
    });
  });

  test('takes it to a pipeline that has its stage, or out of all', async () => {
    const admin = aUser();
    const [one, two] = [await aPipeline(subgraph, admin), await aPipeline(subgraph, admin)];
    const short = await aPipeline(subgraph, admin, {
      stages: [{ name: 'Prospect', order: 1, probability: 10 }],
    });
    const id = await aLead(subgraph, admin, { pipelineId: one, stage: 'PROPOSAL' });
    const moved = await update(admin, id, { pipelineId: two });
    expect(moved.data?.updateLead).toMatchObject({ pipeline: { id: two }, probability: 60 });
    const refused = await update(admin, id, { pipelineId: short });
    expect(codes(refused)).toEqual(['BAD_USER_INPUT']);
    expect(refused.errors?.[0]?.message).toContain('PROPOSAL');
    expect((await update(admin, id, { pipelineId: null })).data?.updateLead).toMatchObject({
      pipeline: null,
    });
  });

  test('leaves the probability of a closed one', async () => {
    const admin = aUser();
    const id = await aLead(subgraph, admin);
    await ask(subgraph, admin, `mutation { moveLead(id: "${id}", stage: CLOSED) { id } }`);
    expect(codes(await update(admin, id, { probability: 50 }))).toEqual(['CONFLICT']);
    expect((await update(admin, id, { title: 'Won' })).errors).toBeUndefined();
  });
});

test('deleting a lead leaves its interactions with the customer', async () => {
  const admin = aUser();
  const customerId = await aCustomer(subgraph, admin);
  const id = await aLead(subgraph, admin, { customerId });
  const interaction = await anInteraction(subgraph, admin, { customerId, leadId: id });
  expect(await ask(subgraph, admin, `mutation { deleteLead(id: "${id}") }`)).toEqual({ deleteLead: id });
  const found = await ask(
    subgraph,
    admin,
    `{ lead(id: "${id}") { id } interaction(id: "${interaction}") { customer { id } lead { id } } }`,
  );
  expect(found).toEqual({ lead: null, interaction: { customer: { id: customerId }, lead: null } });
});

describe('leads are found by', () => {
  const admin = aUser();
  const assignee = newId();
  beforeAll(async () => {
    const pipelineId = await aPipeline(subgraph, admin);
    const leads = [
      { ...{ title: 'Slate roof', value: '10', expectedCloseDate: '2027-01-31' }, assignedTo: assignee },
      { title: 'Garden wall', value: '300', expectedCloseDate: '2027-02-01', stage: 'QUALIFIED' },
      { ...{ title: 'Paint', description: 'Painting the walls', value: '20' }, assignedTo: assignee },
    ];
    for (const input of leads) await aLead(subgraph, admin, { pipelineId, ...input });
  });
  const titles = async (args: string): Promise<string[]> => {
    const { leads } = await ask<{ leads: { edges: { node: { title: string } }[] } }>(
      subgraph,
      admin,
      `{ leads(${args}) { edges { node { title } } } }`,
    );
    return leads.edges.map(({ node }) => node.title);
  };

  test.each([
    ['a stem of a word', 'text: "painted wall"', ['Paint']],
    ['stage', 'filter: { stage: { in: [QUALIFIED, CLOSED] } }', ['Garden wall']],
    ['value', 'filter: { value: { gte: "20" } }', ['Garden wall', 'Paint']],
    ['day', 'filter: { expectedCloseDate: { lt: "2027-02-01" } }', ['Slate roof']],
    ['no day', 'filter: { expectedCloseDate: { isNull: true } }', ['Paint']],
    ['one of several days', 'filter: { expectedCloseDate: { eq: "2027-02-01" } }', ['Garden wall']],
    ['probability', 'filter: { probability: { eq: 30 } }', ['Garden wall']],
    ['assignee', `filter: { assignedTo: { eq: "${assignee}" } }`, ['Paint', 'Slate roof']],
  ])('%s', async (_, args, expected) => {
    expect(await titles(`${args}, orderBy: { field: TITLE }`)).toEqual(expected);
  });

  test('each order, page by page', async () => {
    expect(await titles('orderBy: { field: VALUE, direction: DESC }')).toEqual([
      'Garden wall',
      'Paint',
      'Slate roof',
    ]);
    const byDay = 'first: 1, orderBy: { field: EXPECTED_CLOSE_DATE }';
    const seen = [];
    let after = '';
    for (;;) {
      const { leads } = await ask<{
        leads: {
          edges: { node: { title: string } }[];
          pageInfo: { endCursor: string; hasNextPage: boolean };
        };
      }>(
        subgraph,
        admin,
        `{ leads(${byDay}${after}) { edges { node { title } } pageInfo { endCursor hasNextPage } } }`,
      );
      seen.push(...leads.edges.map(({ node }) => node.title));
      if (!leads.pageInfo.hasNextPage) break;
      after = `, after: "${leads.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(['Slate roof', 'Garden wall', 'Paint']);
  });

  test('the user whose they are to win', async () => {
    const { _entities: found } = await ask(
      subgraph,
      admin,
      `{ _entities(representations: [{ __typename: "User", id: "${assignee}" }]) {
        ... on User { assignedLeads(orderBy: { field: TITLE }) { totalCount edges { node { title } } } } } }`,
    );
    expect(found).toEqual([
      {
        assignedLeads: {
          totalCount: 2,
          edges: [{ node: { title: 'Paint' } }, { node: { title: 'Slate roof' } }],
        },
      },
    ]);
  });
});
