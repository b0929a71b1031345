import { atIntervals, system, type Database, type Logger, type Walled } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-auth';

/** The one who calls the database's own procedure. */
type Transaction = Pick<Prisma.TransactionClient, '$executeRaw'>;

/**
 * Deletes expired sessions and tokens at intervals.
 * @returns ends the schedule
 */
export function scheduleCleanUp(
  database: Database<Transaction, Walled>,
  minutes: number,
  log: Logger,
): () => Promise<void> {
  const cleanUp = (): Promise<unknown> =>
    database.as(system).write((tx) => tx.$executeRaw`call clean_up_expired()`, {
      timeoutMs: 60_000,
      unaudited: 'What has expired ends by itself.',
    });
  return atIntervals(minutes * 60_000, cleanUp, (error) =>
    log.error({ error }, 'expired sessions and tokens could not be deleted; the next run tries again'),
  );
}
