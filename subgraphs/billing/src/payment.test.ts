import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Database, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aDraft,
  anOpenInvoice,
  aTenant,
  biller,
  recordPayment,
} from './testing.ts';

let subgraph: Subgraph;
let database: Database<Transaction>;
beforeAll(() => {
  subgraph = aBillingSubgraph();
  database = aBillingDatabase();
});
afterAll(async () => {
  await Promise.all([subgraph.close(), database.close()]);
});

type Values = Readonly<Record<string, unknown>>;

const record = (invoiceId: string, input: Values = {}) => recordPayment(subgraph, invoiceId, input);

async function recorded(invoiceId: string, input: Values = {}): Promise<string> {
  const { data, errors } = await record(invoiceId, input);
  expect(errors).toBeUndefined();
  return (data?.recordPayment as { id: string }).id;
}

const mutate = (field: string) =>
  run(subgraph, biller, `mutation { moved: ${field} { status failureReason } }`);

async function invoiceOf(id: string): Promise<Values & { payments: { totalCount: number } }> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ invoice(id: "${id}") { status paidAt paymentMethod amountPaid amountDue payments { totalCount } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.invoice as Values & { payments: { totalCount: number } };
}

/** A new open invoice of 100.00 EUR. */
const anInvoice = (): Promise<string> => anOpenInvoice(subgraph, { tenantId: aTenant() });

describe('a payment', () => {
  test('that covers an open invoice makes it paid', async () => {
    const tenantId = aTenant();
    const invoiceId = await anOpenInvoice(subgraph, { tenantId });
    const { data } = await record(invoiceId, { providerReference: `ref ${invoiceId}` });
    expect(data?.recordPayment).toMatchObject({
      ...{
        tenantId,
        amount: '100.00',
        currency: 'EUR',
        method: 'card',
        status: 'SUCCEEDED',
        provider: 'bank',
      },
      ...{
        providerReference: `ref ${invoiceId}`,
        failureReason: null,
        invoice: { id: invoiceId, status: 'PAID' },
      },
    });
    const { paidAt, ...invoice } = await invoiceOf(invoiceId);
    expect(invoice).toMatchObject({
      status: 'PAID',
      paymentMethod: 'card',
      amountPaid: '100.00',
      amountDue: '0.00',
    });
    expect(paidAt).not.toBeNull();
  });

  test('of a part leaves the rest to be paid', async () => {
    const invoiceId = await anInvoice();
    await recorded(invoiceId, { amount: '99.99' });
    expect(await invoiceOf(invoiceId)).toMatchObject({
      status: 'OPEN',
      amountPaid: '99.99',
      amountDue: '0.01',
    });
    await recorded(invoiceId, { amount: '0.01', method: 'cash' });
    expect(await invoiceOf(invoiceId)).toMatchObject({
      status: 'PAID',
      amountDue: '0.00',
      paymentMethod: 'cash',
    });
  });

  test.each([
    ['more than the total', [], '100.01'],
    ['more than is left', ['60'], '40.01'],
    ['more than is left beside what is on its way', ['60 pending'], '40.01'],
  ])('of %s is a conflict', async (_, before, amount) => {
    const invoiceId = await anInvoice();
    for (const payment of before) {
      const [part, status = 'succeeded'] = payment.split(' ');
      await recorded(invoiceId, { amount: part, status: status.toUpperCase() });
    }
    const { errors } = await record(invoiceId, { amount });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'input.amount' });
    expect((await invoiceOf(invoiceId)).payments.totalCount).toBe(before.length);
  });

  test.each([
    ['nothing', { amount: '0.00' }, 'input.amount'],
    ['less than nothing', { amount: '-1' }, 'input.amount'],
    ['a part of a cent', { amount: '0.001' }, 'input.amount'],
    ['another currency', { currency: 'USD' }, 'input.currency'],
    ['no method', { method: '' }, 'input.method'],
    ['a failure without a reason', { status: 'FAILED' }, 'input.failureReason'],
    ['a reason without a failure', { failureReason: 'x' }, 'input.failureReason'],
  ])('of %s is refused', async (_, input, field) => {
    const { errors } = await record(await anInvoice(), input);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test('of a draft, or of an invoice that is not there, is refused', async () => {
    expect(codes(await record(await aDraft(subgraph, { tenantId: aTenant() })))).toEqual(['CONFLICT']);
    expect(codes(await record(newId()))).toEqual(['NOT_FOUND']);
  });

  test('of two at once that are together too much is the first alone', async () => {
    const invoiceId = await anInvoice();
    const results = await Promise.all(['60', '70'].map((amount) => record(invoiceId, { amount })));
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect((await invoiceOf(invoiceId)).payments.totalCount).toBe(1);
  });

  test('in ten parts at once makes the invoice paid', async () => {
    const invoiceId = await anInvoice();
    const results = await Promise.all(Array.from({ length: 10 }, () => record(invoiceId, { amount: '10' })));
    expect(results.flatMap(codes)).toEqual([]);
    expect(await invoiceOf(invoiceId)).toMatchObject({ status: 'PAID', amountPaid: '100.00' });
  });

  test('has its reference at the provider alone, in any tenant', async () => {
    const providerReference = newId();
    await recorded(await anInvoice(), { providerReference });
    const { errors } = await record(await anInvoice(), { providerReference });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'input.providerReference' });
  });
});

describe('a payment that is', () => {
  const moves: Readonly<Record<string, (id: string) => string>> = {
    succeed: (id) => `succeedPayment(id: "${id}")`,
    fail: (id) => `failPayment(id: "${id}", reason: "No money")`,
    refund: (id) => `refundPayment(id: "${id}")`,
  };
  const beginnings: Readonly<Record<string, Values>> = {
    PENDING: { status: 'PENDING' },
    SUCCEEDED: {},
    FAILED: { status: 'FAILED', failureReason: 'No money' },
    REFUNDED: {},
  };
  const legal: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    PENDING: { succeed: 'SUCCEEDED', fail: 'FAILED' },
    SUCCEEDED: { refund: 'REFUNDED' },
  };
  const table = Object.keys(beginnings).flatMap((from) =>
    Object.keys(moves).map((name) => [from, name, legal[from]?.[name] ?? 'CONFLICT'] as const),
  );

  test.each(table)('%s answers %s with %s', async (from, name, outcome) => {
    const invoiceId = await anInvoice();
    const id = await recorded(invoiceId, beginnings[from]);
    if (from === 'REFUNDED') await mutate(`refundPayment(id: "${id}")`);
    const result = await mutate(moves[name]?.(id) ?? '');
    if (outcome === 'CONFLICT') expect(codes(result)).toEqual(['CONFLICT']);
    else expect(result.data?.moved).toMatchObject({ status: outcome });
    const { data } = await run(subgraph, biller, `{ payment(id: "${id}") { status } }`);
    expect(data?.payment).toEqual({ status: outcome === 'CONFLICT' ? from : outcome });
  });

  test('PENDING pays its invoice when it comes, and has its reference from then on', async () => {
    const invoiceId = await anInvoice();
    const id = await recorded(invoiceId, { status: 'PENDING' });
    expect(await invoiceOf(invoiceId)).toMatchObject({ status: 'OPEN', amountPaid: '0.00' });
    const providerReference = newId();
    await mutate(`succeedPayment(id: "${id}", providerReference: "${providerReference}")`);
    expect(await invoiceOf(invoiceId)).toMatchObject({ status: 'PAID', amountPaid: '100.00' });
    const { data } = await run(subgraph, biller, `{ payment(id: "${id}") { providerReference } }`);
    expect(data).toEqual({ payment: { providerReference } });
  });

  test('FAILED takes nothing of what is to be paid, and says why', async () => {
    const invoiceId = await anInvoice();
    const id = await recorded(invoiceId, { status: 'PENDING' });
    expect((await mutate(`failPayment(id: "${id}", reason: "Card expired")`)).data?.moved).toEqual({
      ...{ status: 'FAILED', failureReason: 'Card expired' },
    });
    await recorded(invoiceId);
    expect(await invoiceOf(invoiceId)).toMatchObject({ status: 'PAID', payments: { totalCount: 2 } });
  });

  test('REFUNDED leaves a paid invoice paid, and an open one to be paid again', async () => {
    const [paid, open] = [await anInvoice(), await anInvoice()];
    await mutate(`refundPayment(id: "${await recorded(paid)}")`);
    expect(await invoiceOf(paid)).toMatchObject({ status: 'PAID', amountPaid: '0.00', amountDue: '0.00' });
    await mutate(`refundPayment(id: "${await recorded(open, { amount: '40' })}")`);
    expect(await invoiceOf(open)).toMatchObject({ status: 'OPEN', amountDue: '100.00' });
  });

  test('not there is not found', async () => {
    for (const move of Object.values(moves))
      expect(codes(await mutate(move(newId())))).toEqual(['NOT_FOUND']);
  });
});

describe('an invoice with payments', () => {
  test.each([
    ['voidInvoice', { amount: '10' }],
    ['voidInvoice', { amount: '10', status: 'PENDING' }],
    ['markInvoiceUncollectible', { amount: '10', status: 'PENDING' }],
  ])('is not given up by %s with %j', async (mutation, input) => {
    const invoiceId = await anInvoice();
    await recorded(invoiceId, input);
    expect(codes(await run(subgraph, biller, `mutation { ${mutation}(id: "${invoiceId}") { id } }`))).toEqual(
      ['CONFLICT'],
    );
    expect(await invoiceOf(invoiceId)).toMatchObject({ status: 'OPEN' });
  });

  test('is void after a refund', async () => {
    const invoiceId = await anInvoice();
    await mutate(`refundPayment(id: "${await recorded(invoiceId, { amount: '10' })}")`);
    expect(codes(await run(subgraph, biller, `mutation { voidInvoice(id: "${invoiceId}") { id } }`))).toEqual(
      [],
    );
  });
});

describe('the database', () => {
  const refused = { extensions: { code: 'BAD_USER_INPUT' } };
  const insert = (values: Values) =>
    database.as(system).write((tx) => {
      const usual = { id: newId(), amount: '100', currency: 'EUR', method: 'card', provider: 'bank' };
      return tx.payment.createMany({ data: { ...usual, status: 'succeeded', ...values } as never });
    });

  test('takes no more than the total, no other currency and no other tenant’s invoice, round the resolvers', async () => {
    const tenantId = aTenant();
    const invoiceId = await anOpenInvoice(subgraph, { tenantId });
    await expect(insert({ tenantId, invoiceId, amount: '100.01' })).rejects.toMatchObject(refused);
    await expect(insert({ tenantId, invoiceId, amount: '0' })).rejects.toMatchObject(refused);
    await expect(insert({ tenantId, invoiceId, currency: 'USD' })).rejects.toMatchObject(refused);
    await expect(insert({ tenantId: aTenant(), invoiceId })).rejects.toMatchObject(refused);
    expect((await invoiceOf(invoiceId)).payments.totalCount).toBe(0);
  });

  test.each([
    ['another amount', 'amount = 1'],
    ['a state that does not follow', "status = 'pending'"],
    ['another key', "idempotency_key = 'x', request_hash = repeat('0', 64)"],
    ['another invoice', 'invoice_id = gen_random_uuid()'],
  ])('gives a payment not %s', async (_, change) => {
    const id = await recorded(await anInvoice());
    const forced = database
      .as(system)
      .write((tx) => tx.$executeRawUnsafe(`update billing.payments set ${change} where id = $1::uuid`, id), {
        unaudited: 'a test',
      });
    await expect(forced).rejects.toMatchObject(refused);
  });
});
