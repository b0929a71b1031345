import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, biller, write } from './testing.ts';

let subgraph: Subgraph;
let basic: string;
let premium: string;
let yearly: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  basic = await aPlan(subgraph);
  premium = await aPlan(subgraph, { name: 'Premium', amount: '99.99' });
  yearly = await aPlan(subgraph, { name: 'Yearly', amount: '300.00', interval: 'YEAR' });
});
afterAll(() => subgraph.close());

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

interface Line {
  readonly kind: string;
  readonly amount: string;
  readonly periodStart: string;
  readonly periodEnd: string;
}
interface Invoice {
  readonly status: string;
  readonly subtotal: string;
  readonly discountAmount: string;
  readonly total: string;
  readonly lines: readonly Line[];
}
interface Subscription {
  readonly status: string;
  readonly plan: { readonly id: string };
  readonly credit: string;
  readonly billingAnchor: string;
  readonly currentPeriodStart: string;
  readonly currentPeriodEnd: string;
  /** The newest first. */
  readonly invoices: readonly Invoice[];
}

async function read(id: string): Promise<Subscription> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ subscription(id: "${id}") { status plan { id } credit billingAnchor currentPeriodStart currentPeriodEnd
      invoices(orderBy: { field: INVOICE_NUMBER, direction: DESC }) { edges { node {
        status subtotal discountAmount total lines { kind amount periodStart periodEnd } } } } } }`,
  );
  expect(errors).toBeUndefined();
  const { invoices, ...rest } = data?.subscription as Subscription & {
    invoices: { edges: { node: Invoice }[] };
  };
  return { ...rest, invoices: invoices.edges.map(({ node }) => node) };
}

const change = (id: string, planId: string) =>
  run(subgraph, biller, `mutation { changeSubscriptionPlan(id: "${id}", planId: "${planId}") { id } }`);

async function changed(id: string, planId: string): Promise<Subscription> {
  expect((await change(id, planId)).errors).toBeUndefined();
  return read(id);
}

const since = (startAt: string, parts = {}): Promise<string> =>
  aSubscription(subgraph, { tenantId: aTenant(), planId: basic, startAt, ...parts });

const seconds = (text: string): bigint => BigInt(Math.floor(Date.parse(text) / 1_000));

/** The part of an amount that falls on the rest of a period, in integers: amount × left ÷ whole, half to even. */
function part(amount: string, { currentPeriodStart, currentPeriodEnd }: Subscription, at: string): string {
  const whole = seconds(currentPeriodEnd) - seconds(currentPeriodStart);
  const product = BigInt(amount.replace('.', '')) * (seconds(currentPeriodEnd) - seconds(at));
  const [floor, rest] = [product / whole, 2n * (product % whole)];
  const cents = rest > whole || (rest === whole && floor % 2n === 1n) ? floor + 1n : floor;
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

const minus = (one: string, other: string): string => (Number(one) - Number(other)).toFixed(2);

describe('a change to a dearer plan', () => {
  test('charges the rest of the period, less what was unused of the former plan', async () => {
    const id = await since(daysAgo(10));
    const before = await read(id);
    const { invoices, ...after } = await changed(id, premium);
    expect(after).toMatchObject({
      ...{ plan: { id: premium }, status: 'ACTIVE', credit: '0.00' },
      ...{ billingAnchor: before.billingAnchor, currentPeriodStart: before.currentPeriodStart },
      currentPeriodEnd: before.currentPeriodEnd,
    });
    const [invoice] = invoices;
    const at = invoice?.lines[0]?.periodStart ?? '';
    const [charge, unused] = [part('99.99', before, at), part('30.00', before, at)];
    expect(invoice).toEqual({
      ...{ status: 'OPEN', subtotal: charge, discountAmount: unused, total: minus(charge, unused) },
      lines: [
        { kind: 'PRORATION', amount: charge, periodStart: at, periodEnd: before.currentPeriodEnd },
        { kind: 'CREDIT', amount: `-${unused}`, periodStart: at, periodEnd: before.currentPeriodEnd },
      ],
    });
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
  });

  test('and back again leaves the difference as credit, to the cent', async () => {
    const id = await since(daysAgo(10));
    const up = await changed(id, premium);
    const down = await changed(id, basic);
    const [invoice] = down.invoices;
    const at = invoice?.lines[0]?.periodStart ?? '';
    const [charge, unused] = [part('30.00', up, at), part('99.99', up, at)];
    expect(invoice).toMatchObject({
      status: 'PAID',
      subtotal: charge,
      discountAmount: charge,
      total: '0.00',
    });
    expect(down.credit).toBe(minus(unused, charge));
  });
});

describe('credit that an invoice cannot take', () => {
  test('comes off the next ones, until it is used up', async () => {
    const id = await since(daysAgo(1), { planId: yearly });
    const cheap = await aPlan(subgraph, { name: 'Cheap', amount: '100.00' });
    const { credit, invoices, ...after } = await changed(id, cheap);
    const [invoice] = invoices;
    // A whole month begins with the change, and the credit of nearly a year pays for it.
    expect(invoice).toMatchObject({
      status: 'PAID',
      subtotal: '100.00',
      discountAmount: '100.00',
      total: '0.00',
    });
    expect(after.billingAnchor).toBe(after.currentPeriodStart);
    const spent = '100.00';
    const next = await changed(
      id,
      await aPlan(subgraph, { name: 'Other', amount: '150.00', intervalCount: 2 }),
    );
    const [second] = next.invoices;
    expect(second).toMatchObject({ subtotal: '150.00', discountAmount: '150.00', total: '0.00' });
    const unusedOfCheap = second?.lines.find(({ kind }) => kind === 'CREDIT');
    expect(unusedOfCheap).toBeDefined();
    expect(Number(next.credit)).toBeCloseTo(Number(credit) + Number(spent) - 150, 1);
    const last = await changed(
      id,
      await aPlan(subgraph, { name: 'Dear', amount: '5000.00', intervalCount: 3 }),
    );
    expect(last.credit).toBe('0.00');
    const total = Number(last.invoices[0]?.total);
    expect(total).toBeCloseTo(5000 - Number(next.credit) - 150, 1);
  });
});

describe('a change to a plan of another period', () => {
  test('begins a period of the new length now', async () => {
    const id = await since(daysAgo(10));
    const before = await read(id);
    const { invoices, ...after } = await changed(id, yearly);
    const [invoice] = invoices;
    const at = after.billingAnchor;
    expect(after).toMatchObject({ plan: { id: yearly }, currentPeriodStart: at, credit: '0.00' });
    expect(Date.parse(after.currentPeriodEnd) - Date.parse(at)).toBeGreaterThan(364 * 86_400_000);
    const unused = part('30.00', before, at);
    expect(invoice).toMatchObject({
      ...{ status: 'OPEN', subtotal: '300.00', discountAmount: unused, total: minus('300.00', unused) },
      lines: [
        { kind: 'PLAN', amount: '300.00', periodStart: at, periodEnd: after.currentPeriodEnd },
        { kind: 'CREDIT', amount: `-${unused}`, periodStart: at, periodEnd: before.currentPeriodEnd },
      ],
    });
  });
});

describe('a change of the plan', () => {
  test('in a trial changes neither its dates nor charges anything', async () => {
    const id = await since(daysAgo(1), { trialDays: 10 });
    const before = await read(id);
    expect(await changed(id, yearly)).toEqual({ ...before, plan: { id: yearly } });
  });

  test('to a plan that costs nothing leaves what was unused as credit, and no invoice', async () => {
    const id = await since(daysAgo(10));
    const before = await read(id);
    const free = await aPlan(subgraph, { name: 'Free', amount: '0' });
    const { credit, invoices } = await changed(id, free);
    expect(invoices).toEqual(before.invoices);
    expect(Number(credit)).toBeGreaterThan(0);
    // Nothing of nothing is unused: the way back charges the rest, and takes the credit off.
    const back = await changed(id, basic);
    expect(back.invoices[0]?.lines.map(({ kind }) => kind)).toEqual(['PRORATION', 'CREDIT']);
    expect(Number(back.invoices[0]?.total)).toBeLessThan(0.02);
  });

  test('to the plan that it is on changes nothing', async () => {
    const id = await since(daysAgo(1));
    const before = await read(id);
    expect(await changed(id, basic)).toEqual(before);
  });

  test('comes after the renewals that are due', async () => {
    const id = await since(daysAgo(70));
    const { invoices } = await changed(id, premium);
    expect(invoices.map(({ lines }) => lines[0]?.kind)).toEqual(['PRORATION', 'PLAN', 'PLAN', 'PLAN']);
  });

  test('asked for twice at once is made once', async () => {
    const id = await since(daysAgo(10));
    const results = await Promise.all([change(id, premium), change(id, premium)]);
    expect(results.flatMap(codes)).toEqual([]);
    expect((await read(id)).invoices).toHaveLength(2);
  });

  test('to what cannot be is refused, and leaves everything as it is', async () => {
    const id = await since(daysAgo(1));
    const before = await read(id);
    const dollars = await aPlan(subgraph, { currency: 'USD' });
    const former = await aPlan(subgraph);
    await write(subgraph, 'updatePlan(id: $id, input: { isActive: false }) { id }', { 'id: ID!': former });
    expect(codes(await change(id, dollars))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await change(id, former))).toEqual(['CONFLICT']);
    for (const none of [newId(), 'nonsense']) {
      expect(codes(await change(id, none))).toEqual(['NOT_FOUND']);
      expect(codes(await change(none, basic))).toEqual(['NOT_FOUND']);
    }
    expect(await read(id)).toEqual(before);
  });
});
