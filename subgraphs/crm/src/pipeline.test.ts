import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aLead, aPipeline, aUser, someStages } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const create = (who: Identity, input: object, key?: string) =>
  run(
    subgraph,
    who,
    'mutation ($i: CreatePipelineInput!, $k: String) { createPipeline(input: $i, idempotencyKey: $k) { id isDefault } }',
    { i: { name: 'Sales', stages: someStages, ...input }, k: key },
  );
const update = (who: Identity, id: string, input: object) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $i: UpdatePipelineInput!) { updatePipeline(id: $id, input: $i) { name stages { stage name order probability } } }',
    { id, i: input },
  );
const makeDefault = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { makeDefaultPipeline(id: "${id}") { id isDefault } }`);
const remove = (who: Identity, id: string) => run(subgraph, who, `mutation { deletePipeline(id: "${id}") }`);

/** The default pipelines of the user's tenant. */
async function defaults(who: Identity): Promise<string[]> {
  const { pipelines } = await ask<{ pipelines: { edges: { node: { id: string } }[] } }>(
    subgraph,
    who,
    '{ pipelines(filter: { isDefault: { eq: true } }) { edges { node { id } } } }',
  );
  return pipelines.edges.map(({ node }) => node.id);
}

describe('the stages of a pipeline', () => {
  test('come in their order, each for the stage that it names or is named like', async () => {
    const admin = aUser();
    const stages = [
      { name: 'Won or lost', stage: 'CLOSED', order: 9, probability: 100 },
      { name: 'negotiation', order: 2, probability: 80 },
      { name: 'First talk', stage: 'PROSPECT', order: 1, probability: 5 },
    ];
    const id = await aPipeline(subgraph, admin, { stages });
    const { pipeline } = await ask(
      subgraph,
      admin,
      `{ pipeline(id: "${id}") { name tenant { id } stages { stage name order probability } } }`,
    );
    expect(pipeline).toEqual({
      name: 'Sales',
      tenant: { id: admin.tenantId },
      stages: [
        { stage: 'PROSPECT', name: 'First talk', order: 1, probability: 5 },
        { stage: 'NEGOTIATION', name: 'negotiation', order: 2, probability: 80 },
        { stage: 'CLOSED', name: 'Won or lost', order: 9, probability: 100 },
      ],
    });
  });

  const [first = { name: '', order: 0, probability: 0 }, second = first] = someStages;
  test.each([
    ['none', [], 'input.stages'],
    ['a probability above 100', [{ ...first, probability: 101 }], 'input.stages.0.probability'],
    ['a probability below 0', [first, { ...second, probability: -1 }], 'input.stages.1.probability'],
    ['an order below 0', [{ ...first, order: -1 }], 'input.stages.0.order'],
    ['no name', [{ ...first, name: ' ' }], 'input.stages.0.name'],
    ['a name of no stage', [{ ...first, name: 'Talk' }], 'input.stages.0.stage'],
    [
      'a name twice',
      [
        { ...first, stage: 'PROSPECT', name: 'A' },
        { ...second, stage: 'QUALIFIED', name: 'a' },
      ],
      'input.stages.1.name',
    ],
    ['an order twice', [first, { ...second, order: first.order }], 'input.stages.1.order'],
    ['a stage twice', [first, { ...second, stage: 'PROSPECT' }], 'input.stages.1.stage'],
  ])('are refused with %s', async (_, stages, field) => {
    const result = await create(aUser(), { stages });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
  });

  test('are kept where leads are', async () => {
    const admin = aUser();
    const id = await aPipeline(subgraph, admin);
    await aLead(subgraph, admin, { pipelineId: id, stage: 'PROPOSAL' });
    const without = (name: string) => someStages.filter((stage) => stage.name !== name);
    const refused = await update(admin, id, { stages: without('Proposal') });
    expect(codes(refused)).toEqual(['CONFLICT']);
    expect(refused.errors?.[0]?.message).toContain('PROPOSAL');
    const { data } = await update(admin, id, { name: 'Short', stages: without('Qualified') });
    expect(data?.updatePipeline).toMatchObject({ name: 'Short', stages: [{}, {}, {}] });
  });
});

describe('the default pipeline of a tenant', () => {
  test('is the first, until another is made so', async () => {
    const admin = aUser();
    const first = await aPipeline(subgraph, admin, { isDefault: false });
    expect(await defaults(admin)).toEqual([first]);
    const second = await aPipeline(subgraph, admin);
    expect(await defaults(admin)).toEqual([first]);
    const third = await aPipeline(subgraph, admin, { isDefault: true });
    expect(await defaults(admin)).toEqual([third]);
    expect((await makeDefault(admin, second)).data).toEqual({
      makeDefaultPipeline: { id: second, isDefault: true },
    });
    expect(await defaults(admin)).toEqual([second]);
    await ask(subgraph, admin, `mutation { makeDefaultPipeline(id: "${second}") { id } }`);
    expect(await defaults(admin)).toEqual([second]);
  });

  test('is one, when many are made at once', async () => {
    const admin = aUser();
    const results = await Promise.all([1, 2, 3, 4].map(() => create(admin, { isDefault: true })));
    expect(results.flatMap(codes)).toEqual([]);
    expect(await defaults(admin)).toHaveLength(1);
  });

  test('is one, when many are made so at once', async () => {
    const admin = aUser();
    const ids = [];
    for (let index = 0; index < 4; index += 1) ids.push(await aPipeline(subgraph, admin));
    const results = await Promise.all(ids.map((id) => makeDefault(admin, id)));
    expect(results.flatMap(codes)).toEqual([]);
    const [found, ...more] = await defaults(admin);
    expect(ids).toContain(found);
    expect(more).toEqual([]);
  });

  test('is another tenant’s no matter', async () => {
    const [one, other] = [aUser(), aUser()];
    const [ofOne, ofOther] = [await aPipeline(subgraph, one), await aPipeline(subgraph, other)];
    await aPipeline(subgraph, one, { isDefault: true });
    expect(await defaults(other)).toEqual([ofOther]);
    expect(await defaults(one)).not.toContain(ofOne);
  });

  test('cannot be deleted', async () => {
    const admin = aUser();
    const [first, second] = [await aPipeline(subgraph, admin), await aPipeline(subgraph, admin)];
    const refused = await remove(admin, first);
    expect(codes(refused)).toEqual(['CONFLICT']);
    expect(refused.errors?.[0]?.message).toContain('default');
    expect((await remove(admin, second)).data).toEqual({ deletePipeline: second });
    expect(await defaults(admin)).toEqual([first]);
  });

  test('is on record as it changes', async () => {
    const admin = aUser();
    const [first, second] = [await aPipeline(subgraph, admin), await aPipeline(subgraph, admin)];
    await makeDefault(admin, second);
    const { crmAuditLog } = await ask<{ crmAuditLog: { edges: { node: object }[] } }>(
      subgraph,
      admin,
      `{ crmAuditLog(filter: { action: { eq: "crm.makeDefaultPipeline" } }) { edges { node { resourceId before after } } } }`,
    );
    const entries = crmAuditLog.edges.map(({ node }) => node);
    expect(entries).toHaveLength(2);
    expect(entries).toEqual(
      expect.arrayContaining([
        { resourceId: first, before: { isDefault: true }, after: { isDefault: false } },
        { resourceId: second, before: { isDefault: false }, after: { isDefault: true } },
      ]),
    );
  });
});

test('a pipeline with leads cannot be deleted, closed ones among them', async () => {
  const admin = aUser();
  await aPipeline(subgraph, admin);
  const id = await aPipeline(subgraph, admin);
  const lead = await aLead(subgraph, admin, { pipelineId: id });
  await ask(subgraph, admin, `mutation { moveLead(id: "${lead}", stage: CLOSED) { id } }`);
  const refused = await remove(admin, id);
  expect(codes(refused)).toEqual(['CONFLICT']);
  expect(refused.errors?.[0]?.message).toContain('leads');
});

test('a repeated request makes one pipeline', async () => {
  const admin = aUser();
  const key = newId();
  const results = [await create(admin, {}, key), await create(admin, { isDefault: true }, key)];
  const ids = results.map(({ data }) => (data?.createPipeline as { id: string }).id);
  expect(new Set(ids).size).toBe(1);
});
