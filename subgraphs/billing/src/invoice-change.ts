import {
  amount,
  asJson,
  badInput,
  conflict,
  currency,
  given,
  idFor,
  notFound,
  parseInput,
  tenantId,
  tenantOf,
  uuid,
} from '@cdx/kit';
import type { InvoiceRow } from '@cdx/prisma-billing/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { line, measure, metadata, requireBiller } from './inputs.ts';
import { itemLine, readLines, type InvoiceLine } from './invoice-line.ts';
import { existingInvoice } from './invoice.ts';
import { holdInvoice, lockingOnly } from './locks.ts';
import { exact, sumOf, toCents } from './money.ts';
import { paymentsOf } from './paid.ts';
import { addDays } from './periods.ts';
import { settleStanding } from './standing.ts';
import { existingSubscription } from './subscription.ts';

const items = z
  .array(
    z.object({
      description: line(500),
      quantity: measure.nullish().transform((quantity) => quantity ?? '1'),
      unitPrice: measure,
    }),
  )
  .min(1, 'must have at least one item')
  .max(200, 'must have at most 200 items')
  .transform((list) => list.map((item) => itemLine(item.description, item.quantity, item.unitPrice)));
const createInput = z.object({
  tenantId: tenantId.nullish(),
  customerId: uuid.nullish(),
  subscriptionId: uuid.nullish(),
  currency,
  items,
  taxAmount: amount.nullish().transform((value) => value ?? '0'),
  discountAmount: amount.nullish().transform((value) => value ?? '0'),
  dueDate: z.date().nullish(),
  metadata: metadata.nullish(),
});
const updateInput = z
  .object({
    currency,
    items,
    taxAmount: amount,
    discountAmount: amount,
    dueDate: z.date().nullable(),
    metadata,
  })
  .partial()
  .transform(({ metadata: data, ...values }) => ({ ...values, ...(data && { metadata: asJson(data) }) }));

export const mutation: MutationResolvers = {
  async createInvoice(_, { input, idempotencyKey }, context) {
    const caller = requireBiller(context);
    const { items: lines, taxAmount, discountAmount, ...values } = parseInput(createInput, input);
    const { subscriptionId = null, dueDate = null, currency: of } = values;
    const owner = { tenantId: tenantOf(caller, values.tenantId), subscriptionId };
    const customerId = await customerOf(context, owner, values.customerId);
    const id = idFor(context, 'createInvoice', idempotencyKey);
    const amounts = amountsOf(lines, taxAmount, discountAmount);
    const json = { lines: asJson(lines), metadata: asJson(values.metadata ?? {}) };
    const data = { id, ...owner, customerId, currency: of, dueDate, ...amounts, ...json };
    await context.db.write((tx) => tx.invoice.createMany({ data, skipDuplicates: idempotencyKey != null }));
    return existingInvoice(context, id);
  },

  async updateInvoice(_, { id, input }, context) {
    requireBiller(context);
    const { items: changed, taxAmount, discountAmount, ...values } = parseInput(updateInput, input);
    return change(context, id, 'draft', async (tx, stored) => {
      const lines = changed ?? readLines(stored.lines);
      const [tax, discount] = [taxAmount ?? stored.taxAmount, discountAmount ?? stored.discountAmount];
      const data = { ...given(values), ...amountsOf(lines, tax, discount), lines: asJson(lines) };
      await tx.invoice.updateMany({ where: { id }, data });
    });
  },

  async deleteInvoice(_, { id }, context) {
    requireBiller(context);
    await context.db.write(async (tx) => {
      await held(tx, id, 'draft');
      await tx.invoice.deleteMany({ where: { id } });
    }, lockingOnly);
    return id;
  },

  async openInvoice(_, { id, dueDate: wanted }, context) {
    requireBiller(context);
    const now = new Date();
    return change(context, id, 'draft', async (tx, stored) => {
      const dueDate = wanted ?? stored.dueDate ?? addDays(now, context.services.paymentDays);
      await tx.invoice.updateMany({ where: { id }, data: { status: 'open', dueDate } });
      if (!exact(stored.total).isZero()) return;
      await tx.invoice.updateMany({ where: { id }, data: { status: 'paid', paidAt: now } });
    });
  },

  async voidInvoice(_, { id }, context) {
    requireBiller(context);
    return change(context, id, 'open', async (tx, stored) => {
      const { paid, pending } = await paymentsOf(tx, id);
      if (pending) throw conflict('A payment of this invoice is on its way', { field: 'id' });
      if (!exact(paid).isZero())
        throw conflict(`${paid} ${stored.currency} has been paid on this invoice; refund it first`, {
          field: 'id',
        });
      await tx.invoice.updateMany({ where: { id }, data: { status: 'void' } });
    });
  },

  async markInvoiceUncollectible(_, { id }, context) {
    requireBiller(context);
    return change(context, id, 'open', async (tx) => {
      const { pending } = await paymentsOf(tx, id);
      if (pending) throw conflict('A payment of this invoice is on its way', { field: 'id' });
      await tx.invoice.updateMany({ where: { id }, data: { status: 'uncollectible' } });
    });
  },
};

/** Changes an invoice that is in a state, and with it what its subscription is called. */
async function change(
  context: Context,
  id: string,
  from: InvoiceRow['status'],
  work: (tx: Transaction, stored: InvoiceRow) => Promise<void>,
): Promise<InvoiceRow> {
  await context.db.write(async (tx) => {
    const stored = await held(tx, id, from);
    await work(tx, stored);
    if (stored.subscriptionId !== null) await settleStanding(tx, stored.subscriptionId, new Date());
  }, lockingOnly);
  return existingInvoice(context, id);
}

/** The invoice, held; it must be in the state that the change is for. */
async function held(tx: Transaction, id: string, from: InvoiceRow['status']): Promise<InvoiceRow> {
  const stored = await holdInvoice(tx, id);
  if (!stored) throw notFound('Invoice', id);
  if (stored.status !== from)
    throw conflict(`The invoice is ${stored.status}; this needs it ${from}`, { field: 'id' });
  return stored;
}

/** What the lines charge, and the total; a discount takes off no more than there is. */
function amountsOf(
  lines: readonly InvoiceLine[],
  tax: string,
  discount: string,
): { subtotal: string; taxAmount: string; discountAmount: string; total: string } {
  const subtotal = sumOf(lines.map(({ amount: part }) => part));
  const total = subtotal.plus(tax).minus(discount);
  if (total.isNegative())
    throw badInput('input.discountAmount', 'at most what the items and the tax come to');
  return {
    ...{ subtotal: toCents(subtotal), taxAmount: toCents(tax) },
    ...{ discountAmount: toCents(discount), total: toCents(total) },
  };
}

/** Whom an invoice is for: of a subscription, its customer. */
async function customerOf(
  context: Context,
  { tenantId: tenant, subscriptionId }: { readonly tenantId: string; readonly subscriptionId: string | null },
  customerId: string | null | undefined,
): Promise<string> {
  if (subscriptionId === null) {
    if (customerId == null) throw badInput('input.customerId', 'given where there is no subscription');
    return customerId;
  }
  const subscription = await existingSubscription(context, subscriptionId);
  if (subscription.tenantId !== tenant) throw notFound('BillingSubscription', subscriptionId);
  if (customerId != null && customerId !== subscription.customerId)
    throw badInput('input.customerId', 'the customer of the subscription');
  return subscription.customerId;
}
