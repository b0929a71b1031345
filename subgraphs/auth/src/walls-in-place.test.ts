import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  anonymous,
  loadAllOf,
  loadEntity,
  loadPage,
  roles,
  selectColumns,
  system,
  unconfined,
  walled,
  type Identity,
  type Readable,
  type RequestDatabase,
  type TableDescriptor,
} from '@cdx/kit';
import { aRequest, anIdentity } from '@cdx/kit/testing';
import * as tables from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type { Context, Transaction } from './context.ts';
import { anAuthSubgraph } from './testing.ts';
import { walls } from './walls.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const contextOf = (identity: Identity): Context => subgraph.createContext(aRequest(identity)) as Context;
const superadmin = contextOf(
  anIdentity({ role: 'superadmin', userId: '01930001-0000-7000-8000-000000000001' }),
);

// Of each statement here the compiler says that it cannot be written, and the database that it is not run.
describe('MySQL', () => {
  const { db } = superadmin;

  test('runs no statement that has not been through the walls', async () => {
    // @ts-expect-error -- SQL that is not walled
    await expect(db.many(sql`select * from users`)).rejects.toThrow('past its walls');
    // @ts-expect-error -- SQL that is not walled
    await expect(db.one(sql`select 1`)).rejects.toThrow('past its walls');
  });

  test('does not pass for a database that takes any statement', async () => {
    // @ts-expect-error -- a database of walled statements is no database of any
    const open: RequestDatabase<Transaction> = db;
    await expect(open.many(sql`select * from users`)).rejects.toThrow('past its walls');
  });

  test('reads no list from another place than behind the table’s wall', async () => {
    const order = { property: 'name', direction: 'ASC' } as const;
    const from: Readable = { table: tables.User, order, from: sql`users` };
    await expect(loadPage(superadmin, from, {}, false)).rejects.toThrow('behind its wall');
    await expect(loadEntity(superadmin, from, 'nobody@test.example', 'email')).rejects.toThrow(
      'behind its wall',
    );
    const where: Readable = { table: tables.User, order, where: sql`exists (select 1 from auth_tokens)` };
    await expect(loadPage(superadmin, where, {}, false)).rejects.toThrow('past the walls');
    await expect(
      loadEntity(superadmin, where, anonymous.userId ?? '01930001-0000-7000-8000-00000000000a'),
    ).rejects.toThrow('past the walls');
    await expect(loadAllOf(superadmin, where, 'id', '01930001-0000-7000-8000-00000000000b')).rejects.toThrow(
      'past the walls',
    );
  });

  test('has a wall for every table', () => {
    // @ts-expect-error -- a table without a wall
    const incomplete: typeof walls = { User: walls.User };
    expect(Object.keys(incomplete)).toHaveLength(1);
    expect(Object.keys(walls).toSorted()).toEqual(Object.keys(tables).toSorted());
  });

  test('is not read by the transaction of a mutation, nor written by SQL', () => {
    // @ts-expect-error -- a transaction has no SQL of one's own
    const statement: keyof Transaction = '$executeRaw';
    // @ts-expect-error -- a transaction has no SQL of one's own
    const query: keyof Transaction = '$queryRawUnsafe';
    // @ts-expect-error -- the models of a transaction have no reads
    const read: keyof Transaction['authToken'] = 'findMany';
    expect([statement, query, read]).toHaveLength(3);
  });
});

test('statements see past the walls in these files alone', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const found = files.filter(
    (file) =>
      /(?<!\.test)\.ts$/.test(file) &&
      /\bunconfined\(/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')),
  );
  expect(found.toSorted()).toEqual([
    'accounts/access-token.ts',
    'accounts/account.ts',
    'accounts/lock-out.ts',
    'accounts/refresh-token.ts',
    'session.ts',
  ]);
});

interface User {
  readonly id: string;
  readonly tenantId: string | null;
}

/** What callers are drawn by; a failure is repeated with `CDX_SEED`. */
const seed = Number(process.env.CDX_SEED ?? Date.now() % 2 ** 31);

describe(`of every table (CDX_SEED=${seed})`, () => {
  const all = Object.values<TableDescriptor>(tables).map((table) => [table.model, table] as const);
  const tenantOf = new Map<string, string | null>();

  async function readUsers(): Promise<void> {
    const users = await superadmin.db.many<User>(
      unconfined(
        'the test compares with everything',
        sql`select t.id as id, t.tenant_id as tenantId from users t`,
      ),
    );
    for (const { id, tenantId } of users) tenantOf.set(id, tenantId);
  }

  beforeAll(async () => {
    await readUsers();
    expect(new Set(tenantOf.values()).size).toBeGreaterThan(2);
  });

  async function tenantOfOwner(owner: string): Promise<string | null | undefined> {
    // Other suites make users meanwhile.
    if (!tenantOf.has(owner)) await readUsers();
    return tenantOf.get(owner);
  }

  const rowsFor = async (identity: Identity, table: TableDescriptor) => {
    const { db } = contextOf(identity);
    return db.many<Record<string, unknown>>(
      walled`select ${selectColumns('mysql', table)} from ${db.rowsOf(table)} t limit 2000`,
    );
  };

  /** Callers of every role, drawn for a table by the seed and their ids, whatever other tests run. */
  function callers(model: string, count: number): Identity[] {
    const lot = (id: string): string => createHash('sha256').update(`${seed} ${model} ${id}`).digest('hex');
    const lots = [...tenantOf].map(([userId, tenantId]) => ({ lot: lot(userId), userId, tenantId }));
    const drawn = lots.toSorted((one, other) => (one.lot < other.lot ? -1 : 1)).slice(0, count);
    return drawn.map(({ userId, tenantId }, index) =>
      anIdentity({ userId, tenantId, role: (['admin', 'client', 'user'] as const)[index % 3] ?? 'user' }),
    );
  }

  test.each(all)(
    '%s shows a caller no row of another tenant, nor what is another’s own',
    async (model, table) => {
      for (const caller of callers(model, 12)) {
        for (const row of await rowsFor(caller, table)) {
          const owner = model === 'User' ? row.id : row.userId;
          if (typeof owner === 'string') {
            const ofTenant = caller.tenantId !== null && (await tenantOfOwner(owner)) === caller.tenantId;
            const mayBeSeen =
              ofTenant && (caller.role === 'admin' || ['User', 'UserProfile'].includes(model));
            expect({ caller, row, seen: owner === caller.userId || mayBeSeen }).toMatchObject({ seen: true });
          } else if ('tenantId' in row) {
            expect([caller.tenantId, null]).toContain(row.tenantId);
            if (model === 'Organization') expect(row.tenantId).not.toBeNull();
          } else {
            expect(['Permission', 'SubscriptionTier']).toContain(model);
          }
        }
      }
    },
  );

  test.each(all)('%s shows nothing to anybody who has not logged in', async (model, table) => {
    for (const role of roles.filter((one) => one !== 'system')) {
      const found = await rowsFor(anIdentity({ role }), table).catch(
        (error: unknown) => (error as { extensions?: { code?: unknown } }).extensions?.code,
      );
      expect([role, found]).toEqual([role, model === 'AuthToken' ? [] : 'UNAUTHENTICATED']);
    }
  });

  test.each(Object.entries(walls))(
    '%s is open to the system and to superadmins, unless it is of tokens',
    (model, wall) => {
      for (const { identity } of [superadmin, { identity: system }]) {
        expect(wall({ identity }).sql).toBe(model === 'AuthToken' ? 'false' : 'true');
      }
    },
  );
});
