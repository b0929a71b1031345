import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import {
  aBillingSubgraph,
  anOpenInvoice,
  aPlan,
  aSubscription,
  aTenant,
  aUser,
  biller,
  write,
} from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aBillingSubgraph();
});
afterAll(() => subgraph.close());

const everything = `mrr currency mrrByCurrency { amount currency } activeSubscriptions trialingSubscriptions
  pastDueSubscriptions openInvoices openAmount openByCurrency { amount currency } overdueInvoices overdueAmount
  overdueByCurrency { amount currency }`;

interface Entity {
  readonly id: string;
  readonly billing: Readonly<Record<string, unknown>> | null;
}

async function tenants(
  ids: readonly string[],
  selection = everything,
  who: Identity = biller,
): Promise<Entity[]> {
  const { data, errors } = await run(
    subgraph,
    who,
    `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { id billing { ${selection} } } } }`,
    { all: ids.map((id) => ({ __typename: 'Tenant', id })) },
  );
  expect(errors).toBeUndefined();
  return data?._entities as Entity[];
}

async function billingOf(tenantId: string, selection = everything): Promise<unknown> {
  return (await tenants([tenantId], selection))[0]?.billing;
}

const overdue = { dueDate: '2020-01-01T00:00:00Z' };
const zeros = {
  ...{ mrr: '0.00', currency: null, mrrByCurrency: [] },
  ...{ activeSubscriptions: 0, trialingSubscriptions: 0, pastDueSubscriptions: 0 },
  ...{ openInvoices: 0, openAmount: '0.00', openByCurrency: [] },
  ...{ overdueInvoices: 0, overdueAmount: '0.00', overdueByCurrency: [] },
};

const pay = (invoiceId: string, amount: string, currency = 'EUR') =>
  write(subgraph, 'recordPayment(input: $input) { id }', {
    'input: RecordPaymentInput!': { invoiceId, amount, currency, method: 'card', provider: 'test' },
  });

describe('the monthly recurring revenue', () => {
  test('is a twelfth of a year, a third of a quarter, and has no trials and nothing that has ended', async () => {
    const tenantId = aTenant();
    const plans = {
      month: await aPlan(subgraph),
      quarter: await aPlan(subgraph, { amount: '100', intervalCount: 3 }),
      year: await aPlan(subgraph, { amount: '1000', interval: 'YEAR' }),
    };
    for (const planId of Object.values(plans)) await aSubscription(subgraph, { tenantId, planId });
    await aSubscription(subgraph, { tenantId, planId: plans.year, trialDays: 5 });
    const ended = await aSubscription(subgraph, { tenantId, planId: plans.month });
    await write(subgraph, 'cancelSubscription(id: $id, atPeriodEnd: false) { id }', { 'id: ID!': ended });
    // 30 + 100 ÷ 3 + 1000 ÷ 12 = 146.666…
    expect(await billingOf(tenantId)).toMatchObject({
      ...{ mrr: '146.67', currency: 'EUR', mrrByCurrency: [{ amount: '146.67', currency: 'EUR' }] },
      ...{ activeSubscriptions: 3, trialingSubscriptions: 1, pastDueSubscriptions: 0 },
    });
  });

  test('adds thirds up to the whole before it makes cents', async () => {
    const tenantId = aTenant();
    // Three times 0.01 ÷ 3, and 0.005: 0.015 is even at 0.02.
    const third = await aPlan(subgraph, { amount: '0.01', intervalCount: 3 });
    const half = await aPlan(subgraph, { amount: '0.01', intervalCount: 2 });
    for (const planId of [third, third, third, half]) await aSubscription(subgraph, { tenantId, planId });
    expect(await billingOf(tenantId, 'mrr')).toEqual({ mrr: '0.02' });
  });

  test('counts what ends with its period, and who is late', async () => {
    const tenantId = aTenant();
    const planId = await aPlan(subgraph);
    const [ending, late] = [
      await aSubscription(subgraph, { tenantId, planId }),
      await aSubscription(subgraph, { tenantId, planId }),
    ];
    await write(subgraph, 'cancelSubscription(id: $id) { id }', { 'id: ID!': ending });
    await anOpenInvoice(subgraph, { tenantId, subscriptionId: late, customerId: null, ...overdue });
    await write(subgraph, 'renewSubscriptions(tenantId: $id) { pastDue }', { 'id: ID': tenantId });
    expect(await billingOf(tenantId)).toMatchObject({
      ...{ mrr: '60.00', activeSubscriptions: 2, pastDueSubscriptions: 1 },
    });
  });

  test('of several currencies is never added up', async () => {
    const tenantId = aTenant();
    const [euro, dollar] = [await aPlan(subgraph), await aPlan(subgraph, { currency: 'USD', amount: '500' })];
    for (const planId of [euro, dollar, euro]) await aSubscription(subgraph, { tenantId, planId });
    expect(await billingOf(tenantId)).toMatchObject({
      ...{ mrr: '60.00', currency: 'EUR', openInvoices: 3, openAmount: '60.00' },
      mrrByCurrency: [
        { amount: '60.00', currency: 'EUR' },
        { amount: '500.00', currency: 'USD' },
      ],
      openByCurrency: [
        { amount: '60.00', currency: 'EUR' },
        { amount: '500.00', currency: 'USD' },
      ],
    });
  });
});

describe('a tenant’s billing', () => {
  test('has what is still to be paid, and what of it is overdue', async () => {
    const tenantId = aTenant();
    const late = await anOpenInvoice(subgraph, { tenantId, ...overdue });
    await pay(late, '30');
    await anOpenInvoice(subgraph, { tenantId });
    await pay(await anOpenInvoice(subgraph, { tenantId }), '100');
    const dollars = await anOpenInvoice(subgraph, { tenantId, currency: 'USD', ...overdue });
    await pay(dollars, '0.01', 'USD');
    expect(await billingOf(tenantId)).toEqual({
      ...zeros,
      ...{
        currency: 'EUR',
        openInvoices: 3,
        openAmount: '170.00',
        overdueInvoices: 2,
        overdueAmount: '70.00',
      },
      openByCurrency: [
        { amount: '170.00', currency: 'EUR' },
        { amount: '99.99', currency: 'USD' },
      ],
      overdueByCurrency: [
        { amount: '70.00', currency: 'EUR' },
        { amount: '99.99', currency: 'USD' },
      ],
    });
  });

  test('that has nothing is nothing', async () => {
    expect(await billingOf(aTenant())).toEqual(zeros);
  });

  test('has as revenue what was paid of what was settled, by currency and month', async () => {
    const tenantId = aTenant();
    const paid = await anOpenInvoice(subgraph, { tenantId });
    await pay(paid, '60');
    const { id: refunded } = await pay(paid, '40');
    await write(subgraph, 'refundPayment(id: $id) { id }', { 'id: ID!': refunded });
    await pay(await anOpenInvoice(subgraph, { tenantId, currency: 'USD' }), '100', 'USD');
    await pay(await anOpenInvoice(subgraph, { tenantId }), '99');
    const now = Date.now();
    const span = (from: number, to: number): string =>
      `(period: { from: "${new Date(from).toISOString()}", to: "${new Date(to).toISOString()}" })`;
    const [around, before] = [span(now - 3_600_000, now + 3_600_000), span(now - 7_200_000, now - 3_600_000)];
    const fields = 'month revenue { amount currency }';
    const billing = (await billingOf(
      tenantId,
      `revenue${around} { amount currency } none: revenue${before} { amount } revenueByMonth${around} { ${fields} }`,
    )) as { revenue: unknown; none: unknown; revenueByMonth: { month: string; revenue: unknown }[] };
    const sums = [
      { amount: '60.00', currency: 'EUR' },
      { amount: '100.00', currency: 'USD' },
    ];
    expect(billing.revenue).toEqual(sums);
    expect(billing.none).toEqual([]);
    const { data } = await run(subgraph, biller, `{ invoice(id: "${paid}") { paidAt } }`);
    const { paidAt } = data?.invoice as { paidAt: string };
    expect(billing.revenueByMonth).toEqual([
      { month: `${paidAt.slice(0, 7)}-01T00:00:00.000Z`, revenue: sums },
    ]);
  });

  test('of a period that ends before it begins is refused', async () => {
    const period = '{ from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }';
    const result = await run(
      subgraph,
      biller,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant {
        billing { revenue(period: ${period}) { amount } } } } }`,
      { all: [{ __typename: 'Tenant', id: aTenant() }] },
    );
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the statements', () => {
  const period = '(period: { from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" })';

  test.each([
    ['the figures of fifty tenants', everything, 1],
    [
      'their revenue too, in all and by month',
      `mrr revenue${period} { amount } revenueByMonth${period} { month }`,
      2,
    ],
  ])('for %s are as few as they can be', async (_, selection, count) => {
    const ids = Array.from({ length: 50 }, aTenant);
    const statements = await statementsOf(() => tenants(ids, selection));
    expect(statements).toHaveLength(count);
  });

  test('for the platform are one for its figures and one for its revenue', async () => {
    const statements = await statementsOf(async () => {
      const { errors } = await run(
        subgraph,
        biller,
        `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform {
          mrr { amount } billing { openInvoices revenue${period} { amount } } } } }`,
        { all: [{ __typename: 'Platform', id: 'platform' }] },
      );
      expect(errors).toBeUndefined();
    });
    expect(statements).toHaveLength(2);
  });
});

describe('the platform’s billing', () => {
  const platform = async (who: Identity) => {
    const { data } = await run(
      subgraph,
      who,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform {
        mrr { amount currency } billing { mrrByCurrency { amount currency } activeSubscriptions } } } }`,
      { all: [{ __typename: 'Platform', id: 'platform' }] },
    );
    return (data?._entities as ({ mrr: { amount: string; currency: string }[] } | null)[])[0];
  };

  test('is that of all tenants together', async () => {
    // A currency that no other test has.
    const planId = await aPlan(subgraph, { currency: 'ISK', amount: '12', interval: 'YEAR' });
    for (let count = 0; count < 3; count += 1) await aSubscription(subgraph, { tenantId: aTenant(), planId });
    const found = await platform(biller);
    expect(found?.mrr).toContainEqual({ amount: '3.00', currency: 'ISK' });
    expect(found).toMatchObject({ billing: { mrrByCurrency: found?.mrr } });
  });

  test.each(['admin', 'client'] as const)('is nothing to the role %s', async (role) => {
    expect(await platform(aUser({ role }))).toBeNull();
  });
});

describe('the billing of a tenant', () => {
  test.each(['admin', 'client'] as const)('is seen by its own %s, and no other tenant’s', async (role) => {
    const [own, other] = [aTenant(), aTenant()];
    const planId = await aPlan(subgraph);
    for (const tenantId of [own, other]) await aSubscription(subgraph, { tenantId, planId });
    const found = await tenants([own, other], 'mrr activeSubscriptions', aUser({ role, tenantId: own }));
    expect(found).toEqual([{ id: own, billing: { mrr: '30.00', activeSubscriptions: 1 } }, null]);
  });

  test('is not seen by the role user', async () => {
    const tenantId = newId();
    const result = await run(
      subgraph,
      aUser({ role: 'user', tenantId }),
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { billing { mrr } } } }',
      { all: [{ __typename: 'Tenant', id: tenantId }] },
    );
    expect(codes(result)).toEqual(['FORBIDDEN']);
    expect(result.data).toEqual({ _entities: [{ billing: null }] });
  });
});
