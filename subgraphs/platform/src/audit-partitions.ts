import { atIntervals, system, type Database, type Logger } from '@cdx/kit';
import type { Transaction } from './context.ts';

const hourMs = 3_600_000;

/**
 * Makes the partitions of the audit log for the months that come, where they are missing; at the same time as another,
 * it waits for it.
 * @throws when the log is in use for half a second; who writes to it goes first
 */
export async function makeAuditPartitions(
  database: Pick<Database<Pick<Transaction, '$executeRaw'>>, 'as'>,
): Promise<void> {
  await database.as(system).write(
    async (tx) => {
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('platform.audit_log', 0))`;
      // A partition locks the log and then its chains, an entry the chains first. Less than the second after which
      // Postgres ends one of two that wait for each other: it is never the entry.
      await tx.$executeRaw`select set_config('lock_timeout', '500ms', true)`;
      await tx.$executeRaw`select platform.make_audit_partitions()`;
    },
    { unaudited: 'Places for entries.' },
  );
}

/**
 * Does so every hour.
 * @returns ends the schedule
 */
export function scheduleAuditPartitions(
  database: Parameters<typeof makeAuditPartitions>[0],
  log: Logger,
): () => Promise<void> {
  return atIntervals(
    hourMs,
    () => makeAuditPartitions(database),
    (error) =>
      log.error({ error }, 'the audit log could not be given its partitions; the next run tries again'),
  );
}
