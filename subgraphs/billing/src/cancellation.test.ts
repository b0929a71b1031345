import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, biller, write } from './testing.ts';

let subgraph: Subgraph;
let basic: string;
let premium: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  basic = await aPlan(subgraph);
  premium = await aPlan(subgraph, { name: 'Premium', amount: '99.99' });
});
afterAll(() => subgraph.close());

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

const since = (startAt: string, parts = {}): Promise<string> =>
  aSubscription(subgraph, { tenantId: aTenant(), planId: basic, startAt, ...parts });

async function read(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ subscription(id: "${id}") { status plan { id } credit currentPeriodEnd cancelAtPeriodEnd cancelledAt cancelReason
      invoices { totalCount } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.subscription as Readonly<Record<string, unknown>>;
}

describe('a cancellation', () => {
  const cancel = (id: string, args = '') =>
    run(subgraph, biller, `mutation { cancelSubscription(id: "${id}"${args}) { id } }`);

  test('at the end of the period leaves the subscription as it is until then', async () => {
    const id = await since(daysAgo(10));
    const before = await read(id);
    expect((await cancel(id, ', reason: "Too dear"')).errors).toBeUndefined();
    expect(await read(id)).toEqual({ ...before, cancelAtPeriodEnd: true, cancelReason: 'Too dear' });
  });

  test('at the end of the period can be taken back', async () => {
    const id = await since(daysAgo(10));
    const before = await read(id);
    await cancel(id, ', reason: "Too dear"');
    await write(subgraph, 'resumeSubscription(id: $id) { id }', { 'id: ID!': id });
    expect(await read(id)).toEqual(before);
  });

  test('at once ends the subscription, and gives nothing back', async () => {
    const id = await since(daysAgo(10));
    await cancel(id, ', atPeriodEnd: false, reason: "Moved"');
    const { cancelledAt, ...after } = await read(id);
    const invoices = { totalCount: 1 };
    expect(after).toMatchObject({ status: 'CANCELLED', cancelReason: 'Moved', credit: '0.00', invoices });
    expect(cancelledAt).not.toBeNull();
  });

  test.each([
    ['cancelSubscription', (id: string) => `cancelSubscription(id: "${id}") { id }`],
    ['resumeSubscription', (id: string) => `resumeSubscription(id: "${id}") { id }`],
    [
      'changeSubscriptionPlan',
      (id: string) => `changeSubscriptionPlan(id: "${id}", planId: "${premium}") { id }`,
    ],
  ])('is final: %s is a conflict after it', async (_, field) => {
    const id = await since(daysAgo(10));
    await cancel(id, ', atPeriodEnd: false');
    const before = await read(id);
    expect(codes(await run(subgraph, biller, `mutation { ${field(id)} }`))).toEqual(['CONFLICT']);
    expect(await read(id)).toEqual(before);
  });

  test('needs a reason that says something, or none', async () => {
    const id = await since(daysAgo(10));
    expect(codes(await cancel(id, ', reason: " "'))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await cancel(newId()))).toEqual(['NOT_FOUND']);
  });

  test('of a subscription whose period is over already ends it there', async () => {
    const id = await since(daysAgo(20), { trialDays: 10 });
    await cancel(id);
    expect(await read(id)).toMatchObject({ status: 'ACTIVE', cancelAtPeriodEnd: true });
  });
});
