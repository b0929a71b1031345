import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  requireUser,
  type Connection,
  type PageArguments,
  type Readable,
} from '@cdx/kit';
import { BillingSubscription as table, type BillingSubscriptionRow } from '@cdx/prisma-billing/tables';
import type { GraphQLResolveInfo } from 'graphql';
import type {
  BillingSubscriptionResolvers,
  CustomerResolvers,
  PlanResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { readLines } from './invoice-line.ts';
import { sumOf, toCents } from './money.ts';
import { loadPlan } from './plan.ts';

/** The subscriptions of the caller's tenant; row-level security sees to it, and to all for a superadmin. */
function readableSubscriptions(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'createdAt', direction: 'DESC' } };
}

export const query: QueryResolvers = {
  subscription: (_, { id }, context) => loadSubscription(context, id),
  subscriptions: (_, args, context, info) =>
    loadPage<BillingSubscriptionRow>(
      context,
      readableSubscriptions(context),
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const billingSubscription: BillingSubscriptionResolvers = {
  __resolveReference: ({ id }, context) => loadSubscription(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  customer: ({ customerId: id }) => ({ id }),
  plan: ({ planId }, _, context) => loadPlan(context, planId),
  credit: ({ credits }) => toCents(sumOf(readLines(credits).map(({ amount }) => amount)).negated()),
};

export const plan: PlanResolvers = {
  subscriptions: ({ id }, args, context, info) => subscriptionsOf(context, 'planId', id, args, info),
};

export const customer: CustomerResolvers = {
  subscriptions: ({ id }, args, context, info) => subscriptionsOf(context, 'customerId', id, args, info),
};

function subscriptionsOf(
  context: Context,
  parent: 'planId' | 'customerId',
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<BillingSubscriptionRow>> {
  const list = { ...readableSubscriptions(context), parent };
  const withTotal = isSelected(info, 'totalCount');
  return loadChildPage(context, `BillingSubscription.${parent}`, list, id, args, withTotal);
}

/** The subscription with that id, if the caller may see it. */
export function loadSubscription(context: Context, id: string): Promise<BillingSubscriptionRow | null> {
  return loadEntity<BillingSubscriptionRow>(context, readableSubscriptions(context), id);
}

/** @throws NOT_FOUND when the caller sees no such subscription */
export async function existingSubscription(context: Context, id: string): Promise<BillingSubscriptionRow> {
  const found = await loadSubscription(context, id);
  if (!found) throw notFound('BillingSubscription', id);
  return found;
}
