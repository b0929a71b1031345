import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, aUser, biller } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aBillingSubgraph();
});
afterAll(() => subgraph.close());

const fields = 'id name description amount currency interval intervalCount trialPeriodDays features isActive';

function create(
  input: Readonly<Record<string, unknown>>,
  who = biller,
  idempotencyKey: string | null = null,
) {
  return run(
    subgraph,
    who,
    `mutation ($input: CreatePlanInput!, $idempotencyKey: String) {
      createPlan(input: $input, idempotencyKey: $idempotencyKey) { ${fields} } }`,
    { input: { name: 'Pro', amount: '10', currency: 'EUR', interval: 'MONTH', ...input }, idempotencyKey },
  );
}

function update(id: string, input: Readonly<Record<string, unknown>>, who = biller) {
  return run(
    subgraph,
    who,
    `mutation ($id: ID!, $input: UpdatePlanInput!) { updatePlan(id: $id, input: $input) { ${fields} } }`,
    { id, input },
  );
}

describe('a plan', () => {
  test('has what it was made with, and the usual for the rest', async () => {
    const { data, errors } = await create({ description: 'For teams', features: ['Ten seats', 'Support'] });
    expect(errors).toBeUndefined();
    expect(data?.createPlan).toMatchObject({
      ...{ name: 'Pro', description: 'For teams', amount: '10.00', currency: 'EUR', interval: 'MONTH' },
      ...{ intervalCount: 1, trialPeriodDays: 0, features: ['Ten seats', 'Support'], isActive: true },
    });
  });

  test('is made once for one idempotency key', async () => {
    const key = newId();
    const first = await create({}, biller, key);
    expect(first.errors).toBeUndefined();
    expect(await create({}, biller, key)).toEqual(first);
  });

  test.each([
    ['a negative amount', { amount: '-1' }, 'input.amount'],
    ['a part of a cent', { amount: '1.005' }, 'input.amount'],
    ['a currency in small letters', { currency: 'eur' }, 'input.currency'],
    ['no name', { name: ' ' }, 'input.name'],
    ['a period of no months', { intervalCount: 0 }, 'input.intervalCount'],
    ['a trial of less than nothing', { trialPeriodDays: -1 }, 'input.trialPeriodDays'],
    ['a feature that says nothing', { features: [''] }, 'input.features.0'],
  ])('with %s is refused', async (_, input, field) => {
    const { errors } = await create(input);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test('changes what is given, while nobody has subscribed to it', async () => {
    const id = await aPlan(subgraph);
    const { data } = await update(id, { amount: '12.5', interval: 'YEAR', isActive: false });
    expect(data?.updatePlan).toMatchObject({
      ...{ name: 'Basic', amount: '12.50', interval: 'YEAR', isActive: false },
    });
  });

  test('that is not there is not found', async () => {
    expect(codes(await update(newId(), { name: 'x' }))).toEqual(['NOT_FOUND']);
    expect(codes(await update('nonsense', { name: 'x' }))).toEqual(['NOT_FOUND']);
  });
});

describe('a plan that has subscribers', () => {
  let planId: string;
  beforeAll(async () => {
    planId = await aPlan(subgraph);
    await aSubscription(subgraph, { tenantId: aTenant(), planId });
  });

  test.each([[{ amount: '31' }], [{ currency: 'USD' }], [{ interval: 'YEAR' }], [{ intervalCount: 2 }]])(
    'keeps its price: %j is a conflict',
    async (input) => {
      expect(codes(await update(planId, input))).toEqual(['CONFLICT']);
    },
  );

  test('may be called otherwise, keep its price, and go off offer', async () => {
    const { data } = await update(planId, { name: 'Former', amount: '30', isActive: false });
    expect(data?.updatePlan).toMatchObject({ name: 'Former', amount: '30.00', isActive: false });
  });

  test('that is off offer takes no more', async () => {
    const input = { tenantId: aTenant(), customerId: newId(), planId };
    const result = await run(
      subgraph,
      biller,
      'mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) { id } }',
      { input },
    );
    expect(codes(result)).toEqual(['CONFLICT']);
  });
});

describe('plans are', () => {
  test.each(['superadmin', 'admin', 'client'] as const)('read by the role %s', async (role) => {
    const id = await aPlan(subgraph);
    const { data } = await run(subgraph, aUser({ role }), `{ plan(id: "${id}") { id } }`);
    expect(data).toEqual({ plan: { id } });
  });

  test('not read by the role user', async () => {
    expect(codes(await run(subgraph, aUser({ role: 'user' }), '{ plans { totalCount } }'))).toEqual([
      'FORBIDDEN',
    ]);
  });

  test('listed by a filter, in an order', async () => {
    const name = newId();
    for (const amount of ['3', '1', '2']) await aPlan(subgraph, { name: `${name} ${amount}`, amount });
    const { data } = await run(
      subgraph,
      aUser(),
      `{ plans(filter: { name: { startsWith: "${name}" }, amount: { gte: "1.50" } },
          orderBy: { field: AMOUNT, direction: DESC }) { totalCount edges { node { amount } } } }`,
    );
    expect(data?.plans).toEqual({
      totalCount: 2,
      edges: [{ node: { amount: '3.00' } }, { node: { amount: '2.00' } }],
    });
  });
});
