import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const create = (who: Identity, input: object, key?: string) =>
  run(
    subgraph,
    who,
    `mutation ($i: CreateInteractionInput!, $k: String) { createInteraction(input: $i, idempotencyKey: $k) {
      id type subject content metadata scheduledAt completedAt user { id } customer { id } lead { id } tenant { id } } }`,
    { i: { type: 'CALL', subject: 'Hello', ...input }, k: key },
  );
const update = (who: Identity, id: string, input: object) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $i: UpdateInteractionInput!) { updateInteraction(id: $id, input: $i) {
      subject content scheduledAt lead { id } metadata } }`,
    { id, i: input },
  );
const complete = (who: Identity, id: string, at?: string) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $at: DateTime) { completeInteraction(id: $id, completedAt: $at) { completedAt } }',
    {
      id,
      at,
    },
  );

const [monday, tuesday] = ['2026-03-02T09:00:00.000Z', '2026-03-03T09:00:00.000Z'];

describe('an interaction', () => {
  test('has all that it was made with, and is the caller’s', async () => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const leadId = await aLead(subgraph, admin, { customerId });
    const input = {
      ...{ type: 'MEETING', subject: 'Kick-off', content: 'Bring the plan', metadata: { room: 7 } },
      ...{ scheduledAt: monday, completedAt: tuesday },
    };
    const { data, errors } = await create(admin, { ...input, customerId, leadId });
    expect(errors).toBeUndefined();
    expect(data?.createInteraction).toEqual({
      ...{ id: expect.any(String), ...input, user: { id: admin.userId } },
      ...{ customer: { id: customerId }, lead: { id: leadId }, tenant: { id: admin.tenantId } },
    });
  });

  test('may be completed before it was planned', async () => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const { errors } = await create(admin, { customerId, scheduledAt: tuesday, completedAt: monday });
    expect(errors).toBeUndefined();
  });

  test('that is not planned has just happened', async () => {
    const admin = aUser();
    const { data } = await create(admin, { customerId: await aCustomer(subgraph, admin) });
    expect(data?.createInteraction).toMatchObject({ scheduledAt: null, completedAt: expect.any(String) });
  });

  test('that is planned is still to come', async () => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const { data } = await create(admin, { customerId, scheduledAt: monday });
    expect(data?.createInteraction).toMatchObject({ scheduledAt: monday, completedAt: null });
  });

  test('that is a note is neither', async () => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const { data } = await create(admin, { customerId, type: 'NOTE' });
    expect(data?.createInteraction).toMatchObject({ scheduledAt: null, completedAt: null });
    for (const times of [{ scheduledAt: monday }, { completedAt: monday }]) {
      const result = await create(admin, { customerId, type: 'NOTE', ...times });
      expect(codes(result)).toEqual(['BAD_USER_INPUT']);
      expect(result.errors?.[0]?.extensions.field).toBe(`input.${Object.keys(times).join('')}`);
    }
  });

  test('is about a lead of its customer alone', async () => {
    const admin = aUser();
    const leadId = await aLead(subgraph, admin);
    const refused = await create(admin, { customerId: await aCustomer(subgraph, admin), leadId });
    expect(codes(refused)).toEqual(['BAD_USER_INPUT']);
    expect(refused.errors?.[0]?.extensions.field).toBe('input.leadId');
    const id = await anInteraction(subgraph, admin);
    expect(codes(await update(admin, id, { leadId }))).toEqual(['BAD_USER_INPUT']);
  });

  test('is made once by a repeated request', async () => {
    const admin = aUser();
    const [customerId, key] = [await aCustomer(subgraph, admin), newId()];
    const results = [await create(admin, { customerId }, key), await create(admin, { customerId }, key)];
    expect(new Set(results.map(({ data }) => (data?.createInteraction as { id: string }).id)).size).toBe(1);
  });
});

describe('completing', () => {
  test('says when, now unless it is said', async () => {
    const admin = aUser();
    const [one, two] = [
      await anInteraction(subgraph, admin, { scheduledAt: monday }),
      await anInteraction(subgraph, admin, { scheduledAt: monday }),
    ];
    expect((await complete(admin, one, tuesday)).data).toEqual({
      completeInteraction: { completedAt: tuesday },
    });
    expect((await complete(admin, two)).data?.completeInteraction).toEqual({
      completedAt: expect.any(String),
    });
  });

  test('happens once, when several say so at the same time', async () => {
    const admin = aUser();
    const id = await anInteraction(subgraph, admin, { scheduledAt: monday });
    const results = await Promise.all([1, 2, 3].map(() => complete(admin, id)));
    expect(results.flatMap(codes)).toEqual(['CONFLICT', 'CONFLICT']);
  });

  test('is not for notes', async () => {
    const admin = aUser();
    const id = await anInteraction(subgraph, admin, { type: 'NOTE' });
    expect(codes(await complete(admin, id))).toEqual(['CONFLICT']);
  });
});

describe('changing an interaction', () => {
  test('changes what is given and keeps the rest', async () => {
    const admin = aUser();
    const id = await anInteraction(subgraph, admin, { scheduledAt: monday, content: 'Bring cake' });
    const { data } = await update(admin, id, { scheduledAt: tuesday, metadata: { room: 7 } });
    expect(data?.updateInteraction).toEqual({
      ...{ subject: 'Hello', content: 'Bring cake', scheduledAt: tuesday, lead: null, metadata: { room: 7 } },
    });
  });

  test('puts off what is to come, and not what is completed, unplanned or a note', async () => {
    const admin = aUser();
    const planned = await anInteraction(subgraph, admin, { scheduledAt: monday });
    const note = await anInteraction(subgraph, admin, { type: 'NOTE' });
    expect(codes(await update(admin, planned, { scheduledAt: null }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await update(admin, note, { scheduledAt: monday }))).toEqual(['BAD_USER_INPUT']);
    await complete(admin, planned);
    expect(codes(await update(admin, planned, { scheduledAt: tuesday }))).toEqual(['CONFLICT']);
    expect((await update(admin, planned, { content: 'Done' })).errors).toBeUndefined();
  });
});

test('deleting an interaction deletes it', async () => {
  const admin = aUser();
  const id = await anInteraction(subgraph, admin);
  await ask(subgraph, admin, `mutation { deleteInteraction(id: "${id}") }`);
  expect(await ask(subgraph, admin, `{ interaction(id: "${id}") { id } }`)).toEqual({ interaction: null });
});

describe('the timeline of a customer', () => {
  test('has the latest first, by when things happened or are planned', async () => {
    const admin = aUser();
    const customerId = await aCustomer(subgraph, admin);
    const leadId = await aLead(subgraph, admin, { customerId });
    const inputs = [
      { subject: 'planned', scheduledAt: '2999-01-01T00:00:00Z', leadId },
      { subject: 'long ago', completedAt: '2020-01-01T00:00:00Z' },
      {
        subject: 'put off',
        scheduledAt: '2999-01-02T00:00:00Z',
        completedAt: '2019-01-01T00:00:00Z',
        leadId,
      },
      { subject: 'today', type: 'NOTE' },
    ];
    for (const input of inputs) await anInteraction(subgraph, admin, { customerId, ...input });
    await anInteraction(subgraph, admin, { subject: 'somebody else’s' });
    const { customer, lead } = await ask<
      Record<
        'customer' | 'lead',
        { interactions: { totalCount: number; edges: { node: { subject: string } }[] } }
      >
    >(
      subgraph,
      admin,
      `{ customer(id: "${customerId}") { interactions { totalCount edges { node { subject } } } }
        lead(id: "${leadId}") { interactions(filter: { completedAt: { isNull: true } }) { totalCount edges { node { subject } } } } }`,
    );
    expect(customer.interactions.edges.map(({ node }) => node.subject)).toEqual([
      ...['planned', 'today', 'long ago', 'put off'],
    ]);
    expect(customer.interactions.totalCount).toBe(4);
    expect(lead.interactions).toEqual({ totalCount: 1, edges: [{ node: { subject: 'planned' } }] });
  });
});
