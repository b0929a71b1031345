import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, anOpenInvoice, aTenant, biller, recordPayment } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aBillingSubgraph();
});
afterAll(() => subgraph.close());

const record = (invoiceId: string, input: Readonly<Record<string, unknown>>, key: string) =>
  recordPayment(subgraph, invoiceId, input, key);

/** A new open invoice of 100.00 EUR. */
const anInvoice = (): Promise<string> => anOpenInvoice(subgraph, { tenantId: aTenant() });

async function countOf(invoiceId: string): Promise<number> {
  const { data } = await run(subgraph, biller, `{ invoice(id: "${invoiceId}") { payments { totalCount } } }`);
  return (data?.invoice as { payments: { totalCount: number } }).payments.totalCount;
}

describe('the same idempotency key', () => {
  test('with the same input gives the same payment, after it has been paid and moved on too', async () => {
    const [invoiceId, key] = [await anInvoice(), newId()];
    const first = await record(invoiceId, {}, key);
    expect(first.errors).toBeUndefined();
    expect(await record(invoiceId, {}, key)).toEqual(first);
    // The same amount in other words.
    expect(await record(invoiceId, { amount: '100' }, key)).toEqual(first);
    const { id } = first.data?.recordPayment as { id: string };
    await run(subgraph, biller, `mutation { refundPayment(id: "${id}") { id } }`);
    expect((await record(invoiceId, {}, key)).data?.recordPayment).toMatchObject({ id, status: 'REFUNDED' });
  });

  test('at once gives one payment', async () => {
    const [invoiceId, key] = [await anInvoice(), newId()];
    const results = await Promise.all(
      Array.from({ length: 5 }, () => record(invoiceId, { amount: '10' }, key)),
    );
    expect(new Set(results.map(({ data }) => JSON.stringify(data)))).toHaveProperty('size', 1);
    expect(await countOf(invoiceId)).toBe(1);
  });

  test.each([
    ['amount', { amount: '99' }],
    ['method', { method: 'cash' }],
    ['provider', { provider: 'other' }],
    ['reference', { providerReference: 'x' }],
    ['status', { status: 'PENDING' }],
  ])('with another %s is a conflict', async (_, input) => {
    const [invoiceId, key] = [await anInvoice(), newId()];
    await record(invoiceId, {}, key);
    const { errors } = await record(invoiceId, input, key);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'idempotencyKey' });
    expect(await countOf(invoiceId)).toBe(1);
  });

  test('for another invoice of the tenant is a conflict, and in another tenant another payment', async () => {
    const [tenantId, key] = [aTenant(), newId()];
    const [one, two] = [
      await anOpenInvoice(subgraph, { tenantId }),
      await anOpenInvoice(subgraph, { tenantId }),
    ];
    const results = await Promise.all([record(one, {}, key), record(two, {}, key)]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect(codes(await record(await anInvoice(), {}, key))).toEqual([]);
  });

  test('must be a text that a key can be', async () => {
    expect(codes(await record(await anInvoice(), {}, ''))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await record(await anInvoice(), {}, 'x'.repeat(201)))).toEqual(['BAD_USER_INPUT']);
  });
});
