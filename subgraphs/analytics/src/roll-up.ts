import { parsePeriod, requireRole, system, type Database, type RequestDatabase } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';
import type { MetricGranularity, MutationResolvers } from '../generated/resolvers.ts';
import type { Transaction } from './context.ts';
import type { Period } from './period.ts';
import { prismaSql } from './prisma-sql.ts';

/** From fine to coarse: the hours that are counted say which days, weeks and months are out of date. */
const granularities: readonly MetricGranularity[] = ['hour', 'day', 'week', 'month'];

/**
 * How long the metrics of a period may be out of date, in minutes. Weeks and months are dear to count, and change with
 * every event.
 */
const patienceMinutes: Readonly<Record<MetricGranularity, number>> = { hour: 0, day: 0, week: 60, month: 60 };

const rollUpOptions = {
  unaudited: 'Metrics are counted from events, and counted again they are the same.',
  timeoutMs: 120_000,
};

export const mutation: MutationResolvers = {
  async rollUpMetrics(_, { period, tenantId }, context) {
    requireRole(context, 'superadmin');
    return {
      periods: await rollUpPeriod(context.db, parsePeriod(period), tenantId ?? null),
    };
  },
};

/**
 * Counts the metrics of a period anew, and all others that are out of date. Counted twice they are the same; of events
 * that are no longer kept they stay as they are.
 * @param tenantId the one tenant whose metrics are counted; all when null
 * @returns how many periods of tenants were counted
 */
export async function rollUpPeriod(
  db: RequestDatabase<Transaction>,
  period: Period,
  tenantId: string | null,
): Promise<number> {
  await db.write((tx) => tx.$executeRaw(prismaSql(markStale(period, tenantId))), rollUpOptions);
  return rollUp(db, { tenantId, isPatient: false });
}

/** Counts what is out of date, unless another process is doing so. Safe in any number of processes. */
export function rollUpDue(database: Database<Transaction>): Promise<number> {
  return rollUp(database.as(system), { tenantId: null, isPatient: true });
}

interface RollUpOptions {
  readonly tenantId: string | null;
  /** Whether to leave coarse periods for later, and everything to another process that is counting already. */
  readonly isPatient: boolean;
}

async function rollUp(
  db: RequestDatabase<Transaction>,
  { tenantId, isPatient }: RollUpOptions,
): Promise<number> {
  // Events go on coming in: those of after this moment are for the next run.
  const started = Date.now();
  let periods = 0;
  for (const granularity of granularities) {
    const patienceMs = isPatient ? patienceMinutes[granularity] * 60_000 : 0;
    const batch = { granularity, tenantId, staleSince: new Date(started - patienceMs) };
    for (;;) {
      const counted = await rollUpBatch(db, batch, isPatient);
      if (counted === null) break;
      periods += counted;
    }
  }
  return periods;
}

interface Batch {
  readonly granularity: MetricGranularity;
  readonly tenantId: string | null;
  /** What has been out of date since then, or longer, is counted. */
  readonly staleSince: Date;
}

/** Counts the earliest periods that are out of date, in a transaction. @returns how many, or null where there are none */
function rollUpBatch(
  db: RequestDatabase<Transaction>,
  { granularity, tenantId, staleSince }: Batch,
  isPatient: boolean,
): Promise<number | null> {
  return db.write(async (tx) => {
    if (isPatient) {
      const [lock] = await tx.$queryRaw<{ readonly held: boolean }[]>`
        select pg_try_advisory_xact_lock(hashtextextended('analytics.roll_up', 0)) as held`;
      if (!lock?.held) return null;
    } else {
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('analytics.roll_up', 0))`;
    }
    const [counted] = await tx.$queryRaw<{ readonly periods: number | null }[]>`
      select analytics.roll_up_batch(
        ${granularity}::analytics.metric_granularity, ${tenantId}::text, ${staleSince}::timestamptz
      ) as periods`;
    return counted?.periods ?? null;
  }, rollUpOptions);
}

/** Marks the hours of a period that have events, or have metrics of some. */
function markStale({ from, to }: Period, tenantId: string | null): Sql {
  const ofTenant = tenantId === null ? sql`true` : sql`t.tenant_id = ${tenantId}`;
  return sql`insert into analytics.stale_periods (tenant_id, granularity, period_start, since)
    select tenant_id, 'hour', hour, '-infinity' from (
      select t.tenant_id, date_trunc('hour', t.created_at, 'UTC') as hour from analytics.events t
        where ${ofTenant} and t.created_at >= ${from}::timestamptz and t.created_at < ${to}::timestamptz
      union
      select t.tenant_id, t.period_start from analytics.metrics t
        where ${ofTenant} and t.granularity = 'hour'
          and t.period_start >= date_trunc('hour', ${from}::timestamptz, 'UTC') and t.period_start < ${to}::timestamptz
    ) hours`;
}
