import {
  amount,
  asJson,
  badInput,
  currency,
  given,
  isSelected,
  loadAllOf,
  loadChildPage,
  loadEntity,
  newId,
  notFound,
  parseInput,
  requireRole,
  requireUser,
  selectColumns,
  decodeRows,
  uuidToBytes,
  walled,
  type Readable,
} from '@cdx/kit';
import {
  SubscriptionTier as tierTable,
  UserSubscription as table,
  type SubscriptionTierRow,
  type UserSubscriptionRow,
} from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  MutationResolvers,
  QueryResolvers,
  SubscriptionTierResolvers,
  UserResolvers,
  UserSubscriptionResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { subjectOf, tenantOf, userLink } from './user.ts';

/** Tiers are a price list: the same for everybody who has logged in. */
const tiers: Readable = { table: tierTable, order: { property: 'sortOrder', direction: 'ASC' } };

const subscriptions: Readable = { table, order: { property: 'startedAt', direction: 'DESC' } };

const tierInput = z
  .object({
    price: amount,
    currency,
    limits: z.record(z.string(), z.unknown()),
    features: z.array(z.string().min(1).max(200)).max(100),
    sortOrder: z.int(),
  })
  .partial();

export const query: QueryResolvers = {
  async subscriptionTiers(_, __, context) {
    requireUser(context);
    const rows = await context.db.many<SubscriptionTierRow>(
      walled`select ${selectColumns('mysql', tierTable)} from ${context.db.rowsOf(tierTable)} t
        order by t.sort_order, t.price`,
    );
    return decodeRows('mysql', tierTable, rows);
  },
};

export const mutation: MutationResolvers = {
  async updateSubscriptionTier(_, { id, input }, context) {
    requireRole(context, 'superadmin');
    await existingTier(context, id);
    const { limits, features, ...values } = parseInput(tierInput, input);
    const json = {
      ...(limits ? { limits: asJson(limits) } : {}),
      ...(features ? { features: asJson(features) } : {}),
    };
    const data = { ...given(values), ...json };
    await context.db.write((tx) => tx.subscriptionTier.updateMany({ where: { id: uuidToBytes(id) }, data }));
    return existingTier(context, id);
  },

  async subscribeUser(_, { userId, tier: name, expiresAt }, context) {
    requireRole(context, 'superadmin');
    const tenantId = await tenantOf(context, userId);
    const tier = await loadEntity<SubscriptionTierRow>(context, tiers, name, 'name');
    if (!tier) throw notFound('SubscriptionTier', name);
    const expiry = expiresAt == null ? null : new Date(expiresAt);
    if (expiry && expiry <= new Date()) throw badInput('expiresAt', 'a moment in the future');
    const id = newId();
    const owner = { userId: uuidToBytes(userId) };
    await context.db.write(
      async (tx) => {
        const ended = { status: 'cancelled', cancelledAt: new Date() } as const;
        await tx.userSubscription.updateMany({ where: { ...owner, status: 'active' }, data: ended });
        const data = { id: uuidToBytes(id), ...owner, tierId: uuidToBytes(tier.id), expiresAt: expiry };
        await tx.userSubscription.createMany({ data });
      },
      { tenantId },
    );
    return loadEntity<UserSubscriptionRow>(context, subscriptions, id);
  },

  async cancelUserSubscription(_, { id }, context) {
    const subscription = await loadEntity<UserSubscriptionRow>(context, subscriptions, id);
    if (!subscription) throw notFound('UserSubscription', id);
    await subjectOf(context, subscription.userId);
    const data = { status: 'cancelled', cancelledAt: new Date() } as const;
    await context.db.write(
      (tx) => tx.userSubscription.updateMany({ where: { id: uuidToBytes(id), status: 'active' }, data }),
      { tenantId: await tenantOf(context, subscription.userId) },
    );
    return loadEntity<UserSubscriptionRow>(context, subscriptions, id);
  },
};

export const userSubscription: UserSubscriptionResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<UserSubscriptionRow>(context, subscriptions, id),
  tier: ({ tierId }, _, context) => existingTier(context, tierId),
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const subscriptionTier: SubscriptionTierResolvers = {
  __resolveReference(reference, context) {
    requireUser(context);
    return 'id' in reference
      ? loadEntity<SubscriptionTierRow>(context, tiers, reference.id)
      : loadEntity<SubscriptionTierRow>(context, tiers, reference.name, 'name');
  },
  features: ({ features }) => features as readonly string[],
};

export const user: UserResolvers = {
  async subscription({ id }, _, context) {
    const inForce = sql`t.status = 'active' and (t.expires_at is null or t.expires_at > current_timestamp(3))`;
    const list = { ...subscriptions, where: inForce };
    const rows = await loadAllOf<UserSubscriptionRow>(context, list, 'userId', id);
    return rows.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0] ?? null;
  },
  subscriptions: ({ id }, args, context, info) =>
    loadChildPage<UserSubscriptionRow>(
      context,
      'User.subscriptions',
      { ...subscriptions, parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

async function existingTier(context: Context, id: string): Promise<SubscriptionTierRow> {
  const found = await loadEntity<SubscriptionTierRow>(context, tiers, id);
  if (!found) throw notFound('SubscriptionTier', id);
  return found;
}
