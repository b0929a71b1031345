import { atIntervals, inBatches, system, type Database, type Logger } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-notifications';

/**
 * Deletes the notifications that are older than they are kept, with their deliveries. One process does it at a time: the
 * others leave it to that one.
 * @param days how long they are kept
 * @returns how many there were
 */
export async function deleteOld(
  database: Pick<Database<Prisma.TransactionClient>, 'as'>,
  days: number,
): Promise<number> {
  const { rows } = await inBatches({ size: 1_000 }, (most) =>
    database.as(system).write(
      async (tx) => {
        const [lock] = await tx.$queryRaw<{ readonly held: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended('notifications.clean_up', 0)) as held`;
        if (!lock?.held) return 0;
        return tx.$executeRaw`
          delete from notifications.notifications where id in (
            select id from notifications.notifications where created_at < now() - make_interval(days => ${days}::int)
            order by created_at, id limit ${most}
          )`;
      },
      { timeoutMs: 60_000, unaudited: 'What is not kept any longer ends by itself.' },
    ),
  );
  return rows;
}

/**
 * Deletes old notifications at intervals.
 * @returns ends the schedule
 */
export function scheduleCleanUp(
  database: Pick<Database<Prisma.TransactionClient>, 'as'>,
  { days, minutes }: { readonly days: number; readonly minutes: number },
  log: Logger,
): () => Promise<void> {
  return atIntervals(
    minutes * 60_000,
    () => deleteOld(database, days),
    (error) => log.error({ error }, 'old notifications could not be deleted; the next run tries again'),
  );
}
