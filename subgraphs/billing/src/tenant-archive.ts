import type { Prisma } from '@cdx/prisma-billing';
import sql from 'sql-template-tag';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';

/** The subscriptions of a tenant, for what archives all that belongs to it. */
export const query: QueryResolvers = {
  async renewingSubscriptions(_, { tenantId }, { db }) {
    const rows = await db.many<{ readonly id: string }>(
      sql`select id::text from billing.subscriptions
        where tenant_id = ${tenantId} and status <> 'cancelled' and not cancel_at_period_end order by id`,
    );
    return rows.map(({ id }) => id);
  },
};

export const mutation: MutationResolvers = {
  // What has ended meanwhile, or was cancelled by somebody else, stays as it is.
  async endSubscriptionsOf(_, { tenantId, ids, reason }, { db }) {
    const where = { ...of(tenantId, ids), cancelAtPeriodEnd: false };
    const data = { cancelAtPeriodEnd: true, cancelReason: reason ?? null };
    return (await db.write((tx) => tx.billingSubscription.updateMany({ where, data }))).count;
  },

  async keepSubscriptionsOf(_, { tenantId, ids }, { db }) {
    const where = { ...of(tenantId, ids), cancelAtPeriodEnd: true };
    const data = { cancelAtPeriodEnd: false, cancelReason: null };
    return (await db.write((tx) => tx.billingSubscription.updateMany({ where, data }))).count;
  },
};

function of(tenantId: string, ids: readonly string[]): Prisma.BillingSubscriptionWhereInput {
  return { tenantId, id: { in: [...ids] }, status: { not: 'cancelled' } };
}
