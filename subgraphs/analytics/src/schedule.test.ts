import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { makeLogger, type Database } from '@cdx/kit';
import { statementsOf } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import { scheduleUpkeep } from './schedule.ts';
import {
  anAnalyticsDatabase,
  anAnalyticsSubgraph,
  aUser,
  DirectDatabase,
  testSettings,
  tracked,
} from './testing.ts';

// The intervals alone: what runs in them takes its real time.
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setTimeout',
      'clearTimeout',
    ],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

const settings = testSettings({ ANALYTICS_RETENTION_MONTHS: 1_200 });

test('events are rolled up every few minutes, until the schedule ends', async () => {
  const [subgraph, own, database] = [anAnalyticsSubgraph(), anAnalyticsDatabase(), new DirectDatabase()];
  await database.connect();
  const count = async (tenantId: string): Promise<unknown[]> =>
    (
      await database.query(
        "select metric_value from analytics.metrics where tenant_id = $1 and granularity = 'day' and metric_name = 'events'",
        [tenantId],
      )
    ).rows;
  const { tenantId } = aUser();
  await tracked(subgraph, tenantId, [{}, {}]);
  // It has a schedule of its own.
  await subgraph.close();

  const end = scheduleUpkeep(own, settings, makeLogger('test', 'silent'));
  // A run leaves it to another suite that is rolling up at that moment, and the next one tries again.
  for (let runs = 0; runs < 100 && (await count(tenantId)).length === 0; runs += 1) {
    jest.advanceTimersByTime(settings.ANALYTICS_ROLL_UP_MINUTES * 60_000);
    await new Promise((done) => setTimeout(done, 50));
  }
  await end();
  expect(await count(tenantId)).toEqual([{ metric_value: '2.0000' }]);

  // What is rolled up after that says nothing: another suite may be doing so, for all tenants.
  const sent = await statementsOf(async () => {
    jest.advanceTimersByTime(60 * 60_000);
    await end();
    await new Promise((done) => setTimeout(done, 50));
  });
  expect(sent).toEqual([]);
  await Promise.all([own.close(), database.end()]);
});

test('a run that fails is logged, and the next one tries again', async () => {
  let runs = 0;
  const broken = {
    as: () => ({
      write: () => {
        runs += 1;
        return Promise.reject(new Error('The database is gone'));
      },
    }),
  } as unknown as Database<Transaction>;
  const logged: unknown[] = [];
  const log = makeLogger('test', 'silent');
  const end = scheduleUpkeep(
    broken,
    settings,
    Object.assign(log, { error: (_: unknown, words: unknown) => logged.push(words) }),
  );
  for (let hour = 1; hour <= 2; hour += 1) {
    jest.advanceTimersByTime(60 * 60_000);
    await new Promise((done) => setImmediate(done));
  }
  await end();
  expect(runs).toBe(4);
  expect(logged.toSorted()).toEqual([
    'events could not be rolled up; the next run tries again',
    'events could not be rolled up; the next run tries again',
    'the partitions of events could not be kept; the next run tries again',
    'the partitions of events could not be kept; the next run tries again',
  ]);
});
