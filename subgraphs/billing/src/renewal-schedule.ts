import { atIntervals, system, type Database, type Logger } from '@cdx/kit';
import type { Transaction } from './context.ts';
import { renewDue } from './renewal.ts';

/** How often subscriptions are renewed, and the terms of their invoices. */
export interface Schedule {
  readonly minutes: number;
  readonly paymentDays: number;
}

/**
 * Renews subscriptions at intervals; a run that lasts longer than the interval is not joined by another.
 * @returns ends the schedule
 */
export function scheduleRenewals(
  database: Database<Transaction>,
  { minutes, paymentDays }: Schedule,
  log: Logger,
): () => Promise<void> {
  const renew = async (): Promise<void> => {
    const renewal = await renewDue(database.as(system), { now: new Date(), paymentDays, log });
    if (Object.values(renewal).some((count) => count > 0)) log.info(renewal, 'subscriptions were renewed');
  };
  return atIntervals(minutes * 60_000, renew, (error) =>
    log.error({ error }, 'subscriptions could not be renewed; the next run tries again'),
  );
}
