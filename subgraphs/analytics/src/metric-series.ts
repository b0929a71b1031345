import { badInput } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { MetricGranularity } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { ofTenant } from './event.ts';
import { day, type Period } from './period.ts';

/** The most points of a series. */
const maxPoints = 1_000;

/** The part of a count of events that a series is of. */
export interface Dimension {
  readonly kind: 'device' | 'country';
  readonly value: string;
}

/** The part that a caller means, of each kind at most one. */
interface DimensionInput {
  readonly device?: string | null | undefined;
  readonly country?: string | null | undefined;
}

/** A metric over time. */
export interface Series {
  readonly name: string;
  readonly granularity: MetricGranularity;
  readonly period: Period;
  readonly dimension: Dimension | null;
  /** The tenant whose metric it is; the caller's when there is none, and for a superadmin all. */
  readonly tenantId: string | null;
}

/** The value of a metric in one of its periods. */
export interface Point {
  readonly periodStart: Date;
  readonly periodEnd: Date;
  /** A decimal, as text. */
  readonly value: string;
}

/** The shortest that a period of each kind can be, in days. */
const shortestDays: Readonly<Record<MetricGranularity, number>> = {
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 28,
};

/** @throws BAD_USER_INPUT when more than one part is meant */
export function dimensionOf({ device, country }: DimensionInput): Dimension | null {
  if (device != null && country != null) throw badInput('dimensions', 'a device or a country, not both');
  if (device != null) return { kind: 'device', value: device };
  return country == null ? null : { kind: 'country', value: country };
}

/**
 * @throws BAD_USER_INPUT when the series would have too many points, or parts of it are asked for that are not kept
 */
export function checkSeries({ name, granularity, period, dimension }: Series): void {
  const points = (period.to.getTime() - period.from.getTime()) / day / shortestDays[granularity];
  if (points > maxPoints)
    throw badInput('period.to', `at most ${maxPoints} periods after from: use a coarser granularity`);
  if (dimension && name !== 'events' && !name.startsWith('events.'))
    throw badInput('dimensions', 'left out: parts are kept of counts of events alone');
}

/** The points of a series, in their order, 0 where nothing was counted; all that one tick asks for in one statement. */
export function loadSeries(context: Context, series: Series): Promise<readonly Point[]> {
  const loader = context.loaders.get<string, readonly Point[]>(
    `Metric.series(${String(series.tenantId)})`,
    (keys) => readSeries(context, keys, series.tenantId),
  );
  return loader.load(JSON.stringify({ ...series, tenantId: null }));
}

/** @param keys series as JSON; each is numbered in the statement, and its points go by that */
async function readSeries(
  context: Context,
  keys: readonly string[],
  tenantId: string | null,
): Promise<(readonly Point[])[]> {
  const wanted = keys.map((key, number) => {
    const { name, granularity, period, dimension } = JSON.parse(key) as Series;
    return { number, name, granularity, ...period, kind: dimension?.kind, of: dimension?.value };
  });
  const rows = await context.db.many<Point & { readonly number: number }>(
    sql`select s.number, p.starts as "periodStart", p.ends as "periodEnd",
        trim_scale(coalesce(sum(coalesce((t.dimensions #>> array[s.kind, s.of])::numeric,
          case when s.kind is null then t.metric_value end)), 0))::text as value
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as s(number int, name text, granularity analytics.metric_granularity, "from" timestamptz, "to" timestamptz,
          kind text, of text)
      cross join lateral (
        select start at time zone 'UTC' as starts, (start + ('1 ' || s.granularity)::interval) at time zone 'UTC' as ends
        from generate_series(
          date_trunc(s.granularity::text, s."from" at time zone 'UTC'),
          s."to" at time zone 'UTC' - interval '1 millisecond',
          ('1 ' || s.granularity)::interval
        ) start
      ) p
      left join analytics.metrics t on t.metric_name = s.name and t.granularity = s.granularity
        and t.period_start = p.starts and ${ofTenant(context, tenantId)}
      group by s.number, p.starts, p.ends order by s.number, p.starts`,
  );
  const bySeries = Map.groupBy(rows, ({ number }) => number);
  return keys.map((_, number) => bySeries.get(number) ?? []);
}
