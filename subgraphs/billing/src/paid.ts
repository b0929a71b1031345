import sql from 'sql-template-tag';
import type { Transaction } from './context.ts';
import { query } from './locks.ts';

/** What has become of an invoice's payments so far. */
export interface Paid {
  /** The sum of those that have come. */
  readonly paid: string;
  /** The sum of those that have come and those that are on their way. */
  readonly promised: string;
  /** Whether one is on its way. */
  readonly pending: boolean;
}

/** The payments of a held invoice. */
export async function paymentsOf(tx: Transaction, invoiceId: string): Promise<Paid> {
  const [row] = await query<Paid>(
    tx,
    sql`select coalesce(sum(amount) filter (where status = 'succeeded'), 0.00)::text as paid,
        coalesce(sum(amount) filter (where status in ('succeeded', 'pending')), 0.00)::text as promised,
        coalesce(bool_or(status = 'pending'), false) as pending
      from billing.payments where invoice_id = ${invoiceId}::uuid`,
  );
  return row ?? { paid: '0.00', promised: '0.00', pending: false };
}
