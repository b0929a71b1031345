import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger, newId, system, type Database, type Subgraph } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import { renewDue, type Renewal } from './renewal.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aPlan,
  aSubscription,
  aTenant,
  aUser,
  biller,
  write,
} from './testing.ts';

let subgraph: Subgraph;
/** Two processes that renew the same subscriptions. */
let [one, other]: Database<Transaction>[] = [];
let monthly: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  [one, other] = [aBillingDatabase(), aBillingDatabase()];
  monthly = await aPlan(subgraph);
});
afterAll(async () => {
  await Promise.all([subgraph.close(), one?.close(), other?.close()]);
});

const log = makeLogger('test', 'silent');
const nothing: Renewal = { renewed: 0, ended: 0, invoiced: 0, pastDue: 0, failed: 0 };

/** Renews a tenant's subscriptions as of a moment. */
function renew(tenantId: string, now: string, database = one): Promise<Renewal> {
  if (!database) throw new Error('There is no database');
  return renewDue(database.as(system), { now: new Date(now), paymentDays: 14, tenantId, log });
}

interface Invoice {
  readonly total: string;
  readonly periodStart: string | null;
  readonly lines: readonly { readonly kind: string; readonly amount: string }[];
}
interface Subscription {
  readonly status: string;
  readonly currentPeriodStart: string;
  readonly currentPeriodEnd: string;
  readonly cancelledAt: string | null;
}

async function read(id: string): Promise<Subscription & { readonly invoices: readonly Invoice[] }> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ subscription(id: "${id}") { status currentPeriodStart currentPeriodEnd cancelledAt
      invoices(first: 100, orderBy: { field: INVOICE_NUMBER }) { edges { node { total periodStart lines { kind amount } } } } } }`,
  );
  expect(errors).toBeUndefined();
  const { invoices, ...rest } = data?.subscription as Subscription & {
    invoices: { edges: { node: Invoice }[] };
  };
  return { ...rest, invoices: invoices.edges.map(({ node }) => node) };
}

/** A tenant with one subscription that began on a moment. */
async function since(startAt: string, parts = {}): Promise<{ id: string; tenantId: string }> {
  const tenantId = aTenant();
  return { tenantId, id: await aSubscription(subgraph, { tenantId, planId: monthly, startAt, ...parts }) };
}

describe('a renewal', () => {
  test('begins the period that has come, with its invoice', async () => {
    const { id, tenantId } = await since('2026-01-31T00:00:00.000Z');
    expect(await renew(tenantId, '2026-02-27T23:59:59.999Z')).toEqual(nothing);

    expect(await renew(tenantId, '2026-02-28T00:00:00.000Z')).toEqual({
      ...nothing,
      renewed: 1,
      invoiced: 1,
    });

    const { invoices, ...subscription } = await read(id);
    expect(subscription).toMatchObject({
      ...{ status: 'ACTIVE', currentPeriodStart: '2026-02-28T00:00:00.000Z' },
      currentPeriodEnd: '2026-03-31T00:00:00.000Z',
    });
    expect(invoices.map(({ periodStart }) => periodStart)).toEqual([
      '2026-01-31T00:00:00.000Z',
      '2026-02-28T00:00:00.000Z',
    ]);
  });

  test('keeps the tax of the first invoice until another rate is set', async () => {
    const { id, tenantId } = await since('2026-01-31T00:00:00.000Z', { taxRate: '19' });
    await renew(tenantId, '2026-02-28T00:00:00.000Z');
    await write(subgraph, 'updateSubscription(id: $id, input: { taxRate: "7.5" }) { id }', { 'id: ID!': id });
    await renew(tenantId, '2026-03-31T00:00:00.000Z');
    const { data } = await run(
      subgraph,
      biller,
      `{ subscription(id: "${id}") { taxRate invoices(orderBy: { field: INVOICE_NUMBER }) {
        edges { node { subtotal taxAmount total } } } } }`,
    );
    const invoice = (taxAmount: string, total: string) => ({ node: { subtotal: '30.00', taxAmount, total } });
    expect(data?.subscription).toEqual({
      taxRate: '7.5000',
      invoices: { edges: [invoice('5.70', '35.70'), invoice('5.70', '35.70'), invoice('2.25', '32.25')] },
    });
  });

  test.each(['-1', '100.0001', '1.00001'])('of a tax of %s %% there is none', async (taxRate) => {
    const { errors } = await run(
      subgraph,
      biller,
      'mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) { id } }',
      { input: { tenantId: aTenant(), customerId: newId(), planId: monthly, taxRate } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.taxRate' });
  });

  test('done again changes nothing', async () => {
    const { id, tenantId } = await since('2026-01-31T00:00:00.000Z');
    await renew(tenantId, '2026-03-01T00:00:00.000Z');
    const before = await read(id);
    expect(await renew(tenantId, '2026-03-01T00:00:00.000Z')).toEqual(nothing);
    expect(await read(id)).toEqual(before);
  });

  test('makes up for all periods since, each with its invoice', async () => {
    const { id, tenantId } = await since('2026-01-31T00:00:00.000Z');
    expect(await renew(tenantId, '2026-06-15T00:00:00.000Z')).toMatchObject({ renewed: 4, invoiced: 4 });
    const { invoices } = await read(id);
    expect(invoices.map(({ periodStart }) => periodStart?.slice(0, 10))).toEqual([
      ...['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'],
    ]);
  });

  test('by several processes at once is done once', async () => {
    const tenantId = aTenant();
    const ids = await Promise.all(
      Array.from({ length: 6 }, () =>
        aSubscription(subgraph, { tenantId, planId: monthly, startAt: '2026-01-15T00:00:00Z' }),
      ),
    );
    const renewals = await Promise.all(
      [one, other, one, other].map((database) => renew(tenantId, '2026-03-20T00:00:00Z', database)),
    );
    const sum = (part: keyof Renewal): number =>
      renewals.reduce((total, renewal) => total + renewal[part], 0);
    expect([sum('renewed'), sum('invoiced'), sum('failed')]).toEqual([12, 12, 0]);
    for (const id of ids) expect((await read(id)).invoices).toHaveLength(3);
  });

  test('ends a trial with the first period', async () => {
    const { id, tenantId } = await since('2026-03-01T00:00:00.000Z', { trialDays: 14 });
    await renew(tenantId, '2026-03-15T00:00:00.000Z');
    expect(await read(id)).toMatchObject({
      ...{ status: 'ACTIVE', currentPeriodStart: '2026-03-15T00:00:00.000Z' },
      currentPeriodEnd: '2026-04-15T00:00:00.000Z',
      invoices: [{ total: '30.00', periodStart: '2026-03-15T00:00:00.000Z' }],
    });
  });

  test('ends with the trial what was cancelled in it, and charges nothing', async () => {
    const now = Date.now();
    const [today, tomorrow] = [new Date(now).toISOString(), new Date(now + 86_400_000).toISOString()];
    const { id, tenantId } = await since(today, { trialDays: 1 });
    await write(subgraph, 'cancelSubscription(id: $id) { id }', { 'id: ID!': id });
    expect(await renew(tenantId, tomorrow)).toEqual({ ...nothing, ended: 1 });
    expect(await read(id)).toMatchObject({ status: 'CANCELLED', invoices: [] });
  });

  test('does not move what has ended', async () => {
    const { id, tenantId } = await since(new Date().toISOString());
    await write(subgraph, 'cancelSubscription(id: $id, atPeriodEnd: false) { id }', { 'id: ID!': id });
    const before = await read(id);
    expect(await renew(tenantId, '2999-01-01T00:00:00Z')).toEqual(nothing);
    expect(await read(id)).toEqual(before);
  });

  test('that fails for one subscription is done for the others, and tells how many', async () => {
    const tenantId = aTenant();
    const dear = await aPlan(subgraph, { amount: '9999999999.99' });
    const startAt = '2026-01-15T00:00:00Z';
    const failing = await aSubscription(subgraph, { tenantId, planId: dear, startAt });
    const good = await aSubscription(subgraph, { tenantId, planId: monthly, startAt });
    // With its usage the invoice is more than an amount can be.
    const usage = { subscriptionId: failing, metric: 'calls', quantity: '1', unitPrice: '1' };
    const period = { periodStart: startAt, periodEnd: '2026-01-16T00:00:00Z' };
    await write(subgraph, 'recordSubscriptionUsage(input: $input) { id }', {
      'input: RecordSubscriptionUsageInput!': { ...usage, ...period },
    });
    const before = await read(failing);
    expect(await renew(tenantId, '2026-02-20T00:00:00Z')).toEqual({
      ...nothing,
      ...{ renewed: 1, invoiced: 1, failed: 1, pastDue: 0 },
    });
    expect(await read(failing)).toEqual(before);
    expect((await read(good)).invoices).toHaveLength(2);
  });

  test('is on record in the tenant’s log as the product’s own', async () => {
    const { id, tenantId } = await since('2026-01-31T00:00:00.000Z');
    await renew(tenantId, '2026-02-28T00:00:00.000Z');
    const { data } = await run(
      subgraph,
      aUser({ tenantId }),
      `{ billingAuditLog(filter: { action: { eq: "billing.maintenance" } }) { edges { node {
        resourceType resourceId actorKind tenantId } } } }`,
    );
    const { edges } = data?.billingAuditLog as { edges: { node: { resourceType: string } }[] };
    expect(edges.map(({ node }) => node.resourceType).toSorted()).toEqual(['BillingSubscription', 'Invoice']);
    expect(edges.map(({ node }) => node)).toContainEqual({
      ...{ resourceType: 'BillingSubscription', resourceId: id, actorKind: 'SERVICE', tenantId },
    });
  });

  test('is done on demand too', async () => {
    const { id, tenantId } = await since(new Date(Date.now() - 100 * 86_400_000).toISOString());
    const field = 'renewSubscriptions(tenantId: $tenantId) { renewed ended invoiced pastDue failed }';
    const report = await write(subgraph, field, { 'tenantId: ID': tenantId });
    expect(report).toEqual({ ...nothing, renewed: 3, invoiced: 3 });
    expect((await read(id)).invoices).toHaveLength(4);
    expect(await write(subgraph, field, { 'tenantId: ID': aTenant() })).toEqual(nothing);
  });
});

describe('a subscription is past due', () => {
  const pay = (invoiceId: string): Promise<unknown> =>
    write(subgraph, 'recordPayment(input: $input) { id }', {
      'input: RecordPaymentInput!': {
        ...{ invoiceId, amount: '30.00', currency: 'EUR', method: 'card', provider: 'test' },
        providerReference: newId(),
      },
    });

  async function invoicesOf(tenantId: string): Promise<string[]> {
    const { data } = await run(
      subgraph,
      biller,
      `{ invoices(filter: { tenantId: { eq: "${tenantId}" } }, orderBy: { field: INVOICE_NUMBER }) { edges { node { id } } } }`,
    );
    return (data?.invoices as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
  }

  /** One that began now, as it is seen when its first invoice is overdue by a minute. */
  async function late(): Promise<{ id: string; tenantId: string; now: string }> {
    const subscription = await since(new Date().toISOString());
    const now = new Date(Date.now() + 14 * 86_400_000 + 60_000).toISOString();
    expect(await renew(subscription.tenantId, new Date(Date.now() + 13 * 86_400_000).toISOString())).toEqual(
      nothing,
    );
    expect(await renew(subscription.tenantId, now)).toEqual({ ...nothing, pastDue: 1 });
    return { ...subscription, now };
  }

  test('when an open invoice of it is overdue, and active again when that is paid', async () => {
    const { id, tenantId, now } = await late();
    expect(await read(id)).toMatchObject({ status: 'PAST_DUE' });
    expect(await renew(tenantId, now)).toEqual(nothing);
    const [invoiceId = ''] = await invoicesOf(tenantId);
    await pay(invoiceId);
    expect(await read(id)).toMatchObject({ status: 'ACTIVE' });
    expect(await renew(tenantId, now)).toEqual(nothing);
  });

  test.each(['voidInvoice', 'markInvoiceUncollectible'])('no more after %s', async (mutation) => {
    const { id, tenantId } = await late();
    const [invoiceId = ''] = await invoicesOf(tenantId);
    await write(subgraph, `${mutation}(id: $id) { id }`, { 'id: ID!': invoiceId });
    expect(await read(id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('and is renewed all the same', async () => {
    const { id, tenantId } = await late();
    await renew(tenantId, new Date(Date.now() + 32 * 86_400_000).toISOString());
    const { status, invoices } = await read(id);
    expect([status, invoices.length]).toEqual(['PAST_DUE', 2]);
  });
});
