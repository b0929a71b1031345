import type { Database, Logger } from '@cdx/kit';
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
    repeat(
      settings.ANALYTICS_ROLL_UP_MINUTES,
      () => rollUpDue(database),
      (error) => log.error({ error }, 'events could not be rolled up; the next run tries again'),
    ),
    repeat(
      settings.ANALYTICS_PARTITION_MINUTES,
      () => keepPartitions(database, settings),
      (error) => log.error({ error }, 'the partitions of events could not be kept; the next run tries again'),
    ),
  ];
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}

/** Does something every so many minutes, never twice at the same time. @returns ends it, when what is running is done */
function repeat(
  minutes: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => (running = undefined));
  }, minutes * 60_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
