import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { makeLogger, system, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { ask } from '@cdx/kit/testing';
import type { Prisma } from '@cdx/prisma-notifications';
import { deleteOld, scheduleCleanUp } from './clean-up.ts';
import { aDatabase, aNotification, aNotificationsSubgraph, aUser } from './testing.ts';

let subgraph: Subgraph;
let database: Database<Prisma.TransactionClient>;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
  database = aDatabase();
});
afterAll(async () => {
  await subgraph.close();
  await database.close();
});

// Older than whatever other suites and the demo have.
const days = 2_000;

/** A notification with deliveries that was sent so many days ago. */
async function aged(user: Identity & { readonly userId: string }, age: number): Promise<string> {
  const id = await aNotification(subgraph, user, { channels: ['IN_APP', 'SMS'] });
  const createdAt = new Date(Date.now() - age * 86_400_000);
  await database.as(system).write((tx) => tx.notification.updateMany({ where: { id }, data: { createdAt } }));
  return id;
}

async function keptOf(user: Identity): Promise<unknown> {
  const { notifications, deliveries } = await ask<
    Record<'notifications' | 'deliveries', { totalCount: number }>
  >(subgraph, user, '{ notifications { totalCount } deliveries { totalCount } }');
  return [notifications.totalCount, deliveries.totalCount];
}

test('notifications that are older than they are kept are deleted with their deliveries, and no others', async () => {
  const user = aUser();
  await aged(user, days + 1);
  await aged(user, days + 400);
  await aged(user, days - 1);
  expect(await keptOf(user)).toEqual([3, 6]);
  expect(await deleteOld(database, days)).toBe(2);
  expect(await keptOf(user)).toEqual([1, 2]);
  expect(await deleteOld(database, days)).toBe(0);
});

test('processes that do it at the same time delete each once', async () => {
  const user = aUser();
  for (let count = 0; count < 3; count += 1) await aged(user, days + 1);
  const deleted = await Promise.all([1, 2, 3].map(() => deleteOld(database, days)));
  expect(deleted.reduce((sum, count) => sum + count)).toBe(3);
  expect(await keptOf(user)).toEqual([0, 0]);
});

test('the schedule runs until it is ended, and goes on after a failure', async () => {
  jest.useFakeTimers();
  const log = makeLogger('test', 'silent');
  const logged = jest.spyOn(log, 'error');
  let [calls, failing] = [0, true];
  const as = (): ReturnType<typeof database.as> => {
    calls += 1;
    if (failing) throw new Error('the database is away');
    return { ...database.as(system), write: () => Promise.resolve(0 as never) };
  };
  const end = scheduleCleanUp({ as }, { days, minutes: 60 }, log);
  try {
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect([calls, logged.mock.calls.length]).toEqual([1, 1]);
    failing = false;
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    await end();
    await jest.advanceTimersByTimeAsync(180 * 60_000);
    expect([calls, logged.mock.calls.length]).toEqual([2, 1]);
  } finally {
    await end();
    jest.useRealTimers();
  }
});
