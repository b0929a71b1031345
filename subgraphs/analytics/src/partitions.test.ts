import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { keepPartitions } from './partitions.ts';
import {
  anAnalyticsDatabase,
  anAnalyticsSubgraph,
  aUser,
  contextOf,
  DirectDatabase,
  sqlState,
  testSettings,
  tracked,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = new DirectDatabase();
const product = { 'app.role': 'system' };
beforeAll(() => database.connect());
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const partitionsQuery = `select relname as name from pg_inherits join pg_class on oid = inhrelid
  where inhparent = 'analytics.events'::regclass order by 1`;
const names = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map(({ name }) => name);
const partitions = async (): Promise<unknown[]> => names((await database.query(partitionsQuery)).rows);

/** `events_2026_11`, of a month so many months from now. */
function partitionOf(months: number): string {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
  return `events_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

/** An event of a tenant, as SQL. */
const insertion = (tenantId: string, createdAt: string): string =>
  `insert into analytics.events (id, tenant_id, event_name, created_at)
    values ('${newId()}', '${tenantId}', 'page_view', '${createdAt}')`;
const placesOf = (tenantId: string): string =>
  `select tableoid::regclass::text as name from analytics.events where tenant_id = '${tenantId}' order by created_at`;

/**
 * Has a transaction wait for the other suites before it has anything that they wait for: to make and to drop partitions
 * in one, as the product never does, locks the default partition before the whole, and readers lock the whole first.
 */
const alone = [
  "select pg_advisory_xact_lock(hashtextextended('analytics.event_partitions', 0))",
  'lock table analytics.events in access exclusive mode',
];

describe('partitions', () => {
  test('are there from the first start, for this month and three more, and for the rest', async () => {
    const made = await partitions();
    // The first start may have been in the month before, if only just.
    const first = made.includes(partitionOf(3)) ? 0 : -1;
    const months = [0, 1, 2, 3].map((month) => partitionOf(first + month));
    expect(made).toEqual(expect.arrayContaining([...months, 'events_default']));
  });

  test('are made ahead, once, by several processes at the same time', async () => {
    const connections = [anAnalyticsDatabase(), anAnalyticsDatabase(), anAnalyticsDatabase()];
    // Drops nothing: other suites have old events.
    const settings = testSettings({ ANALYTICS_PARTITION_MONTHS: 5, ANALYTICS_RETENTION_MONTHS: 1_200 });
    await Promise.all(connections.map((connection) => keepPartitions(connection, settings)));
    await Promise.all(connections.map((connection) => connection.close()));
    const made = await partitions();
    expect(made).toEqual(expect.arrayContaining([4, 5].map(partitionOf)));
    expect(made).not.toContain(partitionOf(6));
    expect(new Set(made).size).toBe(made.length);
  });

  test('that are not there yet lose no event: it waits, is read and counted, and moves when they are', async () => {
    const { tenantId, ...admin } = aUser();
    const created = [
      '1999-12-31T23:59:59.999Z',
      '2000-01-01T00:00:00Z',
      '2000-01-31T23:59:59.999Z',
      '2000-02-01T00:00:00Z',
    ];
    const make = "select analytics.make_event_partitions('2000-01-01', '2000-01-01')";
    const before = await database.as(
      { ...contextOf({ ...admin, tenantId }), ...product },
      [...created.map((at) => insertion(tenantId, at)), placesOf(tenantId)],
      { asOwner: true },
    );
    expect(names(before.rows)).toEqual(created.map(() => 'analytics.events_default'));
    const after = await database.as(
      product,
      [...alone, ...created.map((at) => insertion(tenantId, at)), make, placesOf(tenantId)],
      { asOwner: true },
    );
    // Months that rows wait for are made too, though nobody asked for them.
    expect(names(after.rows)).toEqual(
      ['1999_12', '2000_01', '2000_01', '2000_02'].map((month) => `analytics.events_${month}`),
    );
  });

  test('mark no period as out of date when events move into them', async () => {
    const { tenantId } = aUser();
    const marks = `select count(*)::int as name from analytics.stale_periods where tenant_id = '${tenantId}'`;
    const make = "select analytics.make_event_partitions('2000-01-01', '2000-01-01')";
    const steps = [...alone, insertion(tenantId, '2000-01-05T00:00:00Z'), make, marks];
    expect(names((await database.as(product, steps, { asOwner: true })).rows)).toEqual([1]);
  });
});

describe('old events', () => {
  const [old, kept] = [aUser().tenantId, aUser().tenantId];
  const horizon = "date_trunc('month', now() at time zone 'UTC') - interval '3 months'";
  const steps = [
    ...alone,
    `select analytics.make_event_partitions((${horizon})::date - 40, now()::date)`,
    `insert into analytics.events (id, tenant_id, event_name, created_at)
      values ('${newId()}', '${old}', 'a', (${horizon}) at time zone 'UTC' - interval '1 millisecond'),
        ('${newId()}', '${kept}', 'a', (${horizon}) at time zone 'UTC')`,
    insertion(old, '2000-01-01T00:00:00Z'),
  ];
  const left = `select tenant_id as name from analytics.events where tenant_id in ('${old}', '${kept}')`;
  const drop = 'select analytics.drop_old_events(3)';

  test('go with their whole month, in partitions and without one, and those of the last months stay', async () => {
    const { rows } = await database.as(product, [...steps, drop, left], { asOwner: true });
    expect(names(rows)).toEqual([kept]);
    const after = await database.as(product, [...steps, drop, partitionsQuery], { asOwner: true });
    const months = names(after.rows).filter((name) => name !== 'events_default');
    expect(months[0]).toBe(partitionOf(-3));
  });

  test('leave behind from when on the events are all there', async () => {
    const { rows } = await database.as(
      product,
      [
        ...steps,
        drop,
        `select dropped_before = (${horizon}) at time zone 'UTC' as name from analytics.event_retention`,
      ],
      { asOwner: true },
    );
    expect(names(rows)).toEqual([true]);
  });

  test('go with the keys of batches that nobody sends again', async () => {
    const [recent, past] = [newId(), newId()];
    const keys = [
      ...alone,
      `insert into analytics.event_keys (id, tenant_id, created_at) values
        ('${recent}', '${kept}', now() - interval '29 days'), ('${past}', '${kept}', now() - interval '31 days')`,
      drop,
      `select id::text as name from analytics.event_keys where id in ('${recent}', '${past}')`,
    ];
    expect(names((await database.as(product, keys, { asOwner: true })).rows)).toEqual([recent]);
  });

  test.each(['0', '-1'])('of the last %s months cannot be dropped', async (months) => {
    expect(await sqlState(database.as(product, [`select analytics.drop_old_events(${months})`]))).toBe(
      '22003',
    );
  });
});

describe('the application’s role', () => {
  const admin = aUser();

  test.each([
    ['an admin', contextOf(admin)],
    ['a superadmin', { 'app.role': 'superadmin' }],
    ['nobody', {}],
  ])('keeps no partitions for %s', async (_, settings) => {
    for (const call of ["make_event_partitions('2000-01-01', '2000-01-01')", 'drop_old_events(1)']) {
      expect(await sqlState(database.as(settings, [`select analytics.${call}`]))).toBe('42501');
    }
  });

  test('drops, detaches, empties and opens no partition, not even for the product itself', async () => {
    const partition = `analytics.${partitionOf(0)}`;
    for (const statement of [
      `drop table ${partition}`,
      'drop table analytics.events',
      `alter table analytics.events detach partition ${partition}`,
      `truncate ${partition}`,
      'truncate analytics.events',
      `alter table ${partition} disable row level security`,
      `drop policy reading on ${partition}`,
      `create policy open on ${partition} using (true)`,
      `select analytics.make_event_partition('2000-01-01')`,
      `select analytics.confine_events('analytics.events')`,
    ]) {
      expect([statement, await sqlState(database.as(product, [statement]))]).toEqual([statement, '42501']);
    }
  });

  test('reads and writes no partition directly, though there are policies on each', async () => {
    const partition = `analytics.${partitionOf(0)}`;
    for (const statement of [`select from ${partition}`, `delete from ${partition}`]) {
      expect(await sqlState(database.as(contextOf(admin), [statement]))).toBe('42501');
    }
    const { rows } =
      await database.query(`select c.relname as name from pg_inherits join pg_class c on c.oid = inhrelid
      where inhparent = 'analytics.events'::regclass and not (c.relrowsecurity and c.relforcerowsecurity
        and exists (select from pg_policy where polrelid = c.oid))`);
    expect(rows).toEqual([]);
  });
});

describe('were a partition granted to the application', () => {
  const owner = aUser();
  const colleague = aUser({ role: 'client', tenantId: owner.tenantId });
  const stranger = aUser();
  const partition = `analytics.${partitionOf(0)}`;
  const grant = [
    'set local role none',
    `grant select, insert, delete on ${partition} to cdx_app`,
    'set local role cdx_app',
  ];
  beforeAll(() =>
    tracked(subgraph, owner.tenantId, [{ userId: owner.userId }, { userId: colleague.userId }]),
  );

  test.each([
    ['an admin', owner, 2],
    ['a client', colleague, 1],
    ['another tenant’s admin', stranger, 0],
  ] as const)('it would show %s what the table shows', async (_, who, count) => {
    const query = `select from ${partition} where tenant_id = '${owner.tenantId}'`;
    expect((await database.as(contextOf(who), [...grant, query])).rowCount).toBe(count);
    expect((await database.as(contextOf(who), [query.replace(partition, 'analytics.events')])).rowCount).toBe(
      count,
    );
  });

  test('it would take no event of another tenant, and give none away', async () => {
    const insert = insertion(owner.tenantId, new Date().toISOString()).replace('analytics.events', partition);
    expect(await sqlState(database.as(contextOf(stranger), [...grant, insert]))).toBe('42501');
    expect(await sqlState(database.as(contextOf(owner), [...grant, insert]))).toBeNull();
    expect((await database.as(contextOf(owner), [...grant, `delete from ${partition}`])).rowCount).toBe(0);
  });

  test('the subgraph would say the same', async () => {
    const period = `{ from: "${new Date(Date.now() - 86_400_000).toISOString()}", to: "${new Date(Date.now() + 86_400_000).toISOString()}" }`;
    const { data } = await run(subgraph, colleague, `{ events(period: ${period}) { totalCount } }`);
    expect(data).toEqual({ events: { totalCount: 1 } });
  });
});
