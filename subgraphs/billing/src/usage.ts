import {
  conflict,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  notFound,
  parseInput,
  requireUser,
  uuid,
  type Readable,
} from '@cdx/kit';
import {
  SubscriptionUsage as table,
  type BillingSubscriptionRow,
  type SubscriptionUsageRow,
} from '@cdx/prisma-billing/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  BillingSubscriptionResolvers,
  MutationResolvers,
  SubscriptionUsageResolvers,
} from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { line, measure, requireBiller } from './inputs.ts';
import { loadInvoice } from './invoice.ts';
import { lockingOnly, query } from './locks.ts';
import { exact } from './money.ts';
import { loadSubscription } from './subscription.ts';

/** The usage of the caller's tenant; row-level security sees to it, and to all for a superadmin. */
function readableUsage(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'periodStart', direction: 'DESC' } };
}

const recordInput = z
  .object({
    subscriptionId: uuid,
    metric: line(100),
    quantity: measure,
    unitPrice: measure,
    periodStart: z.date(),
    periodEnd: z.date(),
  })
  .refine(({ periodStart, periodEnd }) => periodEnd >= periodStart, {
    path: ['periodEnd'],
    message: 'must not be before periodStart',
  });

export const mutation: MutationResolvers = {
  async recordSubscriptionUsage(_, { input, idempotencyKey }, context) {
    requireBiller(context);
    const values = parseInput(recordInput, input);
    const id = idFor(context, 'recordSubscriptionUsage', idempotencyKey);
    await context.db.write(async (tx) => {
      const tenantId = await meteredTenant(tx, values.subscriptionId);
      const data = { id, tenantId, ...values };
      await tx.subscriptionUsage.createMany({ data, skipDuplicates: idempotencyKey != null });
    }, lockingOnly);
    return existingUsage(context, id);
  },

  async deleteSubscriptionUsage(_, { id }, context) {
    requireBiller(context);
    await existingUsage(context, id);
    const { count } = await context.db.write((tx) =>
      tx.subscriptionUsage.deleteMany({ where: { id, invoiceId: null } }),
    );
    if (count === 0) throw conflict('This usage is on an invoice already', { field: 'id' });
    return id;
  },
};

export const subscriptionUsage: SubscriptionUsageResolvers = {
  __resolveReference: ({ id }, context) => loadUsage(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  subscription: ({ subscriptionId }, _, context) => loadSubscription(context, subscriptionId),
  amount: ({ quantity, unitPrice }) => exact(quantity).times(unitPrice).toFixed(),
  invoice: ({ invoiceId: id }, _, context) => (id === null ? null : loadInvoice(context, id)),
};

export const billingSubscription: BillingSubscriptionResolvers = {
  usage: ({ id }, args, context, info) =>
    loadChildPage<SubscriptionUsageRow>(
      context,
      'BillingSubscription.usage',
      { ...readableUsage(context), parent: 'subscriptionId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The tenant of a subscription whose usage is charged: it does not end before the transaction does. */
async function meteredTenant(tx: Transaction, subscriptionId: string): Promise<string> {
  const [held] = await query<Pick<BillingSubscriptionRow, 'tenantId' | 'status'>>(
    tx,
    sql`select tenant_id as "tenantId", status from billing.subscriptions
      where id = ${subscriptionId}::uuid for share`,
  );
  if (!held) throw notFound('BillingSubscription', subscriptionId);
  if (held.status === 'cancelled')
    throw conflict('This subscription has been cancelled: it has its last invoice', {
      field: 'input.subscriptionId',
    });
  return held.tenantId;
}

function loadUsage(context: Context, id: string): Promise<SubscriptionUsageRow | null> {
  return loadEntity<SubscriptionUsageRow>(context, readableUsage(context), id);
}

async function existingUsage(context: Context, id: string): Promise<SubscriptionUsageRow> {
  const found = await loadUsage(context, id);
  if (!found) throw notFound('SubscriptionUsage', id);
  return found;
}
