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
import { Invoice as table, type InvoiceRow } from '@cdx/prisma-billing/tables';
import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import type {
  BillingSubscriptionResolvers,
  CustomerResolvers,
  InvoiceResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { readLines } from './invoice-line.ts';
import { exact, toCents } from './money.ts';
import { loadSubscription } from './subscription.ts';

/** The invoices of the caller's tenant; row-level security sees to it, and to all for a superadmin. */
function readableInvoices(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'createdAt', direction: 'DESC' } };
}

export const query: QueryResolvers = {
  invoice: (_, { id }, context) => loadInvoice(context, id),
  invoiceByNumber: (_, { invoiceNumber }, context) =>
    loadEntity<InvoiceRow>(context, readableInvoices(context), invoiceNumber, 'invoiceNumber'),
  invoices: (_, args, context, info) =>
    loadPage<InvoiceRow>(context, readableInvoices(context), args, isSelected(info, 'totalCount')),
};

export const invoice: InvoiceResolvers = {
  __resolveReference: ({ id }, context) => loadInvoice(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  customer: ({ customerId: id }) => ({ id }),
  subscription: ({ subscriptionId: id }, _, context) => (id === null ? null : loadSubscription(context, id)),
  lines: ({ lines }) => readLines(lines),
  amountPaid: ({ id }, _, context) => loadAmountPaid(context, id),
  amountDue: async ({ id, status, total }, _, context) =>
    status === 'open' ? toCents(exact(total).minus(await loadAmountPaid(context, id))) : '0.00',
  isOverdue: ({ status, dueDate }) => status === 'open' && dueDate !== null && dueDate < new Date(),
};

export const billingSubscription: BillingSubscriptionResolvers = {
  invoices: ({ id }, args, context, info) => invoicesOf(context, 'subscriptionId', id, args, info),
};

export const customer: CustomerResolvers = {
  invoices: ({ id }, args, context, info) => invoicesOf(context, 'customerId', id, args, info),
};

function invoicesOf(
  context: Context,
  parent: 'subscriptionId' | 'customerId',
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<InvoiceRow>> {
  const list = { ...readableInvoices(context), parent };
  return loadChildPage(context, `Invoice.${parent}`, list, id, args, isSelected(info, 'totalCount'));
}

/** The invoice with that id, if the caller may see it. */
export function loadInvoice(context: Context, id: string): Promise<InvoiceRow | null> {
  return loadEntity<InvoiceRow>(context, readableInvoices(context), id);
}

/** @throws NOT_FOUND when the caller sees no such invoice */
export async function existingInvoice(context: Context, id: string): Promise<InvoiceRow> {
  const found = await loadInvoice(context, id);
  if (!found) throw notFound('Invoice', id);
  return found;
}

/** What has been paid on an invoice and not been refunded; of all that are asked for in one statement. */
function loadAmountPaid(context: Context, id: string): Promise<string> {
  const loader = context.loaders.get<string, string>('Invoice.amountPaid', async (ids) => {
    const rows = await context.db.many<{ readonly id: string; readonly paid: string }>(
      sql`select invoice_id as id, sum(amount)::text as paid from billing.payments
        where invoice_id = any(${[...ids]}::uuid[]) and status = 'succeeded' group by invoice_id`,
    );
    const byId = new Map(rows.map((row) => [row.id, row.paid]));
    return ids.map((key) => byId.get(key) ?? '0.00');
  });
  return loader.load(id);
}
