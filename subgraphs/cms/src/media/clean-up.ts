import { atIntervals, inBatches, system, type Database, type Logger } from '@cdx/kit';
import type { Transaction } from '../context.ts';
import type { MediaStorage } from './storage.ts';

/**
 * Ends the uploads whose time is over, and deletes what was sent of them. Processes that do it at the same time take
 * different ones. One that is broken off is done again: a file is deleted before the row that names it.
 * @returns how many there were
 */
export async function endExpiredUploads(
  database: Database<Transaction>,
  storage: MediaStorage,
): Promise<number> {
  const { rows } = await inBatches({ size: 100 }, (most) =>
    database.as(system).write(
      async (tx) => {
        const expired = await tx.$queryRaw<{ readonly id: string; readonly path: string }[]>`
          select id::text, file_path as path from cms.media_uploads where expires_at < now()
          order by expires_at limit ${most} for update skip locked`;
        for (const { path } of expired) await storage.delete(path);
        await tx.$executeRaw`delete from cms.media_uploads where id = any(${expired.map(({ id }) => id)}::uuid[])`;
        return expired.length;
      },
      { timeoutMs: 60_000, unaudited: 'What has expired ends by itself.' },
    ),
  );
  return rows;
}

/**
 * Ends expired uploads at intervals.
 * @returns ends the schedule
 */
export function scheduleCleanUp(
  database: Database<Transaction>,
  storage: MediaStorage,
  minutes: number,
  log: Logger,
): () => Promise<void> {
  return atIntervals(
    minutes * 60_000,
    () => endExpiredUploads(database, storage),
    (error) => log.error({ error }, 'expired uploads could not be ended; the next run tries again'),
  );
}
