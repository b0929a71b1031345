import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger, newId, system, type Database, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import { renewDue } from './renewal.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aPlan,
  aSubscription,
  aTenant,
  biller,
  write,
} from './testing.ts';

let subgraph: Subgraph;
let database: Database<Transaction>;
let planId: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  database = aBillingDatabase();
  planId = await aPlan(subgraph);
});
afterAll(async () => {
  await Promise.all([subgraph.close(), database.close()]);
});

const startAt = '2026-01-10T00:00:00.000Z';
/** The end of the first period, and the one after it. */
const [boundary, later] = ['2026-02-10T00:00:00.000Z', '2026-03-10T00:00:00.000Z'];
const inFirst = { periodStart: '2026-01-11T00:00:00.000Z', periodEnd: '2026-01-12T00:00:00.000Z' };

async function aMetered(): Promise<{ id: string; tenantId: string }> {
  const tenantId = aTenant();
  return { tenantId, id: await aSubscription(subgraph, { tenantId, planId, startAt }) };
}

function record(subscriptionId: string, input = {}, idempotencyKey: string | null = null) {
  const usual = { metric: 'calls', quantity: '10', unitPrice: '0.0125', ...inFirst };
  return run(
    subgraph,
    biller,
    `mutation ($input: RecordSubscriptionUsageInput!, $key: String) {
      recordSubscriptionUsage(input: $input, idempotencyKey: $key) {
        id tenantId metric quantity unitPrice amount invoice { id } subscription { id } } }`,
    { input: { subscriptionId, ...usual, ...input }, key: idempotencyKey },
  );
}

async function recorded(subscriptionId: string, input = {}): Promise<string> {
  const { data, errors } = await record(subscriptionId, input);
  expect(errors).toBeUndefined();
  return (data?.recordSubscriptionUsage as { id: string }).id;
}

const renew = (tenantId: string, now: string) =>
  renewDue(database.as(system), {
    ...{ now: new Date(now), paymentDays: 14, tenantId },
    log: makeLogger('test', 'silent'),
  });

interface Line {
  readonly kind: string;
  readonly metric: string | null;
  readonly quantity: string;
  readonly unitPrice: string | null;
  readonly amount: string;
}

/** The lines of a subscription's invoices, the first invoice's first. */
async function linesOf(id: string): Promise<(readonly Line[])[]> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ subscription(id: "${id}") { invoices(orderBy: { field: INVOICE_NUMBER }) { edges { node {
      lines { kind metric quantity unitPrice amount } } } } } }`,
  );
  expect(errors).toBeUndefined();
  const { invoices } = data?.subscription as { invoices: { edges: { node: { lines: Line[] } }[] } };
  return invoices.edges.map(({ node }) => node.lines);
}

describe('a usage record', () => {
  test('has its exact amount, and is on no invoice yet', async () => {
    const { id, tenantId } = await aMetered();
    const { data } = await record(id, { quantity: '12345678.9012', unitPrice: '0.0003' });
    expect(data?.recordSubscriptionUsage).toMatchObject({
      ...{ tenantId, metric: 'calls', quantity: '12345678.9012', unitPrice: '0.0003' },
      ...{ amount: '3703.70367036', invoice: null, subscription: { id } },
    });
  });

  test('is made once for one idempotency key', async () => {
    const { id } = await aMetered();
    const key = newId();
    const first = await record(id, {}, key);
    expect(first.errors).toBeUndefined();
    expect(await record(id, {}, key)).toEqual(first);
  });

  test.each([
    ['less than nothing', { quantity: '-1' }, 'input.quantity'],
    ['five places', { unitPrice: '0.00001' }, 'input.unitPrice'],
    ['no metric', { metric: ' ' }, 'input.metric'],
    ['a period that ends before it begins', { periodEnd: '2026-01-01T00:00:00Z' }, 'input.periodEnd'],
  ])('of %s is refused', async (_, input, field) => {
    const { id } = await aMetered();
    const { errors } = await record(id, input);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test('of a subscription that is not there is not found, and of one that has ended a conflict', async () => {
    expect(codes(await record(newId()))).toEqual(['NOT_FOUND']);
    const { id } = await aMetered();
    await write(subgraph, 'cancelSubscription(id: $id, atPeriodEnd: false) { id }', { 'id: ID!': id });
    expect(codes(await record(id))).toEqual(['CONFLICT']);
  });

  test('is taken back while it is on no invoice, and not after', async () => {
    const { id, tenantId } = await aMetered();
    const [one, other] = [await recorded(id), await recorded(id)];
    const remove = (usage: string) =>
      run(subgraph, biller, `mutation { deleteSubscriptionUsage(id: "${usage}") }`);
    expect((await remove(one)).data).toEqual({ deleteSubscriptionUsage: one });
    expect(codes(await remove(one))).toEqual(['NOT_FOUND']);
    await renew(tenantId, boundary);
    expect(codes(await remove(other))).toEqual(['CONFLICT']);
  });
});

describe('usage is charged', () => {
  test('with the next period, by metric, each sum rounded once', async () => {
    const { id, tenantId } = await aMetered();
    // 3 × 0.0150 = 0.045, which is even at 0.04; rounded one by one it would be 0.06.
    for (let count = 0; count < 3; count += 1)
      await recorded(id, { metric: 'a', quantity: '1', unitPrice: '0.0150' });
    await recorded(id, { metric: 'b', quantity: '2.5', unitPrice: '4' });
    await recorded(id, { metric: 'b', quantity: '1', unitPrice: '3' });
    await renew(tenantId, boundary);
    const [, second] = await linesOf(id);
    expect(second).toEqual([
      { kind: 'PLAN', metric: null, quantity: '1', unitPrice: '30.00', amount: '30.00' },
      { kind: 'USAGE', metric: 'a', quantity: '3.0000', unitPrice: '0.0150', amount: '0.04' },
      { kind: 'USAGE', metric: 'b', quantity: '3.5000', unitPrice: null, amount: '13.00' },
    ]);
  });

  test('once: its records name the invoice, and the next invoice has others', async () => {
    const { id, tenantId } = await aMetered();
    await recorded(id);
    await renew(tenantId, boundary);
    await recorded(id, { metric: 'late' });
    await renew(tenantId, later);
    await renew(tenantId, later);
    const lines = await linesOf(id);
    expect(lines.map((ofOne) => ofOne.map(({ metric }) => metric))).toEqual([
      [null],
      [null, 'calls'],
      [null, 'late'],
    ]);
    const { data } = await run(
      subgraph,
      biller,
      `{ subscription(id: "${id}") { usage(orderBy: { field: RECORDED_AT }) { edges { node { metric invoice { lines { metric } } } } } } }`,
    );
    const { usage } = data?.subscription as {
      usage: { edges: { node: { metric: string; invoice: { lines: { metric: string | null }[] } } }[] };
    };
    for (const { node } of usage.edges)
      expect(node.invoice.lines.map(({ metric }) => metric)).toContain(node.metric);
  });

  test('when its period has ended, and not before', async () => {
    const { id, tenantId } = await aMetered();
    await recorded(id, { periodEnd: '2026-02-11T00:00:00Z' });
    await renew(tenantId, boundary);
    expect((await linesOf(id))[1]).toHaveLength(1);
    await renew(tenantId, later);
    expect((await linesOf(id))[2]).toHaveLength(2);
  });

  test('at last when the subscription ends at once', async () => {
    const { id } = await aMetered();
    await recorded(id, { quantity: '100', periodEnd: '2999-01-01T00:00:00Z' });
    await write(subgraph, 'cancelSubscription(id: $id, atPeriodEnd: false) { id }', { 'id: ID!': id });
    expect((await linesOf(id)).at(-1)).toEqual([
      { kind: 'USAGE', metric: 'calls', quantity: '100.0000', unitPrice: '0.0125', amount: '1.25' },
    ]);
  });

  test('at last when the subscription ends with its period', async () => {
    const tenantId = aTenant();
    const id = await aSubscription(subgraph, { tenantId, planId });
    await recorded(id, { quantity: '100' });
    await write(subgraph, 'cancelSubscription(id: $id) { id }', { 'id: ID!': id });
    expect(await renew(tenantId, '2999-01-01T00:00:00Z')).toMatchObject({ ended: 1, invoiced: 1 });
    expect((await linesOf(id)).at(-1)).toMatchObject([{ kind: 'USAGE', amount: '1.25' }]);
  });

  test('by several processes at once is charged once', async () => {
    const { id, tenantId } = await aMetered();
    for (let count = 0; count < 5; count += 1) await recorded(id, { quantity: '80' });
    const others = Array.from({ length: 5 }, () => recorded(id, { quantity: '80', metric: 'meanwhile' }));
    await Promise.all([renew(tenantId, boundary), renew(tenantId, boundary), ...others]);
    await renew(tenantId, later);
    const amounts = (await linesOf(id)).flat().filter(({ kind }) => kind === 'USAGE');
    const sum = (metric: string): number =>
      amounts
        .filter((line) => line.metric === metric)
        .reduce((total, { amount }) => total + Number(amount), 0);
    expect([sum('calls'), sum('meanwhile')]).toEqual([5, 5]);
  });
});

test('the database lets nothing of billed usage be changed, and of other usage its invoice alone', async () => {
  const { id, tenantId } = await aMetered();
  const usage = await recorded(id);
  const force = (statement: string): Promise<unknown> =>
    database.as(system).write((tx) => tx.$executeRawUnsafe(`${statement} where id = $1::uuid`, usage), {
      unaudited: 'a test',
    });
  const change = 'update billing.usage_records set';
  await expect(force(`${change} quantity = 0`)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  await renew(tenantId, boundary);
  const refused = { extensions: { code: 'BAD_USER_INPUT' } };
  await expect(force(`${change} invoice_id = null`)).rejects.toMatchObject(refused);
  await expect(force('delete from billing.usage_records')).rejects.toMatchObject(refused);
});
