import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aLead, aPipeline, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const fields = 'stage probability outcome lostReason closedAt';
const move = (who: Identity, id: string, args: string) =>
  run(subgraph, who, `mutation { moveLead(id: "${id}", ${args}) { ${fields} } }`);
const reopen = (who: Identity, id: string, args: string) =>
  run(subgraph, who, `mutation { reopenLead(id: "${id}", ${args}) { ${fields} } }`);

/** A lead that a pipeline has at its first stage, or that was moved on. */
async function aLeadAt(who: Identity, ...moves: string[]): Promise<string> {
  await aPipeline(subgraph, who);
  const id = await aLead(subgraph, who);
  for (const args of moves) expect((await move(who, id, args)).errors).toBeUndefined();
  return id;
}

const open = { outcome: null, lostReason: null, closedAt: null };

describe('an open lead', () => {
  test('that is moved gets the probability of its stage', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const { data } = await move(admin, id, 'stage: PROPOSAL');
    expect(data?.moveLead).toEqual({ stage: 'PROPOSAL', probability: 60, ...open });
  });

  test('gets the probability that is given', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const { data } = await move(admin, id, 'stage: QUALIFIED, probability: 42');
    expect(data?.moveLead).toEqual({ stage: 'QUALIFIED', probability: 42, ...open });
  });

  test('may be moved back', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin, 'stage: NEGOTIATION');
    const { data } = await move(admin, id, 'stage: QUALIFIED');
    expect(data?.moveLead).toMatchObject({ stage: 'QUALIFIED', probability: 30 });
  });

  test('in no pipeline keeps its probability', async () => {
    const admin = aUser();
    const id = await aLead(subgraph, admin, { probability: 25 });
    const { data } = await move(admin, id, 'stage: PROPOSAL');
    expect(data?.moveLead).toMatchObject({ stage: 'PROPOSAL', probability: 25 });
  });

  test.each([
    ['a probability above 100', 'stage: PROPOSAL, probability: 101', 'probability'],
    ['a reason to be lost', 'stage: PROPOSAL, lostReason: "Price"', 'lostReason'],
    ['an empty reason', 'stage: CLOSED, lostReason: " "', 'lostReason'],
    ['a probability of 0 and no reason', 'stage: CLOSED, probability: 0', 'lostReason'],
    ['a closing that is neither', 'stage: CLOSED, probability: 50', 'probability'],
    ['a lost one that is certain', 'stage: CLOSED, probability: 100, lostReason: "Price"', 'probability'],
  ])('is not moved with %s', async (_, args, field) => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const result = await move(admin, id, args);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    const { lead } = await ask(subgraph, admin, `{ lead(id: "${id}") { stage } }`);
    expect(lead).toEqual({ stage: 'PROSPECT' });
  });

  test('is not moved to a stage that its pipeline has not', async () => {
    const admin = aUser();
    await aPipeline(subgraph, admin, { stages: [{ name: 'Prospect', order: 1, probability: 10 }] });
    const id = await aLead(subgraph, admin);
    const result = await move(admin, id, 'stage: PROPOSAL');
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.message).toBe('stage must be a stage that the pipeline has: PROSPECT');
    expect((await move(admin, id, 'stage: CLOSED')).errors).toBeUndefined();
  });
});

describe('a closed lead', () => {
  test.each(['stage: CLOSED', 'stage: CLOSED, probability: 100'])('is won by %s', async (args) => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const { data } = await move(admin, id, args);
    expect(data?.moveLead).toEqual({
      ...{ stage: 'CLOSED', probability: 100, outcome: 'WON', lostReason: null },
      closedAt: expect.any(String),
    });
  });

  test.each(['', ', probability: 0'])('is lost with a reason%s', async (args) => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const { data } = await move(admin, id, `stage: CLOSED, lostReason: "Price"${args}`);
    expect(data?.moveLead).toEqual({
      ...{ stage: 'CLOSED', probability: 0, outcome: 'LOST', lostReason: 'Price' },
      closedAt: expect.any(String),
    });
  });

  test('is not moved, and is opened again only by reopenLead', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin, 'stage: CLOSED, lostReason: "Price"');
    expect(codes(await move(admin, id, 'stage: PROPOSAL'))).toEqual(['CONFLICT']);
    expect(codes(await move(admin, id, 'stage: CLOSED'))).toEqual(['CONFLICT']);
    expect(codes(await reopen(admin, id, 'stage: CLOSED'))).toEqual(['BAD_USER_INPUT']);
    const { data } = await reopen(admin, id, 'stage: NEGOTIATION');
    expect(data?.reopenLead).toEqual({ stage: 'NEGOTIATION', probability: 80, ...open });
    expect(codes(await reopen(admin, id, 'stage: PROPOSAL'))).toEqual(['CONFLICT']);
  });

  test('that is opened again in no pipeline begins without a probability, unless one is given', async () => {
    const admin = aUser();
    const id = await aLead(subgraph, admin);
    await move(admin, id, 'stage: CLOSED');
    expect((await reopen(admin, id, 'stage: PROPOSAL')).data?.reopenLead).toMatchObject({ probability: 0 });
    await move(admin, id, 'stage: CLOSED');
    const { data } = await reopen(admin, id, 'stage: PROPOSAL, probability: 70');
    expect(data?.reopenLead).toMatchObject({ probability: 70 });
  });
});

describe('of those who move a lead', () => {
  test('whoever expects another stage is told which it is', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin, 'stage: QUALIFIED');
    const result = await move(admin, id, 'stage: PROPOSAL, expectedStage: PROSPECT');
    expect(codes(result)).toEqual(['CONFLICT']);
    expect(result.errors?.[0]?.message).toContain('QUALIFIED');
    expect((await move(admin, id, 'stage: PROPOSAL, expectedStage: QUALIFIED')).errors).toBeUndefined();
  });

  test('whoever moves it to where it is already is told so', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin, 'stage: QUALIFIED');
    expect(codes(await move(admin, id, 'stage: QUALIFIED'))).toEqual(['CONFLICT']);
  });

  test('at the same time one succeeds', async () => {
    const admin = aUser();
    const id = await aLeadAt(admin);
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        move(admin, id, `stage: CLOSED, lostReason: "Reason ${index}"`),
      ),
    );
    expect(results.flatMap(codes)).toEqual(Array(5).fill('CONFLICT'));
    const winner = results.find(({ errors }) => !errors)?.data?.moveLead as { lostReason: string };
    const { lead } = await ask(subgraph, admin, `{ lead(id: "${id}") { lostReason } }`);
    expect(lead).toEqual({ lostReason: winner.lostReason });
  });
});
