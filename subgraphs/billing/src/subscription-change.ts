import { asJson, badInput, conflict, notFound } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-billing';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { requireBiller } from './inputs.ts';
import { periodLine, type InvoiceLine } from './invoice-line.ts';
import { billUsage, issueInvoice, planLine, usageLines } from './issue-invoice.ts';
import { holdPlan, holdSubscription, lockingOnly, type HeldSubscription, type Price } from './locks.ts';
import { monthsOf, periodFrom, type Period } from './periods.ts';
import { remainderOf } from './proration.ts';
import { renewDue } from './renewal.ts';
import { existingSubscription } from './subscription.ts';

/** What changes of a subscription. */
type Change = Prisma.BillingSubscriptionUpdateManyMutationInput;

export const mutation: MutationResolvers = {
  async changeSubscriptionPlan(_, { id, planId }, context) {
    requireBiller(context);
    await bringUpToDate(context, id);
    const now = new Date();
    await context.db.write(async (tx) => {
      const subscription = await held(tx, id, now);
      const plan = await holdPlan(tx, planId);
      if (!plan) throw notFound('Plan', planId);
      if (plan.id === subscription.planId) return;
      if (!plan.isActive) throw conflict('This plan is not on offer any more', { field: 'planId' });
      if (plan.currency !== subscription.plan.currency)
        throw badInput('planId', `a plan in ${subscription.plan.currency}`);
      const data =
        subscription.status === 'trialing' ? {} : await prorate(tx, context, subscription, plan, now);
      await tx.billingSubscription.updateMany({ where: { id }, data: { planId, ...data } });
    }, lockingOnly);
    return existingSubscription(context, id);
  },

  async cancelSubscription(_, { id, atPeriodEnd, reason }, context) {
    requireBiller(context);
    if (reason != null && (reason.trim() === '' || reason.length > 1_000))
      throw badInput('reason', 'a text of 1 to 1,000 characters');
    await bringUpToDate(context, id);
    const cancelReason = reason ?? null;
    const now = new Date();
    await context.db.write(async (tx) => {
      const subscription = await held(tx, id, now);
      const data: Change = atPeriodEnd
        ? { cancelAtPeriodEnd: true }
        : { ...(await settleUsage(tx, context, subscription, now)), status: 'cancelled', cancelledAt: now };
      await tx.billingSubscription.updateMany({ where: { id }, data: { ...data, cancelReason } });
    }, lockingOnly);
    return existingSubscription(context, id);
  },

  async resumeSubscription(_, { id }, context) {
    requireBiller(context);
    await bringUpToDate(context, id);
    const now = new Date();
    await context.db.write(async (tx) => {
      await held(tx, id, now);
      const data = { cancelAtPeriodEnd: false, cancelReason: null };
      await tx.billingSubscription.updateMany({ where: { id }, data });
    }, lockingOnly);
    return existingSubscription(context, id);
  },

  async renewSubscriptions(_, { tenantId }, context) {
    requireBiller(context);
    return renewDue(context.db, { ...renewalOptions(context), tenantId });
  },
};

/** A change is of the period that is running: what is due by now comes first. */
async function bringUpToDate(context: Context, subscriptionId: string): Promise<void> {
  await existingSubscription(context, subscriptionId);
  const { failed } = await renewDue(context.db, { ...renewalOptions(context), subscriptionId });
  if (failed > 0) throw conflict('This subscription is due and could not be renewed; try again later');
}

function renewalOptions({ services, log }: Context): { now: Date; paymentDays: number; log: Context['log'] } {
  return { now: new Date(), paymentDays: services.paymentDays, log };
}

/** The subscription, held; one that has ended is changed no more, and one that is due not before it is renewed. */
async function held(tx: Transaction, id: string, now: Date): Promise<HeldSubscription> {
  const subscription = await holdSubscription(tx, id);
  if (!subscription) throw notFound('BillingSubscription', id);
  if (subscription.status === 'cancelled')
    throw conflict('This subscription has been cancelled; the customer subscribes again', { field: 'id' });
  if (subscription.currentPeriodEnd <= now) throw conflict('This subscription is being renewed; try again');
  return subscription;
}

/** Charges the rest of the period on the new plan, credits it on the former one, and says what period it is in now. */
async function prorate(
  tx: Transaction,
  context: Context,
  subscription: HeldSubscription,
  plan: Price,
  now: Date,
): Promise<Change> {
  const { plan: former, currentPeriodStart: start, currentPeriodEnd: end } = subscription;
  const current = { start, end };
  const unused = remainderOf(former.amount, current, now);
  const credits =
    unused === '0.00'
      ? []
      : [periodLine('credit', `${former.name}, unused`, `-${unused}`, { start: now, end })];
  const isSameLength = monthsOf(plan) === monthsOf(former);
  const next = isSameLength ? current : periodFrom(now, monthsOf(plan), now);
  const charge = isSameLength ? restOf(plan, current, now) : planLine(plan, next);
  const issued = await issueInvoice(tx, {
    subscription: { ...subscription, plan },
    ...{ charges: [charge], credits, now, paymentDays: context.services.paymentDays },
    period: isSameLength ? null : next,
  });
  return {
    credits: asJson(issued.credits),
    ...(!isSameLength && {
      ...{ billingAnchor: now, currentPeriodStart: next.start, currentPeriodEnd: next.end },
    }),
  };
}

function restOf({ name, amount }: Price, period: Period, now: Date): InvoiceLine {
  const part = { start: now, end: period.end };
  return periodLine('proration', `${name}, rest of the period`, remainderOf(amount, period, now), part);
}

/** The last invoice of a subscription that ends now: what was used and is on none yet. */
async function settleUsage(
  tx: Transaction,
  context: Context,
  subscription: HeldSubscription,
  now: Date,
): Promise<Change> {
  const charges = await usageLines(tx, subscription.id, null);
  const { paymentDays } = context.services;
  const issued = await issueInvoice(tx, { subscription, charges, period: null, now, paymentDays });
  if (issued.invoiceId !== null) await billUsage(tx, subscription.id, null, issued.invoiceId);
  return { credits: asJson(issued.credits) };
}
