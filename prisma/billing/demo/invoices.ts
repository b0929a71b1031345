import { between, seeded, weighted, type DemoTenant, type DemoWorld, type Faker, type Row } from '@cdx/demo';
import { daysAfter } from './calendar.ts';
import type { DemoPeriod, DemoSubscription } from './subscriptions.ts';
import { usageOf, type DemoUsage } from './usage.ts';

/** An invoice with its payments; its number follows from all those of its tenant. */
export interface DemoInvoice {
  readonly id: string;
  readonly tenant: DemoTenant;
  readonly issuedAt: Date;
  readonly isLate: boolean;
  readonly row: (invoiceNumber: string) => Row;
  readonly payments: readonly Row[];
}

/** What a subscription has been charged. */
export interface Charged {
  readonly invoices: readonly DemoInvoice[];
  readonly usage: readonly Row[];
}

/** How long customers have to pay, in days. */
const paymentDays = 14;

const methods = { card: 60, sepa_debit: 25, bank_transfer: 15 } as const;
const failures = ['The card has expired', 'The account has no funds', 'The bank did not answer'];

/** An invoice for each period, in advance, with the usage of the one before; usage after the last is on none. */
export function chargesOf(world: DemoWorld, subscription: DemoSubscription): Charged {
  const { periods, cancelledAt } = subscription;
  const usage = periods.map((period, index) => usageOf(world, subscription, period, index));
  const invoices = periods.map((period, index) =>
    invoice(world, subscription, period, usage[index - 1] ?? [], index),
  );
  const rows = usage.flatMap((ofPeriod, index) =>
    // Of a subscription that has ended there is no invoice after the last period.
    cancelledAt && index === periods.length - 1
      ? []
      : ofPeriod.map(({ row }) => row(invoices[index + 1]?.id ?? null)),
  );
  return { invoices, usage: rows };
}

type Fate = 'paid' | 'open' | 'uncollectible' | 'void';

function invoice(
  world: DemoWorld,
  { id: subscriptionId, customer, plan, cancelledAt }: DemoSubscription,
  period: DemoPeriod,
  usage: readonly DemoUsage[],
  index: number,
): DemoInvoice {
  const path = `invoice ${subscriptionId} ${index}`;
  const id = world.id(path, period.start);
  const dueDate = daysAfter(period.start, paymentDays);
  const random = seeded(path);
  const paidAt = between(random, period.start, daysAfter(period.start, 12));
  const fate = fateOf(random, world.now, paidAt, dueDate, cancelledAt !== null);
  const cents = usage.reduce((sum, part) => sum + part.cents, plan.cents);
  const method = weighted(random, methods);
  const payment = { tenant: customer.tenant.id, invoiceId: id, cents, currency: plan.currency, method };
  const payments = fate === 'paid' ? paymentsOf(world, random, payment, period.start, paidAt) : [];
  const lines = [planLine(plan.name, plan.cents, period), ...usage.map(usageLine)];
  const row = (invoiceNumber: string): Row => ({
    ...{ id, tenant_id: customer.tenant.id, subscription_id: subscriptionId, customer_id: customer.id },
    ...{ invoice_number: invoiceNumber, status: fate, lines, currency: plan.currency },
    ...{ subtotal: cents / 100, tax_amount: 0, discount_amount: 0, total: cents / 100 },
    ...{ period_start: period.start, period_end: period.end, due_date: dueDate },
    ...{ paid_at: fate === 'paid' ? paidAt : null, payment_method: fate === 'paid' ? method : null },
    ...{ metadata: {}, created_at: period.start, updated_at: fate === 'paid' ? paidAt : period.start },
  });
  const isLate = fate === 'open' && dueDate < world.now;
  return { id, tenant: customer.tenant, issuedAt: period.start, isLate, row, payments };
}

/** What becomes of an invoice: most are paid in time, and of those that are not the old ones are given up. */
function fateOf(random: Faker, now: Date, paidAt: Date, dueDate: Date, hasEnded: boolean): Fate {
  const luck = random.number.float();
  if (luck < 0.012) return 'void';
  const isOld = daysAfter(dueDate, 45) < now || hasEnded;
  if (luck < 0.05) return isOld ? (luck < 0.025 ? 'uncollectible' : 'paid') : 'open';
  return paidAt <= now ? 'paid' : 'open';
}

interface Paid {
  readonly tenant: string;
  readonly invoiceId: string;
  readonly cents: number;
  readonly currency: string;
  readonly method: string;
}

/** The payment that has come, and before it, now and then, one that has not. */
function paymentsOf(world: DemoWorld, random: Faker, paid: Paid, from: Date, paidAt: Date): Row[] {
  const hasFailed = random.number.float() < 0.06;
  const [failedAt, reason] = [between(random, from, paidAt), random.helpers.arrayElement(failures)];
  const row = (attempt: number, at: Date, failureReason: string | null): Row => {
    const id = world.id(`payment ${paid.invoiceId} ${attempt}`, at);
    return {
      ...{ id, tenant_id: paid.tenant, invoice_id: paid.invoiceId, amount: paid.cents / 100 },
      ...{ currency: paid.currency, method: paid.method, status: failureReason ? 'failed' : 'succeeded' },
      ...{ provider: 'demopay', provider_reference: `pay_${id.replaceAll('-', '')}` },
      ...{ failure_reason: failureReason, created_at: at, updated_at: at },
    };
  };
  return [...(hasFailed ? [row(1, failedAt, reason)] : []), row(2, paidAt, null)];
}

function planLine(name: string, cents: number, { start, end }: DemoPeriod): object {
  const amount = (cents / 100).toFixed(2);
  return {
    ...{ kind: 'plan', description: `${name}, ${date(start)} to ${date(end)}`, quantity: '1' },
    ...{ unitPrice: amount, amount, metric: null, periodStart: start, periodEnd: end },
  };
}

function usageLine({ metric, quantity, unitPrice, cents, period: { start, end } }: DemoUsage): object {
  return {
    ...{
      kind: 'usage',
      description: `${metric}, ${date(start)} to ${date(end)}`,
      quantity: quantity.toFixed(4),
    },
    ...{ unitPrice, amount: (cents / 100).toFixed(2), metric, periodStart: start, periodEnd: end },
  };
}

function date(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
