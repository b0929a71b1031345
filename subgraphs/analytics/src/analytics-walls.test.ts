import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { rollUpPeriod } from './roll-up.ts';
import {
  anAnalyticsDatabase,
  anAnalyticsSubgraph,
  aUser,
  contextOf,
  DirectDatabase,
  sqlState,
  tracked,
  type ContextSettings,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const own = anAnalyticsDatabase();
const database = new DirectDatabase();
afterAll(() => Promise.all([subgraph.close(), own.close(), database.end()]));

const owner = aUser();
const stranger = aUser();
const at = '2026-09-14T10:00:00Z';

/** A tenant that has a row in every table. */
beforeAll(async () => {
  await database.connect();
  await tracked(subgraph, owner.tenantId, [{ createdAt: at }]);
  const period = { from: new Date('2026-09-14'), to: new Date('2026-09-15') };
  await rollUpPeriod(own.as(system), period, owner.tenantId);
  const source = `mutation {
    createDashboard(input: { name: "D", isPublic: true }) { id }
    trackEvent(input: { eventName: "a" }, idempotencyKey: "k") { id } }`;
  expect((await run(subgraph, owner, source)).errors).toBeUndefined();
});

const contexts: readonly (readonly [string, ContextSettings])[] = [
  ['no context', {}],
  ['the context of nobody', { 'app.tenant_id': '', 'app.user_id': '', 'app.role': 'anonymous' }],
  ['the context of another tenant', contextOf(stranger)],
  ['the context of another tenant’s user', contextOf({ ...stranger, role: 'user' })],
];
const tables = ['events', 'metrics', 'dashboards', 'event_keys', 'stale_periods'];

describe.each(contexts)('direct SQL with %s', (_, settings) => {
  test.each(tables)('reads no row of %s that is another’s', async (table) => {
    const read = `select from analytics.${table} where tenant_id = '${owner.tenantId}'`;
    const all = await database.query(read);
    expect(all.rowCount).toBeGreaterThan(0);
    expect((await database.as(settings, [read])).rowCount).toBe(0);
  });

  test.each([
    [
      'events',
      `(id, tenant_id, user_id, event_name) values ('${newId()}', '${owner.tenantId}', '${stranger.userId}', 'a')`,
    ],
    [
      'metrics',
      `(id, tenant_id, metric_name, metric_value, period_start, period_end, granularity)
        values ('${newId()}', '${owner.tenantId}', 'events', 1, now(), now() + interval '1 day', 'day')`,
    ],
    [
      'dashboards',
      `(id, tenant_id, name, created_by) values ('${newId()}', '${owner.tenantId}', 'D', '${stranger.userId}')`,
    ],
    ['event_keys', `(id, tenant_id) values ('${newId()}', '${owner.tenantId}')`],
    ['stale_periods', `(tenant_id, granularity, period_start) values ('${owner.tenantId}', 'hour', now())`],
    ['event_retention', '(is_only) values (true)'],
  ])('adds no row to another’s %s', async (table, values) => {
    expect(await sqlState(database.as(settings, [`insert into analytics.${table} ${values}`]))).toBe('42501');
  });

  test.each(['metrics', 'dashboards', 'stale_periods'])('deletes no row of %s', async (table) => {
    expect((await database.as(settings, [`delete from analytics.${table}`])).rowCount).toBe(0);
  });
});

describe('a tenant’s own people', () => {
  test.each(['admin', 'client', 'user'] as const)(
    'write no metrics and take no marks as %s',
    async (role) => {
      const settings = contextOf({ ...owner, role });
      expect((await database.as(settings, ['delete from analytics.metrics'])).rowCount).toBe(0);
      expect((await database.as(settings, ['update analytics.metrics set metric_value = 0'])).rowCount).toBe(
        0,
      );
      expect((await database.as(settings, ['select from analytics.stale_periods'])).rowCount).toBe(0);
      const roll = "select analytics.roll_up_batch('hour', null, 'infinity') as periods";
      expect((await database.as(settings, [roll])).rows).toEqual([{ periods: null }]);
    },
  );

  test('write events of their tenant’s users as admins, and their own alone as anything else', async () => {
    const of = (userId: string): string =>
      `insert into analytics.events (id, tenant_id, user_id, event_name) values ('${newId()}', '${owner.tenantId}', '${userId}', 'a')`;
    expect(await sqlState(database.as(contextOf(owner), [of(newId())]))).toBeNull();
    for (const role of ['client', 'user'] as const) {
      expect(await sqlState(database.as(contextOf({ ...owner, role }), [of(owner.userId)]))).toBeNull();
      expect(await sqlState(database.as(contextOf({ ...owner, role }), [of(newId())]))).toBe('42501');
    }
  });
});
