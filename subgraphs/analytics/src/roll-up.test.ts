import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { rollUpDue, rollUpPeriod } from './roll-up.ts';
import {
  anAnalyticsDatabase,
  anAnalyticsSubgraph,
  aUser,
  DirectDatabase,
  superadmin,
  tracked,
  type AnEvent,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = new DirectDatabase();
const own = anAnalyticsDatabase();
beforeAll(() => database.connect());
afterAll(() => Promise.all([subgraph.close(), own.close(), database.end()]));

const rollUp = (tenantId: string, from: string, to: string, who: Identity = superadmin) =>
  run(
    subgraph,
    who,
    'mutation ($period: PeriodInput!, $tenant: ID) { rollUpMetrics(period: $period, tenantId: $tenant) { periods } }',
    { period: { from, to }, tenant: tenantId },
  );

/** The metrics of a tenant, as `granularity metric start value`. */
async function metricsOf(tenantId: string, granularity?: string): Promise<string[]> {
  const { rows } = await database.query(
    `select concat_ws(' ', granularity, metric_name, to_char(period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24'),
        trim_scale(metric_value)) as line
      from analytics.metrics where tenant_id = $1 and ($2::text is null or granularity::text = $2)
      order by granularity, period_start, metric_name`,
    [tenantId, granularity],
  );
  return rows.map(({ line }) => String(line));
}

/** Rolls up what is due until nothing of some tenants is: another suite may be rolling up, to which it is left then. */
async function rollUpAllDue(
  tenantIds: readonly string[],
  granularities = ['hour', 'day', 'week', 'month'],
): Promise<void> {
  const marks = `select from analytics.stale_periods
    where tenant_id = any($1) and granularity = any($2::analytics.metric_granularity[])`;
  for (let tries = 0; tries < 100; tries += 1) {
    await rollUpDue(own);
    if ((await database.query(marks, [tenantIds, granularities])).rowCount === 0) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('Something is out of date still');
}

/** A Sunday's last millisecond, the Monday after it, and the first of the next month. */
const times = {
  sunday: '2026-08-23T23:59:59.999Z',
  monday: '2026-08-24T00:00:00.000Z',
  later: '2026-08-24T00:59:59.999Z',
  lastOfMonth: '2026-08-31T23:30:00.000Z',
  nextMonth: '2026-09-01T00:00:00.000Z',
};
const [from, to] = ['2026-08-01T00:00:00Z', '2026-10-01T00:00:00Z'];

describe('rolling up', () => {
  const tenantId = aUser().tenantId;
  const [ann, bob] = [newId(), newId()];
  const events: AnEvent[] = [
    { createdAt: times.sunday, userId: ann, sessionId: 'a', deviceType: 'mobile', country: 'DE' },
    { createdAt: times.monday, userId: ann, sessionId: 'a', deviceType: 'mobile' },
    { createdAt: times.later, userId: bob, sessionId: 'b', deviceType: 'desktop', country: 'DE' },
    { createdAt: times.later, sessionId: 'c', eventName: 'order.placed', country: 'FR' },
    { createdAt: times.lastOfMonth, userId: ann, sessionId: 'd' },
    { createdAt: times.nextMonth, userId: ann, sessionId: 'd' },
  ];
  beforeAll(async () => {
    await tracked(subgraph, tenantId, events);
    const { errors } = await rollUp(tenantId, from, to);
    expect(errors).toBeUndefined();
  });

  test('counts the events, users and sessions of every hour, of each name and of all', async () => {
    const hours = await metricsOf(tenantId, 'hour');
    expect(hours.filter((line) => line.includes(' 2026-08-24T00 '))).toEqual([
      'hour events 2026-08-24T00 3',
      'hour events.order.placed 2026-08-24T00 1',
      'hour events.page_view 2026-08-24T00 2',
      'hour sessions 2026-08-24T00 3',
      'hour sessions.order.placed 2026-08-24T00 1',
      'hour sessions.page_view 2026-08-24T00 2',
      'hour users 2026-08-24T00 2',
      'hour users.page_view 2026-08-24T00 2',
    ]);
  });

  test('begins weeks on Monday, and months on their first, in UTC', async () => {
    const totals = (granularity: string) =>
      metricsOf(tenantId, granularity).then((lines) => lines.filter((line) => / (events|users) /.test(line)));
    expect(await totals('week')).toEqual([
      'week events 2026-08-17T00 1',
      'week users 2026-08-17T00 1',
      'week events 2026-08-24T00 3',
      'week users 2026-08-24T00 2',
      'week events 2026-08-31T00 2',
      'week users 2026-08-31T00 1',
    ]);
    expect(await totals('month')).toEqual([
      'month events 2026-08-01T00 5',
      'month users 2026-08-01T00 2',
      'month events 2026-09-01T00 1',
      'month users 2026-09-01T00 1',
    ]);
  });

  test('says how many events came from each kind of device and each country', async () => {
    const { rows } = await database.query(
      `select metric_name, dimensions from analytics.metrics
        where tenant_id = $1 and granularity = 'month' and period_start = '2026-08-01' order by metric_name`,
      [tenantId],
    );
    expect(rows).toEqual([
      { metric_name: 'events', dimensions: { device: { mobile: 2, desktop: 1 }, country: { DE: 2, FR: 1 } } },
      { metric_name: 'events.order.placed', dimensions: { country: { FR: 1 } } },
      {
        metric_name: 'events.page_view',
        dimensions: { device: { mobile: 2, desktop: 1 }, country: { DE: 2 } },
      },
      ...['sessions', 'sessions.order.placed', 'sessions.page_view', 'users', 'users.page_view'].map(
        (name) => ({
          metric_name: name,
          dimensions: {},
        }),
      ),
    ]);
  });

  test('makes the same rows when it is done again, to the last column', async () => {
    const all = 'select * from analytics.metrics where tenant_id = $1 order by id';
    const before = (await database.query(all, [tenantId])).rows;
    // Fewer when another suite, which rolls up all tenants, has counted some of them just before.
    const periods: number[] = [];
    while (periods.at(-1) !== 13 && periods.length < 10) {
      const { data } = await rollUp(tenantId, from, to);
      periods.push((data?.rollUpMetrics as { periods: number }).periods);
    }
    // 4 hours, 4 days, 3 weeks and 2 months.
    expect(Math.max(...periods)).toBe(13);
    expect((await database.query(all, [tenantId])).rows).toEqual(before);
  });

  test('puts right what is wrong, and takes away what has no events', async () => {
    const right = await metricsOf(tenantId);
    await database.query(
      "update analytics.metrics set metric_value = 99 where tenant_id = $1 and metric_name = 'events'",
      [tenantId],
    );
    await database.query(
      `insert into analytics.metrics (id, tenant_id, metric_name, metric_value, period_start, period_end, granularity)
        values ($1, $2, 'events.ghost', 7, '2026-08-05', '2026-08-05T01:00:00Z', 'hour')`,
      [newId(), tenantId],
    );
    await rollUp(tenantId, from, to);
    expect(await metricsOf(tenantId)).toEqual(right);
  });

  test('is for superadmins alone', async () => {
    const admin = aUser();
    expect(codes(await rollUp(admin.tenantId, from, to, admin))).toEqual(['FORBIDDEN']);
    const writing = { ...admin, scopes: [...admin.scopes, 'analytics:write'] };
    expect(codes(await rollUp(admin.tenantId, from, to, writing))).toEqual(['FORBIDDEN']);
    expect(codes(await rollUp(admin.tenantId, to, from))).toEqual(['BAD_USER_INPUT']);
  });
});

/** What the metrics of a tenant must be, counted from its events by another way: one query for each figure. */
async function recounted(tenantId: string): Promise<string[]> {
  const lines: string[] = [];
  for (const granularity of ['hour', 'day', 'week', 'month']) {
    for (const [kind, figure] of [
      ['events', 'count(*)'],
      ['users', 'count(distinct user_id)'],
      ['sessions', 'count(distinct session_id)'],
    ] as const) {
      for (const [name, group] of [
        [`'${kind}'`, ''],
        [`'${kind}.' || event_name`, ', event_name'],
      ] as const) {
        const { rows } = await database.query(
          `select concat_ws(' ', '${granularity}', ${name},
              to_char(date_trunc('${granularity}', created_at at time zone 'UTC'), 'YYYY-MM-DD"T"HH24'), ${figure}) as line
            from analytics.events where tenant_id = $1
            group by date_trunc('${granularity}', created_at at time zone 'UTC')${group} having ${figure} > 0`,
          [tenantId],
        );
        lines.push(...rows.map(({ line }) => String(line)));
      }
    }
  }
  return lines.toSorted();
}

/** Events over ten weeks, of a few users and names: enough to have all kinds of periods. */
function someEvents(count: number, seed: number): AnEvent[] {
  const start = Date.parse('2026-07-20T00:00:00Z');
  return Array.from({ length: count }, (_, index) => {
    const place = (index * 7_919 + seed * 104_729) % 1_000_003;
    return {
      eventName: ['page_view', 'sign_up', 'order.placed'][place % 3] ?? '',
      createdAt: new Date(start + ((place * 6_048_000) % 6_048_000_000)).toISOString(),
      sessionId: `s${place % 37}`,
      ...(place % 5 === 0 ? {} : { userId: `01930001-0000-7000-8000-0000000000${10 + (place % 17)}` }),
    };
  });
}

describe('what has been rolled up', () => {
  test('is what is counted from the events one by one', async () => {
    const { tenantId } = aUser();
    await tracked(subgraph, tenantId, someEvents(500, 1));
    await rollUpPeriod(
      own.as(system),
      { from: new Date('2026-07-01'), to: new Date('2026-11-01') },
      tenantId,
    );
    expect((await metricsOf(tenantId)).toSorted()).toEqual(await recounted(tenantId));
  });

  test('follows events that come late, without being asked', async () => {
    const { tenantId } = aUser();
    await tracked(subgraph, tenantId, someEvents(20, 2));
    await rollUpPeriod(
      own.as(system),
      { from: new Date('2026-07-01'), to: new Date('2026-11-01') },
      tenantId,
    );
    await tracked(subgraph, tenantId, someEvents(20, 3));
    const stale = await metricsOf(tenantId);
    await database.query(
      "update analytics.stale_periods set since = since - interval '2 hours' where tenant_id = $1",
      [tenantId],
    );
    await rollUpAllDue([tenantId]);
    const fresh = (await metricsOf(tenantId)).toSorted();
    expect(fresh).not.toEqual(stale.toSorted());
    expect(fresh).toEqual(await recounted(tenantId));
    const { rows } = await database.query('select from analytics.stale_periods where tenant_id = $1', [
      tenantId,
    ]);
    expect(rows).toEqual([]);
  });

  test('has its hours and days at once, its weeks and months when an hour has passed', async () => {
    const { tenantId } = aUser();
    await tracked(subgraph, tenantId, [{ createdAt: times.monday }]);
    await rollUpAllDue([tenantId], ['hour', 'day']);
    expect((await metricsOf(tenantId)).filter((line) => line.includes(' events '))).toEqual([
      'hour events 2026-08-24T00 1',
      'day events 2026-08-24T00 1',
    ]);
    const { rows } = await database.query(
      'select granularity, count(*)::int from analytics.stale_periods where tenant_id = $1 group by 1 order by 1',
      [tenantId],
    );
    expect(rows).toEqual([
      { granularity: 'week', count: 1 },
      { granularity: 'month', count: 1 },
    ]);
  });

  test('stays as it is where the events are no longer kept', async () => {
    const { tenantId } = aUser();
    await tracked(subgraph, tenantId, [{ createdAt: times.monday }]);
    await rollUp(tenantId, from, to);
    const before = await metricsOf(tenantId);
    await database.query('update analytics.event_retention set dropped_before = $1', [times.later]);
    try {
      await tracked(subgraph, tenantId, [{ createdAt: times.monday }]);
      await rollUp(tenantId, from, times.later);
    } finally {
      await database.query("update analytics.event_retention set dropped_before = '-infinity'");
    }
    expect(await metricsOf(tenantId)).toEqual(before);
  });

  test('loses no event, however many are written and rolled up at the same time', async () => {
    const tenants = [aUser().tenantId, aUser().tenantId];
    const others = [anAnalyticsDatabase(), anAnalyticsDatabase()];
    const writing = tenants.flatMap((tenantId) =>
      Array.from({ length: 10 }, (_, seed) => tracked(subgraph, tenantId, someEvents(25, seed))),
    );
    const rolling = [0, 1, 2, 3].flatMap(() => others.map((other) => rollUpDue(other)));
    const period = { from: new Date('2026-08-01'), to: new Date('2026-09-01') };
    const demanded = tenants.map((tenantId) => rollUpPeriod(own.as(system), period, tenantId));
    await Promise.all([...writing, ...rolling, ...demanded]);
    // Whatever was left is marked: nobody asks for a period here.
    await database.query(
      "update analytics.stale_periods set since = since - interval '2 hours' where tenant_id = any($1)",
      [tenants],
    );
    await rollUpAllDue(tenants);
    await Promise.all(others.map((other) => other.close()));
    for (const tenantId of tenants) {
      expect((await metricsOf(tenantId)).toSorted()).toEqual(await recounted(tenantId));
    }
  });
});
