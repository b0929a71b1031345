import { asJson, conflict, given, idFor, notFound, parseInput, tenantId, tenantOf, uuid } from '@cdx/kit';
import type { BillingSubscriptionRow } from '@cdx/prisma-billing/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { metadata, percentage, requireBiller } from './inputs.ts';
import { issueInvoice, planLine } from './issue-invoice.ts';
import { holdPlan, lockingOnly, type Price } from './locks.ts';
import { addDays, monthsOf, periodFrom } from './periods.ts';
import { existingSubscription } from './subscription.ts';

/** How far back a subscription may begin: one that is brought along from elsewhere. */
const maxDaysBack = 3_653;

const createInput = z.object({
  tenantId: tenantId.nullish(),
  customerId: uuid,
  planId: uuid,
  trialDays: z.int().min(0, 'must be 0 to 730').max(730, 'must be 0 to 730').nullish(),
  startAt: z.date().nullish(),
  taxRate: percentage.nullish().transform((rate) => rate ?? '0'),
  metadata: metadata.nullish(),
});
const updateInput = z.object({ taxRate: percentage, metadata }).partial();

export const mutation: MutationResolvers = {
  async createSubscription(_, { input, idempotencyKey }, context) {
    const caller = requireBiller(context);
    const now = new Date();
    const { trialDays, startAt, metadata: noted, ...values } = parseInput(startedBy(now), input);
    const id = idFor(context, 'createSubscription', idempotencyKey);
    const owner = { id, ...values, tenantId: tenantOf(caller, values.tenantId) };
    await context.db.write(async (tx) => {
      const plan = await holdPlan(tx, values.planId);
      if (!plan) throw notFound('Plan', values.planId);
      const begun = beginning(plan, startAt ?? now, trialDays ?? plan.trialPeriodDays);
      const data = { ...owner, ...begun, metadata: asJson(noted ?? {}) };
      const { count } = await tx.billingSubscription.createMany({
        data,
        skipDuplicates: idempotencyKey != null,
      });
      if (count === 0) return;
      if (!plan.isActive) throw conflict('This plan is not on offer any more', { field: 'input.planId' });
      if (begun.status === 'trialing') return;
      const period = { start: begun.currentPeriodStart, end: begun.currentPeriodEnd };
      const subscription = { ...owner, credits: [], plan };
      const { paymentDays } = context.services;
      await issueInvoice(tx, { subscription, charges: [planLine(plan, period)], period, now, paymentDays });
    }, lockingOnly);
    return existingSubscription(context, id);
  },

  async updateSubscription(_, { id, input }, context) {
    requireBiller(context);
    const { metadata: changed, ...values } = parseInput(updateInput, input);
    await existingSubscription(context, id);
    const data = { ...given(values), ...(changed ? { metadata: asJson(changed) } : {}) };
    if (Object.keys(data).length > 0) {
      await context.db.write((tx) => tx.billingSubscription.updateMany({ where: { id }, data }));
    }
    return existingSubscription(context, id);
  },
};

function startedBy(now: Date): typeof createInput {
  return createInput.refine(
    ({ startAt }) => !startAt || (startAt <= now && startAt > addDays(now, -maxDaysBack)),
    { path: ['startAt'], message: 'must be in the past, and in the last ten years' },
  );
}

type Beginning = Pick<
  BillingSubscriptionRow,
  'status' | 'trialStart' | 'trialEnd' | 'billingAnchor' | 'currentPeriodStart' | 'currentPeriodEnd'
>;

/** How a subscription begins: with a trial, after which its periods are counted, or with its first period. */
function beginning(plan: Price, start: Date, trialDays: number): Beginning {
  if (trialDays > 0) {
    const end = addDays(start, trialDays);
    return {
      ...{ status: 'trialing', trialStart: start, trialEnd: end, billingAnchor: end },
      ...{ currentPeriodStart: start, currentPeriodEnd: end },
    };
  }
  const { end } = periodFrom(start, monthsOf(plan), start);
  return {
    ...{ status: 'active', trialStart: null, trialEnd: null, billingAnchor: start },
    ...{ currentPeriodStart: start, currentPeriodEnd: end },
  };
}
