import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import sql from 'sql-template-tag';
import { newId } from '../ids/uuid.ts';
import { anIdentity, testDatabaseUrl } from '../testing/index.ts';
import { aTable } from '../testing/tables.ts';
import { connectDatabase } from './connect.ts';
import { postgresPool, postgresRunner } from './postgres.ts';
import type { PrismaClientLike } from './write.ts';

const url = testDatabaseUrl('TEMPLATES_DATABASE_URL');
const caller = { tenantId: null, userId: null, organizationId: null, role: 'anonymous' };

/** One connection, so that what is prepared can be counted. */
const pool = postgresPool(url, 1);
const runner = postgresRunner('templates', pool);
const owner = new pg.Client({ connectionString: url });
beforeAll(() => owner.connect());
afterAll(() => Promise.all([runner.close(), owner.end()]));

const mark = newId();
/** A statement of these tests' own of 1,000 characters, told apart from all others by the last of them. */
const numbered = (number: number) => sql([`select ${number}::int as number --`.padEnd(964) + mark]);

/** The numbers of the statements that the connection has prepared. */
async function prepared(): Promise<number[]> {
  const { rows } = await pool.query<{ statement: string }>(
    'select statement from pg_prepared_statements where right(statement, 36) = $1 order by prepare_time',
    [mark],
  );
  return rows.map(({ statement }) => Number(/\d+/.exec(statement)?.[0]));
}

/** What a transaction does for the tests: it runs any text. */
interface RawWrites {
  run(text: string): Promise<unknown>;
}

/** What Prisma does with its driver adapter, without its models. */
const rawClient = (factory: SqlDriverAdapterFactory): PrismaClientLike<RawWrites> => ({
  async $transaction(work) {
    const transaction = await (await factory.connect()).startTransaction();
    const result = await work({
      run: (text) => transaction.queryRaw({ sql: text, args: [], argTypes: [] }),
    });
    await transaction.executeRaw({ sql: 'commit', args: [], argTypes: [] });
    await transaction.commit();
    return result;
  },
  $disconnect: () => Promise.resolve(),
});

async function runTwice(number: number): Promise<void> {
  for (let time = 1; time <= 2; time += 1) {
    expect(await runner.run(numbered(number), caller)).toEqual([{ number }]);
  }
}

describe('a statement', () => {
  test('is prepared when it is run a second time', async () => {
    await runner.run(numbered(1), caller);
    const once = await prepared();
    await runner.run(numbered(1), caller);
    expect([once, await prepared()]).toEqual([[], [1]]);
  });

  test('is closed when others of 250,000 characters have been used since, and prepared anew when it is run again', async () => {
    const used = 1_000;
    await runTwice(used);
    for (let number = 2_000; number < 2_300; number += 1) {
      await runTwice(number);
      await runner.run(numbered(used), caller);
    }
    const all = await prepared();
    expect(all).toHaveLength(250);
    expect(all).toEqual(expect.arrayContaining([used, 2_299]));
    expect(all).not.toContain(2_000);
    await runTwice(2_000);
    expect(await prepared()).toContain(2_000);
  });

  test('of more than 50,000 characters is not prepared', async () => {
    const long = sql([`select 1 as number ${' '.repeat(50_000)} -- ${mark}`]);
    const before = await prepared();
    for (let time = 1; time <= 2; time += 1) await runner.run(long, caller);
    expect(await prepared()).toEqual(before);
  });

  test('of a write is prepared too', async () => {
    const database = connectDatabase<RawWrites>({
      ...{ name: 'templates', url, poolSize: 1, tables: { AuditEntry: aTable } },
      prisma: rawClient,
    });
    const db = database.as(anIdentity());
    const text = `select 1::int as number -- of a write, ${mark}`;
    const preparedByWrites = sql`select 1 from pg_prepared_statements where statement = ${text}`;
    const found: number[] = [];
    try {
      for (let time = 1; time <= 2; time += 1) {
        await db.write((transaction) => transaction.run(text));
        found.push((await db.many(preparedByWrites)).length);
      }
    } finally {
      await database.close();
    }
    expect(found).toEqual([0, 1]);
  });

  test('that was refused is run again, whether it is prepared by then or not', async () => {
    const failing = sql([`select 1 / (current_setting('app.role') <> 'anonymous')::int as one -- ${mark}`]);
    for (let time = 1; time <= 3; time += 1) {
      await expect(runner.run(failing, caller)).rejects.toMatchObject({ code: '22012' });
    }
    expect(await runner.run(failing, { ...caller, role: 'admin' })).toEqual([{ one: 1 }]);
  });

  test('answers after a migration has changed the type of its column', async () => {
    const schema = `prepared_${mark.slice(-12)}`;
    const read = sql([`select value from ${schema}.things`]);
    await owner.query(`create schema ${schema}; grant usage on schema ${schema} to cdx_app;
      create table ${schema}.things as select 7 as value; grant select on ${schema}.things to cdx_app`);
    try {
      for (let time = 1; time <= 3; time += 1) {
        expect(await runner.run(read, caller)).toEqual([{ value: 7 }]);
      }
      await owner.query(`alter table ${schema}.things alter column value type text`);
      for (let time = 1; time <= 3; time += 1) {
        expect(await runner.run(read, caller)).toEqual([{ value: '7' }]);
      }
    } finally {
      await owner.query(`drop schema ${schema} cascade`);
    }
  });
});
