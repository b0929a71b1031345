import { createHash } from 'node:crypto';
import { badInput, conflict, currency, newId, notFound, parseInput, uuid } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-billing';
import type { InvoiceRow, PaymentRow } from '@cdx/prisma-billing/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { line, positiveAmount, requireBiller } from './inputs.ts';
import { holdInvoice, lockingOnly } from './locks.ts';
import { exact, toCents } from './money.ts';
import { paymentsOf } from './paid.ts';
import { existingPayment } from './payment.ts';
import { settleStanding } from './standing.ts';

const recordInput = z
  .object({
    invoiceId: uuid,
    amount: positiveAmount.transform(toCents),
    currency,
    method: line(50),
    provider: line(100),
    providerReference: line(255)
      .nullish()
      .transform((reference) => reference ?? null),
    status: z
      .enum(['pending', 'succeeded', 'failed'])
      .nullish()
      .transform((status) => status ?? 'succeeded'),
    failureReason: line(1_000)
      .nullish()
      .transform((reason) => reason ?? null),
  })
  .refine(({ status, failureReason }) => (status === 'failed') === (failureReason !== null), {
    path: ['failureReason'],
    message: 'must be given where the status is FAILED, and only there',
  });

type RecordInput = z.output<typeof recordInput>;

export const mutation: MutationResolvers = {
  async recordPayment(_, { input, idempotencyKey }, context) {
    requireBiller(context);
    const key = idempotencyKey ?? null;
    if (key !== null && (key.length === 0 || key.length > 200))
      throw badInput('idempotencyKey', 'a text of 1 to 200 characters');
    const values = parseInput(recordInput, input);
    const id = await context.db.write(
      (tx) => recordPayment(tx, values, { key, hash: key === null ? null : hashOf(values) }),
      lockingOnly,
    );
    return existingPayment(context, id);
  },

  async succeedPayment(_, { id, providerReference }, context) {
    requireBiller(context);
    const reference = providerReference == null ? {} : { providerReference };
    return move(context, id, 'pending', { status: 'succeeded', ...reference });
  },

  async failPayment(_, { id, reason }, context) {
    requireBiller(context);
    return move(context, id, 'pending', {
      status: 'failed',
      failureReason: parseInput(line(1_000), reason, 'reason'),
    });
  },

  async refundPayment(_, { id }, context) {
    requireBiller(context);
    return move(context, id, 'succeeded', { status: 'refunded' });
  },
};

/** What makes a repeated request known, and what it asked for. */
interface Request {
  readonly key: string | null;
  readonly hash: string | null;
}

/** Records a payment. @returns its id, or that of the one which the same request has made before */
async function recordPayment(tx: Transaction, values: RecordInput, { key, hash }: Request): Promise<string> {
  const invoice = await holdInvoice(tx, values.invoiceId);
  if (!invoice) throw notFound('Invoice', values.invoiceId);
  const { tenantId } = invoice;
  const before = key === null ? null : await paymentOfKey(tx, tenantId, key);
  if (before) return sameRequest(before, hash);
  await checkPayable(tx, invoice, values);
  const id = newId();
  const data = { id, tenantId, ...values, idempotencyKey: key, requestHash: hash };
  const { count } = await tx.payment.createMany({ data, skipDuplicates: true });
  if (count === 0) {
    // Another payment has the key or the reference: one of another invoice, whose row is not held here.
    const other = key === null ? null : await paymentOfKey(tx, tenantId, key);
    if (other) return sameRequest(other, hash);
    throw conflict('Another payment has this reference', { field: 'input.providerReference' });
  }
  if (values.status === 'succeeded') await settle(tx, invoice, values.method);
  return id;
}

/** The SHA-256 of a request's input, in an order of its own; of two requests that ask for the same it is the same. */
function hashOf(values: RecordInput): string {
  const parts = Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** A payment as a repeated request finds it. */
type Recorded = Pick<PaymentRow, 'id' | 'requestHash'>;

function paymentOfKey(tx: Transaction, tenantId: string, key: string): Promise<Recorded | null> {
  return tx.payment.findFirst({
    where: { tenantId, idempotencyKey: key },
    select: { id: true, requestHash: true },
  });
}

function sameRequest({ id, requestHash }: Recorded, hash: string | null): string {
  if (requestHash !== hash)
    throw conflict('Another payment was recorded with this key', { field: 'idempotencyKey' });
  return id;
}

async function checkPayable(tx: Transaction, invoice: InvoiceRow, values: RecordInput): Promise<void> {
  if (invoice.status !== 'open')
    throw conflict(`The invoice is ${invoice.status}; only an open one is paid`, {
      field: 'input.invoiceId',
    });
  if (invoice.currency !== values.currency) throw badInput('input.currency', invoice.currency);
  if (values.status === 'failed') return;
  const { promised } = await paymentsOf(tx, invoice.id);
  const due = exact(invoice.total).minus(promised);
  if (due.lessThan(values.amount))
    throw conflict(`${toCents(due)} ${invoice.currency} is still to be paid on this invoice`, {
      field: 'input.amount',
    });
}

/** Moves a payment on, and its invoice with it when that is paid by now. */
async function move(
  context: Context,
  id: string,
  from: PaymentRow['status'],
  data: Prisma.PaymentUpdateManyMutationInput,
): Promise<PaymentRow> {
  const { invoiceId, method, status: found } = await existingPayment(context, id);
  await context.db.write(async (tx) => {
    const invoice = await holdInvoice(tx, invoiceId);
    if (!invoice) throw notFound('Invoice', invoiceId);
    const { count } = await tx.payment.updateMany({ where: { id, status: from }, data });
    if (count === 0) throw conflict(`The payment is ${found}; this needs it ${from}`, { field: 'id' });
    if (data.status === 'succeeded') await settle(tx, invoice, method);
  }, lockingOnly);
  return existingPayment(context, id);
}

/** Makes a held invoice paid when its payments cover it. */
async function settle(tx: Transaction, invoice: InvoiceRow, paymentMethod: string): Promise<void> {
  const { paid } = await paymentsOf(tx, invoice.id);
  if (exact(paid).lessThan(invoice.total)) return;
  const now = new Date();
  const data = { status: 'paid', paidAt: now, paymentMethod } as const;
  await tx.invoice.updateMany({ where: { id: invoice.id }, data });
  if (invoice.subscriptionId !== null) await settleStanding(tx, invoice.subscriptionId, now);
}
