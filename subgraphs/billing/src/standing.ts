import sql from 'sql-template-tag';
import type { Transaction } from './context.ts';
import { query } from './locks.ts';

/**
 * Makes a subscription past due while an open invoice of it is overdue, and active again when none is. Its row is held
 * first and its invoices are read then, so that of a payment and a renewal at once the second sees the first.
 * @returns what it is from now on; null when nothing has changed
 */
export async function settleStanding(
  tx: Transaction,
  id: string,
  now: Date,
): Promise<'active' | 'past_due' | null> {
  const [held] = await query<{ readonly status: string }>(
    tx,
    sql`select status from billing.subscriptions where id = ${id}::uuid for update`,
  );
  if (held?.status !== 'active' && held?.status !== 'past_due') return null;
  const [{ isLate } = { isLate: false }] = await query<{ readonly isLate: boolean }>(
    tx,
    sql`select exists (
        select from billing.invoices
        where subscription_id = ${id}::uuid and status = 'open' and due_date < ${now}::timestamptz
      ) as "isLate"`,
  );
  const status = isLate ? 'past_due' : 'active';
  if (status === held.status) return null;
  await tx.billingSubscription.updateMany({ where: { id }, data: { status } });
  return status;
}
