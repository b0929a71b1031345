import { system, type Database } from '@cdx/kit';
import type { Transaction } from './context.ts';
import type { Settings } from './settings.ts';

const unaudited = 'The product keeps its own partitions; no event is changed.';

/**
 * Makes the partitions of the months to come, moves events there that had none, and drops the partitions of months that
 * are older than events are kept. Safe in any number of processes: the database lets one after the other.
 */
export async function keepPartitions(
  database: Database<Transaction>,
  settings: Pick<Settings, 'ANALYTICS_PARTITION_MONTHS' | 'ANALYTICS_RETENTION_MONTHS'>,
): Promise<void> {
  const { ANALYTICS_PARTITION_MONTHS: ahead, ANALYTICS_RETENTION_MONTHS: kept } = settings;
  const db = database.as(system);
  // Each in a transaction of its own: where old partitions cannot be dropped by now, new ones are made all the same.
  await db.write(
    (tx) => tx.$executeRaw`
      select analytics.make_event_partitions(now()::date, (now() + make_interval(months => ${ahead}::int))::date)`,
    { unaudited },
  );
  await db.write((tx) => tx.$executeRaw`select analytics.drop_old_events(${kept}::int)`, { unaudited });
}
