import { asJson, newId } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { Transaction } from './context.ts';
import { periodLine, readLines, reckon, type InvoiceLine } from './invoice-line.ts';
import { query, type HeldSubscription, type Price } from './locks.ts';
import { toCents } from './money.ts';
import { addDays, type Period } from './periods.ts';

/** What an invoice is issued for. Every invoice of a subscription is issued here, with its tax. */
export interface Issue {
  readonly subscription: Pick<
    HeldSubscription,
    'id' | 'tenantId' | 'customerId' | 'credits' | 'taxRate' | 'plan'
  >;
  /** Lines with amounts from 0. */
  readonly charges: readonly InvoiceLine[];
  /** Lines of credit that come to those which the subscription has. */
  readonly credits?: readonly InvoiceLine[];
  /** The period that is charged in advance: it has one invoice. */
  readonly period: Period | null;
  readonly now: Date;
  readonly paymentDays: number;
}

/** What came of it. */
export interface Issued {
  /** Null where there was nothing to charge. */
  readonly invoiceId: string | null;
  /** Lines of credit that the subscription has from now on. */
  readonly credits: readonly InvoiceLine[];
}

/** The charge of a plan for one period. */
export function planLine({ name, amount }: Price, period: Period): InvoiceLine {
  return periodLine('plan', `${name}, ${day(period.start)} to ${day(period.end)}`, toCents(amount), period);
}

/**
 * Opens the invoice of some charges, less the credit that the subscription has. One of nothing, because credit covers it,
 * is paid at once; charges of nothing have none.
 */
export async function issueInvoice(tx: Transaction, issue: Issue): Promise<Issued> {
  const { subscription, charges, period, now, paymentDays } = issue;
  const credits = [...readLines(subscription.credits), ...(issue.credits ?? [])];
  const { credits: left, lines, ...amounts } = reckon(charges, credits, subscription.taxRate);
  if (amounts.subtotal === '0.00') return { invoiceId: null, credits };
  const id = newId();
  const { tenantId, customerId } = subscription;
  await tx.invoice.createMany({
    data: {
      id,
      ...{ tenantId, customerId, subscriptionId: subscription.id, currency: subscription.plan.currency },
      ...{ status: 'open', ...amounts, lines: asJson(lines), dueDate: addDays(now, paymentDays) },
      ...(period && { periodStart: period.start, periodEnd: period.end }),
    },
  });
  if (amounts.total === '0.00') {
    await tx.invoice.updateMany({ where: { id }, data: { status: 'paid', paidAt: now } });
  }
  return { invoiceId: id, credits: left };
}

interface MeteredRow {
  readonly metric: string;
  readonly quantity: string;
  readonly unitPrice: string | null;
  readonly amount: string;
  readonly periodStart: Date;
  readonly periodEnd: Date;
}

/**
 * The usage of a held subscription that is on no invoice yet, a line for each metric. The amounts of the records are
 * added exactly; the sum is rounded to cents, half to even. The records are held until the transaction ends.
 * @param until leaves out what ends after it; null for all
 */
export async function usageLines(
  tx: Transaction,
  subscriptionId: string,
  until: Date | null,
): Promise<InvoiceLine[]> {
  const rows = await query<MeteredRow>(
    tx,
    sql`select u.metric, sum(u.quantity)::text as quantity, sum(u.quantity * u.unit_price)::text as amount,
        case when min(u.unit_price) = max(u.unit_price) then min(u.unit_price)::text end as "unitPrice",
        min(u.period_start) as "periodStart", max(u.period_end) as "periodEnd"
      from (
        select * from billing.usage_records
        where subscription_id = ${subscriptionId}::uuid and invoice_id is null
          and (${until}::timestamptz is null or period_end <= ${until}::timestamptz)
        order by id for update
      ) u
      group by u.metric order by u.metric`,
  );
  return rows.map(({ amount, ...row }) => ({
    ...row,
    kind: 'usage',
    description: `${row.metric}, ${day(row.periodStart)} to ${day(row.periodEnd)}`,
    amount: toCents(amount),
  }));
}

/** Puts the usage that `usageLines` has added up on its invoice, which charges it and no other does. */
export async function billUsage(
  tx: Transaction,
  subscriptionId: string,
  until: Date | null,
  invoiceId: string,
): Promise<void> {
  await tx.subscriptionUsage.updateMany({
    where: { subscriptionId, invoiceId: null, ...(until && { periodEnd: { lte: until } }) },
    data: { invoiceId },
  });
}

/** `2026-01-31` */
function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
