import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import sql from 'sql-template-tag';
import { LocalWakeUps } from '../changes/wake-ups.ts';
import { testDatabaseUrl } from '../testing/index.ts';
import { aTable } from '../testing/tables.ts';
import { postgresPool, postgresRunner } from './postgres.ts';
import { prismaWriter } from './write.ts';

const url = testDatabaseUrl('TEMPLATES_DATABASE_URL');
const caller = {
  tenantId: 'acme',
  userId: '01930001-0000-7000-8000-00000000000a',
  organizationId: '01930001-0000-7000-8000-00000000000b',
  role: 'superadmin',
};

/** One connection, so that whoever asks next gets the one that was handed back. */
const pool = postgresPool(url, 1);
const runner = postgresRunner('templates', pool);
const owner = new pg.Client({ connectionString: url });
let isEmbedded: boolean;

beforeAll(async () => {
  await owner.connect();
  const { rows } = await owner.query<{ version: string }>('select version()');
  isEmbedded = /wasm|emcc|emscripten/i.test(rows[0]?.version ?? '');
});
afterAll(() => Promise.all([runner.close(), owner.end()]));

const state = `select current_user as "user", current_setting('app.role', true) as role,
  concat(current_setting('app.tenant_id', true), current_setting('app.user_id', true),
    current_setting('app.organization_id', true)) as rest`;

/** What the pool's connection has while nobody uses it. */
async function idle(): Promise<unknown> {
  return (await pool.query<Record<string, unknown>>(state)).rows[0];
}
const nobody = { user: 'cdx_app', role: '', rest: '' };

const sqlState = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );

describe('a connection handed back', () => {
  test('has nothing of the caller whose statement it ran', async () => {
    const [row] = await runner.run(
      sql`select current_user as "user", current_setting('app.tenant_id') as tenant`,
      caller,
    );
    expect(row).toEqual({ user: 'cdx_app', tenant: 'acme' });
    expect(await idle()).toEqual(nobody);
  });

  test('has nothing of a caller whose statement failed', async () => {
    expect(await sqlState(runner.run(sql`select 1 / 0`, caller))).toBe('22012');
    expect(await idle()).toEqual(nobody);
  });

  test('has nothing of a caller whose statement could not be read', async () => {
    expect(await sqlState(runner.run(sql`selec 1`, caller))).toBe('42601');
    expect(await idle()).toEqual(nobody);
  });

  test('has nothing of a caller whose statement was cancelled', async () => {
    if (isEmbedded) return; // One session: nobody can be asked to cancel while it is busy.
    const mark = 'select pg_sleep(20), 4711';
    const cancelled = sqlState(runner.run(sql`select pg_sleep(20), 4711`, caller));
    const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where query = $1 and wait_event = 'PgSleep'`;
    while ((await owner.query(cancel, [mark])).rowCount === 0);
    expect(await cancelled).toBe('57014');
    expect(await idle()).toEqual(nobody);
  });

  test('has nothing of one statement for the next', async () => {
    await runner.run(sql`select 1`, caller);
    const anonymous = { tenantId: null, userId: null, organizationId: null, role: 'anonymous' };
    const [row] = await runner.run(sql([state]), anonymous);
    expect(row).toEqual({ ...nobody, role: 'anonymous' });
  });
});

describe('a statement that misses its context', () => {
  test('runs as the application’s role, whoever the URL names, and sees nothing', async () => {
    const { rows } = await pool.query('select * from templates.system_prompts');
    expect(rows).toEqual([]);
    // There is something to see.
    await owner.query("begin; select set_config('app.role', 'system', true)");
    const found = await owner.query('select 1 from templates.system_prompts limit 1');
    await owner.query('rollback');
    expect(found.rowCount).toBe(1);
  });

  test('changes nothing that the owner alone may change', async () => {
    for (const statement of [
      'drop table templates.system_prompts',
      'alter table templates.system_prompts disable row level security',
      'create table templates.own (id int)',
      'create schema own',
    ]) {
      expect([statement, await sqlState(pool.query(statement))]).toEqual([statement, '42501']);
    }
  });

  test('stays at that role when a session’s role is reset', async () => {
    if (isEmbedded) return; // Its connections have one session; what is reset there stays so until the next one's turn.
    await pool.query('reset role');
    expect(await idle()).toEqual(nobody);
  });

  test('is not sent by Prisma outside a write', async () => {
    let adapter: SqlDriverAdapterFactory | undefined;
    prismaWriter({
      name: 'templates',
      tables: { AuditEntry: aTable },
      adapter: new PrismaPg(pool),
      wakeUps: new LocalWakeUps(),
      connect(scoped) {
        adapter = scoped;
        const unused = (): never => {
          throw new Error('No transaction is opened here');
        };
        return { $transaction: unused, $disconnect: () => Promise.resolve() };
      },
    });
    const connection = await adapter?.connect();
    const query = { sql: 'select 1', args: [], argTypes: [] };
    await expect(connection?.queryRaw(query)).rejects.toThrow('inside the kit’s write()');
    await expect(connection?.executeRaw(query)).rejects.toThrow('inside the kit’s write()');
    await expect(connection?.executeScript('select 1')).rejects.toThrow('inside the kit’s write()');
    await expect(connection?.startTransaction()).rejects.toThrow('inside the kit’s write()');
  });
});

test('the owner’s own connections stay the owner’s beside the application’s', async () => {
  const turns = await Promise.all([idle(), owner.query(state), idle(), owner.query(state)]);
  expect(turns[0]).toEqual(nobody);
  expect((turns[1] as pg.QueryResult<{ user: string }>).rows[0]?.user).not.toBe('cdx_app');
});
