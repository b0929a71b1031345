import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, codes, mutationsOfCallers, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aPipeline, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

/** Who has everything, and somebody of another tenant who has the same. */
const owner = aUser();
const stranger = aUser();

type Ids = Readonly<Record<'customer' | 'pipeline' | 'lead' | 'interaction', string>>;
let ids: Ids;
/** The stranger's. */
let own: Ids;

async function everythingOf(who: Identity): Promise<Ids> {
  const customer = await aCustomer(subgraph, who);
  await aPipeline(subgraph, who);
  const pipeline = await aPipeline(subgraph, who);
  const lead = await aLead(subgraph, who, { customerId: customer });
  const planned = { customerId: customer, leadId: lead, scheduledAt: '2999-01-01T00:00:00Z' };
  return { customer, pipeline, lead, interaction: await anInteraction(subgraph, who, planned) };
}

beforeAll(async () => {
  ids = await everythingOf(owner);
  own = await everythingOf(stranger);
});

/** Every write of what is there. */
const writes: [string, (given: Ids) => string][] = [
  ['updateCustomer', ({ customer }) => `updateCustomer(id: "${customer}", input: { company: "x" }) { id }`],
  ['deleteCustomer', ({ customer }) => `deleteCustomer(id: "${customer}")`],
  ['updatePipeline', ({ pipeline }) => `updatePipeline(id: "${pipeline}", input: { name: "x" }) { id }`],
  ['makeDefaultPipeline', ({ pipeline }) => `makeDefaultPipeline(id: "${pipeline}") { id }`],
  ['deletePipeline', ({ pipeline }) => `deletePipeline(id: "${pipeline}")`],
  [
    'createLead',
    ({ customer }) => `createLead(input: { customerId: "${customer}", title: "x", currency: "EUR" }) { id }`,
  ],
  ['updateLead', ({ lead }) => `updateLead(id: "${lead}", input: { title: "x" }) { id }`],
  ['moveLead', ({ lead }) => `moveLead(id: "${lead}", stage: CLOSED) { id }`],
  ['reopenLead', ({ lead }) => `reopenLead(id: "${lead}", stage: PROSPECT) { id }`],
  ['deleteLead', ({ lead }) => `deleteLead(id: "${lead}")`],
  [
    'createInteraction',
    ({ customer }) =>
      `createInteraction(input: { customerId: "${customer}", type: NOTE, subject: "x" }) { id }`,
  ],
  [
    'updateInteraction',
    ({ interaction }) => `updateInteraction(id: "${interaction}", input: { subject: "x" }) { id }`,
  ],
  ['completeInteraction', ({ interaction }) => `completeInteraction(id: "${interaction}") { id }`],
  ['deleteInteraction', ({ interaction }) => `deleteInteraction(id: "${interaction}")`],
];

/** All that the owner has, as the owner sees it. */
const everything = (): Promise<unknown> =>
  ask(
    subgraph,
    owner,
    `{ customers { edges { node { id company updatedAt } } } pipelines { edges { node { id name isDefault } } }
      leads { edges { node { id title stage updatedAt pipeline { id } } } }
      interactions { edges { node { id subject completedAt lead { id } } } } }`,
  );

describe('another tenant', () => {
  test.each(writes)('writes nothing of the owner’s by %s', async (_, write) => {
    const before = await everything();
    expect(codes(await run(subgraph, stranger, `mutation { ${write(ids)} }`))).toEqual(['NOT_FOUND']);
    expect(await everything()).toEqual(before);
  });

  test('makes no customer and no pipeline in the owner’s tenant', async () => {
    const before = await everything();
    const tenantId = `tenantId: "${owner.tenantId}"`;
    const stages = 'stages: [{ name: "Prospect", order: 1, probability: 1 }]';
    for (const write of [
      `createCustomer(input: { ${tenantId}, email: "x@example.com" }) { id }`,
      `createPipeline(input: { ${tenantId}, name: "x", ${stages} }) { id }`,
    ])
      expect(codes(await run(subgraph, stranger, `mutation { ${write} }`))).toEqual(['FORBIDDEN']);
    expect(await everything()).toEqual(before);
  });

  test('has been tried with every mutation that there is', () => {
    const mutations = mutationsOfCallers(subgraph);
    const tried = [...writes.map(([name]) => name), 'createCustomer', 'createPipeline'];
    expect(tried.toSorted()).toEqual(mutations.toSorted());
  });
});

/** Writes of something of one's own that name something of another tenant; a superadmin sees both. */
const references: [string, (mine: Ids, theirs: Ids) => string][] = [
  [
    'createLead in a pipeline',
    ({ customer }, { pipeline }) =>
      `createLead(input: { customerId: "${customer}", pipelineId: "${pipeline}", title: "x", currency: "EUR" }) { id }`,
  ],
  [
    'updateLead into a pipeline',
    ({ lead }, { pipeline }) => `updateLead(id: "${lead}", input: { pipelineId: "${pipeline}" }) { id }`,
  ],
  [
    'createInteraction about a lead',
    ({ customer }, { lead }) =>
      `createInteraction(input: { customerId: "${customer}", leadId: "${lead}", type: NOTE, subject: "x" }) { id }`,
  ],
  [
    'updateInteraction about a lead',
    ({ interaction }, { lead }) =>
      `updateInteraction(id: "${interaction}", input: { leadId: "${lead}" }) { id }`,
  ],
];

describe('nothing refers to what is another tenant’s', () => {
  test.each(references)('by %s', async (_, write) => {
    const before = await everything();
    expect(codes(await run(subgraph, stranger, `mutation { ${write(own, ids)} }`))).toEqual(['NOT_FOUND']);
    for (const [one, other] of [
      [own, ids],
      [ids, own],
    ] as const) {
      const [code] = codes(await run(subgraph, aSuperadmin(), `mutation { ${write(one, other)} }`));
      expect(['NOT_FOUND', 'BAD_USER_INPUT']).toContain(code);
    }
    expect(await everything()).toEqual(before);
  });
});
