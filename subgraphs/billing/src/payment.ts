import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  requireUser,
  type Readable,
} from '@cdx/kit';
import { Payment as table, type PaymentRow } from '@cdx/prisma-billing/tables';
import type { InvoiceResolvers, PaymentResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadInvoice } from './invoice.ts';

/** The payments of the caller's tenant; row-level security sees to it, and to all for a superadmin. */
function readablePayments(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'createdAt', direction: 'DESC' } };
}

export const query: QueryResolvers = {
  payment: (_, { id }, context) => loadPayment(context, id),
  payments: (_, args, context, info) =>
    loadPage<PaymentRow>(context, readablePayments(context), args, isSelected(info, 'totalCount')),
};

export const payment: PaymentResolvers = {
  __resolveReference: ({ id }, context) => loadPayment(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  invoice: ({ invoiceId }, _, context) => loadInvoice(context, invoiceId),
};

export const invoice: InvoiceResolvers = {
  payments: ({ id }, args, context, info) =>
    loadChildPage<PaymentRow>(
      context,
      'Invoice.payments',
      { ...readablePayments(context), parent: 'invoiceId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

function loadPayment(context: Context, id: string): Promise<PaymentRow | null> {
  return loadEntity<PaymentRow>(context, readablePayments(context), id);
}

/** @throws NOT_FOUND when the caller sees no such payment */
export async function existingPayment(context: Context, id: string): Promise<PaymentRow> {
  const found = await loadPayment(context, id);
  if (!found) throw notFound('Payment', id);
  return found;
}
