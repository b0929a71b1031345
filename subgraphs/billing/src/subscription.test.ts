import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, aUser, biller, write } from './testing.ts';

let subgraph: Subgraph;
let monthly: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  monthly = await aPlan(subgraph);
});
afterAll(() => subgraph.close());

interface Subscription {
  readonly id: string;
  readonly status: string;
  readonly trialStart: string | null;
  readonly trialEnd: string | null;
  readonly billingAnchor: string;
  readonly currentPeriodStart: string;
  readonly currentPeriodEnd: string;
  readonly invoices: { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[] };
}

async function read(id: string): Promise<Subscription> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ subscription(id: "${id}") { id status trialStart trialEnd billingAnchor currentPeriodStart currentPeriodEnd
      invoices { edges { node { status total currency periodStart periodEnd lines { kind amount description } } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.subscription as Subscription;
}

function create(input: Readonly<Record<string, unknown>>, idempotencyKey: string | null = null) {
  return run(
    subgraph,
    biller,
    `mutation ($input: CreateSubscriptionInput!, $idempotencyKey: String) {
      createSubscription(input: $input, idempotencyKey: $idempotencyKey) { id status } }`,
    { input: { tenantId: aTenant(), customerId: newId(), planId: monthly, ...input }, idempotencyKey },
  );
}

describe('a subscription', () => {
  test('without a trial is active, and its first period is charged in advance', async () => {
    const startAt = '2026-01-31T10:00:00.000Z';
    const { invoices, ...subscription } = await read(
      await aSubscription(subgraph, { tenantId: aTenant(), planId: monthly, startAt }),
    );
    const currentPeriodEnd = '2026-02-28T10:00:00.000Z';
    expect(subscription).toMatchObject({
      ...{ status: 'ACTIVE', trialStart: null, trialEnd: null },
      ...{ billingAnchor: startAt, currentPeriodStart: startAt, currentPeriodEnd },
    });
    const description = 'Basic, 2026-01-31 to 2026-02-28';
    expect(invoices.edges.map(({ node }) => node)).toEqual([
      {
        ...{ status: 'OPEN', total: '30.00', currency: 'EUR' },
        ...{ periodStart: startAt, periodEnd: currentPeriodEnd },
        lines: [{ kind: 'PLAN', amount: '30.00', description }],
      },
    ]);
  });

  test('with a trial begins with it, and is charged nothing yet', async () => {
    const planId = await aPlan(subgraph, { trialPeriodDays: 14 });
    const startAt = '2026-03-01T00:00:00.000Z';
    const { invoices, ...subscription } = await read(
      await aSubscription(subgraph, { tenantId: aTenant(), planId, startAt }),
    );
    const trialEnd = '2026-03-15T00:00:00.000Z';
    expect(subscription).toMatchObject({
      ...{ status: 'TRIALING', trialStart: startAt, trialEnd, billingAnchor: trialEnd },
      ...{ currentPeriodStart: startAt, currentPeriodEnd: trialEnd },
    });
    expect(invoices.edges).toEqual([]);
  });

  test('may leave the plan’s trial out, or have one of its own', async () => {
    const planId = await aPlan(subgraph, { trialPeriodDays: 14 });
    expect((await create({ planId, trialDays: 0 })).data?.createSubscription).toMatchObject({
      status: 'ACTIVE',
    });
    expect((await create({ trialDays: 3 })).data?.createSubscription).toMatchObject({ status: 'TRIALING' });
  });

  test('of a plan that costs nothing has no invoice', async () => {
    const planId = await aPlan(subgraph, { amount: '0' });
    const { invoices } = await read(await aSubscription(subgraph, { tenantId: aTenant(), planId }));
    expect(invoices.edges).toEqual([]);
  });

  test('is made once for one idempotency key, with one invoice', async () => {
    const key = newId();
    const first = await create({}, key);
    expect(first.errors).toBeUndefined();
    expect(await create({}, key)).toEqual(first);
    const { invoices } = await read((first.data?.createSubscription as { id: string }).id);
    expect(invoices.edges).toHaveLength(1);
  });

  test.each([
    ['a plan that is not there', { planId: newId() }, 'NOT_FOUND'],
    ['a plan that is no UUID', { planId: 'x' }, 'BAD_USER_INPUT'],
    ['a customer that is no UUID', { customerId: 'x' }, 'BAD_USER_INPUT'],
    ['no tenant', { tenantId: null }, 'BAD_USER_INPUT'],
    ['a beginning that is to come', { startAt: '2999-01-01T00:00:00Z' }, 'BAD_USER_INPUT'],
    ['a beginning long ago', { startAt: '1999-01-01T00:00:00Z' }, 'BAD_USER_INPUT'],
    ['a trial of less than nothing', { trialDays: -1 }, 'BAD_USER_INPUT'],
    ['metadata that is no object', { metadata: [1] }, 'BAD_USER_INPUT'],
  ])('with %s is refused, and leaves nothing', async (_, input, code) => {
    const tenantId = aTenant();
    expect(codes(await create({ tenantId, ...input }))).toEqual([code]);
    const { data } = await run(
      subgraph,
      biller,
      `{ subscriptions(filter: { tenantId: { eq: "${tenantId}" } }) { totalCount }
        invoices(filter: { tenantId: { eq: "${tenantId}" } }) { totalCount } }`,
    );
    expect(data).toEqual({ subscriptions: { totalCount: 0 }, invoices: { totalCount: 0 } });
  });

  test('has its metadata changed', async () => {
    const id = await aSubscription(subgraph, { tenantId: aTenant(), planId: monthly, metadata: { a: 1 } });
    const field = 'updateSubscription(id: $id, input: $input) { metadata }';
    const changed = { 'id: ID!': id, 'input: UpdateSubscriptionInput!': { metadata: { b: [2] } } };
    expect(await write(subgraph, field, changed)).toEqual({ metadata: { b: [2] } });
    const unchanged = { ...changed, 'input: UpdateSubscriptionInput!': {} };
    expect(await write(subgraph, field, unchanged)).toEqual({ metadata: { b: [2] } });
  });
});

describe('writing subscriptions', () => {
  const mutations = [
    'createSubscription(input: { customerId: "x", planId: "x" }) { id }',
    'updateSubscription(id: "x", input: {}) { id }',
    'changeSubscriptionPlan(id: "x", planId: "x") { id }',
    'cancelSubscription(id: "x") { id }',
    'resumeSubscription(id: "x") { id }',
    'renewSubscriptions { renewed }',
  ];
  const all = mutations.flatMap((field) =>
    (['admin', 'client', 'user'] as const).map((role) => [field, role] as const),
  );

  test.each(all)('by %s is not for the role %s', async (field, role) => {
    expect(codes(await run(subgraph, aUser({ role }), `mutation { ${field} }`))).toEqual(['FORBIDDEN']);
  });

  test.each(mutations)('by %s is not for an admin who has been granted it either', async (field) => {
    const granted = aUser({ scopes: ['billing:read', 'billing:write'] });
    expect(codes(await run(subgraph, granted, `mutation { ${field} }`))).toEqual(['FORBIDDEN']);
  });
});
