import { asJson, type Logger, type RequestDatabase } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { Transaction } from './context.ts';
import { billUsage, issueInvoice, planLine, usageLines } from './issue-invoice.ts';
import { holdSubscription, lockingOnly } from './locks.ts';
import { monthsOf, periodFrom } from './periods.ts';
import { settleStanding } from './standing.ts';

/** What a renewal is of, and as of when. */
export interface RenewalOptions {
  readonly now: Date;
  /** How long a customer has to pay an invoice, in days. */
  readonly paymentDays: number;
  /** One tenant's subscriptions; all that the caller sees when not given. */
  readonly tenantId?: string | null | undefined;
  /** One subscription alone. */
  readonly subscriptionId?: string | null;
  readonly log: Logger;
}

/** What a renewal has done: how many of each. */
export interface Renewal {
  renewed: number;
  ended: number;
  invoiced: number;
  pastDue: number;
  failed: number;
}

/** What has become of one subscription. */
interface Outcome {
  readonly end: 'renewed' | 'ended';
  readonly isInvoiced: boolean;
}

/** How many subscriptions are looked up at once. */
const batchSize = 200;

/**
 * Brings subscriptions up to a moment: ends trials, begins periods and issues their invoices, ends what was cancelled with
 * its period, and tells who is late. Each subscription is a transaction of its own that holds its row, so several processes
 * may do this at once; one that fails is told in the log and keeps none of the others.
 */
export async function renewDue(db: RequestDatabase<Transaction>, options: RenewalOptions): Promise<Renewal> {
  const renewal: Renewal = { renewed: 0, ended: 0, invoiced: 0, pastDue: 0, failed: 0 };
  const passedBy: string[] = [];
  for (;;) {
    const ids = await dueIds(db, options, passedBy);
    if (ids.length === 0) break;
    for (const id of ids) {
      const outcome = await attempt(renewal, options, id, () =>
        db.write((tx) => renewOne(tx, id, options), lockingOnly),
      );
      if (!outcome) {
        passedBy.push(id);
        continue;
      }
      renewal[outcome.end] += 1;
      if (outcome.isInvoiced) renewal.invoiced += 1;
    }
  }
  for (const id of await standingIds(db, options)) {
    const standing = await attempt(renewal, options, id, () =>
      db.write((tx) => settleStanding(tx, id, options.now), lockingOnly),
    );
    if (standing === 'past_due') renewal.pastDue += 1;
  }
  return renewal;
}

/** Does something for one subscription; a failure is counted and told, and leaves the others alone. */
async function attempt<Result>(
  renewal: Renewal,
  { log }: RenewalOptions,
  subscriptionId: string,
  work: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    renewal.failed += 1;
    log.error({ error, subscriptionId }, 'a subscription could not be renewed; the next run tries again');
    return null;
  }
}

/** Subscriptions whose period is over, the longest ago first. */
async function dueIds(
  db: RequestDatabase<Transaction>,
  { now, tenantId = null, subscriptionId = null }: RenewalOptions,
  passedBy: readonly string[],
): Promise<string[]> {
  const rows = await db.many<{ readonly id: string }>(
    sql`select id from billing.subscriptions
      where status <> 'cancelled' and current_period_end <= ${now}::timestamptz
        and (${tenantId}::text is null or tenant_id = ${tenantId}::text)
        and (${subscriptionId}::uuid is null or id = ${subscriptionId}::uuid)
        and id <> all(${[...passedBy]}::uuid[])
      order by current_period_end, id limit ${batchSize}`,
  );
  return rows.map(({ id }) => id);
}

/** Subscriptions that are late and not called so, and those that are called so and are not. */
async function standingIds(
  db: RequestDatabase<Transaction>,
  { now, tenantId = null, subscriptionId = null }: RenewalOptions,
): Promise<string[]> {
  const rows = await db.many<{ readonly id: string }>(
    sql`with late as (
        select distinct subscription_id as id from billing.invoices
        where status = 'open' and due_date < ${now}::timestamptz
          and subscription_id = coalesce(${subscriptionId}::uuid, subscription_id)
          and tenant_id = coalesce(${tenantId}::text, tenant_id)
      )
      select s.id from billing.subscriptions s left join late on late.id = s.id
      where (s.status = 'active' and late.id is not null or s.status = 'past_due' and late.id is null)
        and (${tenantId}::text is null or s.tenant_id = ${tenantId}::text)
        and (${subscriptionId}::uuid is null or s.id = ${subscriptionId}::uuid)
      order by s.id`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Moves one subscription on by one period: the plan's charge for the one that begins, in advance, and the usage of those
 * that have ended, on one invoice.
 * @returns null when it is not due any more, or another process has it in hand
 */
async function renewOne(
  tx: Transaction,
  id: string,
  { now, paymentDays }: RenewalOptions,
): Promise<Outcome | null> {
  const subscription = await holdSubscription(tx, id, { ifFree: true });
  if (!subscription || subscription.status === 'cancelled' || subscription.currentPeriodEnd > now)
    return null;
  const { plan, currentPeriodEnd: boundary, cancelAtPeriodEnd: isLast } = subscription;
  const period = isLast ? null : periodFrom(subscription.billingAnchor, monthsOf(plan), boundary);
  const until = isLast ? null : boundary;
  const usage = await usageLines(tx, id, until);
  const charges = [...(period ? [planLine(plan, period)] : []), ...usage];
  const issued = await issueInvoice(tx, { subscription, charges, period, now, paymentDays });
  if (issued.invoiceId !== null) await billUsage(tx, id, until, issued.invoiceId);
  await tx.billingSubscription.updateMany({
    where: { id },
    data: {
      credits: asJson(issued.credits),
      ...(period
        ? {
            status: subscription.status === 'trialing' ? 'active' : subscription.status,
            currentPeriodStart: period.start,
            currentPeriodEnd: period.end,
          }
        : { status: 'cancelled', cancelledAt: boundary }),
    },
  });
  return { end: period ? 'renewed' : 'ended', isInvoiced: issued.invoiceId !== null };
}
