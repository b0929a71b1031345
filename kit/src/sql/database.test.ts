import { beforeEach, describe, expect, test } from '@jest/globals';
import sql from 'sql-template-tag';
import { LocalWakeUps } from '../changes/wake-ups.ts';
import { anIdentity } from '../testing/index.ts';
import { aTable } from '../testing/tables.ts';
import { makeDatabase, type RequestDatabase } from './database.ts';
import type { StatementRunner } from './run.ts';
import { unconfined } from './walled.ts';
import type { Writer } from './write.ts';

/** Which server each statement went to. */
const sent: string[] = [];
beforeEach(() => void sent.splice(0));

/** A server that notes what it is sent; what it would answer does not matter to where it is sent. */
const server = (name: string): StatementRunner => ({
  run: () => Promise.resolve(void sent.push(name)).then(() => []),
  ping: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
const writer: Writer<unknown> = {
  transaction: (_, work) => work({}, { note: () => undefined }),
  record: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

function aRequest(replica?: StatementRunner): RequestDatabase<unknown> {
  const database = makeDatabase({
    name: 'things',
    dialect: 'postgres',
    tables: { AuditEntry: aTable },
    wakeUps: new LocalWakeUps(),
    primary: server('primary'),
    replica,
    writer,
  });
  return database.as(anIdentity());
}

describe('a database with a replica', () => {
  test('is read from it', async () => {
    const db = aRequest(server('replica'));
    await db.many(sql`select 1`);
    await db.one(sql`select 1`);
    expect(sent).toEqual(['replica', 'replica']);
  });

  test('is read from the primary once the request has written, since the replica may lag', async () => {
    const db = aRequest(server('replica'));
    await db.write(() => Promise.resolve(null));
    await db.many(sql`select 1`);
    expect(sent).toEqual(['primary']);
  });

  test('is asked who somebody is from the primary alone', async () => {
    const db = aRequest(server('replica'));
    await db.many(unconfined('who logs in', sql`select 1`));
    await db.many(sql`select 1`);
    expect(sent).toEqual(['primary', 'replica']);
  });
});

test('a database without a replica is read from its primary', async () => {
  await aRequest().many(sql`select 1`);
  expect(sent).toEqual(['primary']);
});
