import { afterAll, expect, jest, test } from '@jest/globals';
import { connectDatabase, system, type Logger } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { PrismaClient, tables } from '@cdx/prisma-platform';
import sql from 'sql-template-tag';
import { makeAuditPartitions, scheduleAuditPartitions } from './audit-partitions.ts';
import type { Transaction } from './context.ts';
import { aPlatformSubgraph, asApplication, asOwner, aTenant, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
const database = connectDatabase<Transaction>({
  name: 'platform',
  url: testDatabaseUrl('PLATFORM_DATABASE_URL'),
  poolSize: 2,
  tables,
  prisma: (adapter) => new PrismaClient({ adapter }),
});
afterAll(() => Promise.all([subgraph.close(), database.close()]));

/** The partition of the month that is so many months away, as the database names it. */
function partition(months: number): string {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
  return `audit_log_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

async function partitions(): Promise<string[]> {
  const rows = await database.as(system).many<{ name: string }>(
    sql`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'platform.audit_log'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** The first month that has a partition: this one, or the last where the database was made then, if only just. */
const firstOf = (made: readonly string[]): number => (made[0] === partition(0) ? 0 : -1);

/** The partitions of all months from one to another. */
const wanted = (first: number, last: number): string[] => [
  ...Array.from({ length: last - first + 1 }, (_, months) => partition(first + months)),
  'audit_log_default',
];

/** Does what locks the log as soon as it can: other suites write to it, and are not to be ended for this one. */
async function giveWay(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 20 || !String(error).includes('lock timeout')) throw error;
    }
  }
}

test('there is a partition for this month and for twelve to come, and one that is missing is made', async () => {
  const made = await partitions();
  const first = firstOf(made);
  expect(made).toEqual(wanted(first, first + 12));
  await giveWay(() =>
    asOwner(`set local lock_timeout = '500ms'; drop table if exists platform.${partition(12)}`),
  );
  await Promise.all([makeAuditPartitions(database), makeAuditPartitions(database)]);
  expect(await partitions()).toEqual(wanted(first, 12));
});

test('an entry lies in the partition of its month, where a tenant’s admin finds it', async () => {
  const tenantId = await aTenant(subgraph);
  const [found] = await database
    .as(system)
    .many<{ name: string }>(
      sql`select tableoid::regclass::text as name from platform.audit_log where tenant_id = ${tenantId}`,
    );
  expect(found).toEqual({ name: `platform.${partition(0)}` });
  const { data } = await run(
    subgraph,
    aUser({ tenantId }),
    '{ platformAuditLog { totalCount edges { node { action actorId } } } }',
  );
  const node = { action: 'platform.createTenant', actorId: superadmin.userId };
  expect(data?.platformAuditLog).toEqual({ totalCount: 1, edges: [{ node }] });
});

test('an entry of a month without a partition is kept, and keeps its month out of the others', async () => {
  const month = '2001-02-03T00:00:00Z';
  const chain = aUser().tenantId;
  await asOwner('insert into platform.audit_chains (chain) values ($1)', [chain]);
  await asOwner(
    `insert into platform.audit_log (id, chain, sequence, tenant_id, actor_kind, action, resource_type, request_id,
      previous_hash, hash, created_at)
    values (gen_random_uuid(), $1, 1, $1, 'service', 'none', 'None', 'r', repeat('0', 64), repeat('1', 64), $2)`,
    [chain, month],
  );
  const rows = await database
    .as(system)
    .many(sql`select from platform.audit_log_default where tenant_id = ${chain}`);
  expect(rows).toHaveLength(1);
  await makeAuditPartitions(database);
  const made = await partitions();
  expect(made).toEqual(wanted(firstOf(made), 12));
});

test.each(['audit_log', partition(0), 'audit_log_default'])(
  '%s is only ever added to, by its owner too, and no partition past the whole',
  async (table) => {
    for (const statement of [
      "update platform.% set action = 'x'",
      'delete from platform.%',
      'truncate platform.%',
    ])
      await expect(asOwner(statement.replace('%', table))).rejects.toThrow('only ever added to');
    if (table !== 'audit_log')
      await expect(asApplication(`insert into platform.${table} default values`)).rejects.toThrow(
        'permission denied',
      );
  },
);

test('a partition shows a tenant the own entries alone', async () => {
  const [one, other] = [await aTenant(subgraph), await aTenant(subgraph)];
  const seen = await database
    .as(aUser({ tenantId: one }))
    .many(
      sql`select tenant_id as id from ${sql([`platform.${partition(0)}`])} where tenant_id in (${one}, ${other})`,
    );
  expect(seen).toEqual([{ id: one }]);
});

test('partitions are made by the product itself alone', async () => {
  for (const who of [superadmin, aUser()]) {
    const made = database.as(who).write((tx) => tx.$executeRaw`select platform.make_audit_partitions()`, {
      unaudited: 'A test.',
    });
    await expect(made).rejects.toThrow('You may not do this');
  }
});

test('the schedule goes on after a failure, and ends', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const failures: string[] = [];
    const log = { error: (_: unknown, message: string) => failures.push(message) } as unknown as Logger;
    let runs = 0;
    const broken = {
      as() {
        runs += 1;
        throw new Error('down');
      },
    };
    const end = scheduleAuditPartitions(broken, log);
    await jest.advanceTimersByTimeAsync(2 * 3_600_000);
    expect([runs, failures.length]).toEqual([2, 2]);
    await end();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(runs).toBe(2);
  } finally {
    jest.useRealTimers();
  }
});
