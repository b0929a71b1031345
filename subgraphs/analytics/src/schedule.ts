import { atIntervals, type Database, type Logger } from '@cdx/kit';
import type { Transaction } from './context.ts';
import { keepPartitions } from './partitions.ts';
import { rollUpDue } from './roll-up.ts';
import type { Settings } from './settings.ts';

/**
 * Rolls new events up into metrics and keeps the partitions of events, at intervals.
 * @returns ends the schedule; what is running is waited for
 */
export function scheduleUpkeep(
  database: Database<Transaction>,
  settings: Settings,
  log: Logger,
): () => Promise<void> {
  const ends = [
    atIntervals(
      settings.ANALYTICS_ROLL_UP_MINUTES * 60_000,
      () => rollUpDue(database),
      (error) => log.error({ error }, 'events could not be rolled up; the next run tries again'),
    ),
    atIntervals(
      settings.ANALYTICS_PARTITION_MINUTES * 60_000,
      () => keepPartitions(database, settings),
      (error) => log.error({ error }, 'the partitions of events could not be kept; the next run tries again'),
    ),
  ];
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}
