import { afterAll, describe, expect, test } from '@jest/globals';
import { connectDatabase, newId, type Change, type FollowedChanges, type Heads } from '@cdx/kit';
import { followChanges, testDatabaseUrl } from '@cdx/kit/testing';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-templates';
import { aUser } from './testing.ts';

/** Another process on the same database, as far as the databases and their wake-ups know. */
const open = () =>
  connectDatabase<Prisma.TransactionClient>({
    name: 'templates',
    url: testDatabaseUrl('TEMPLATES_DATABASE_URL'),
    poolSize: 2,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
const [here, elsewhere] = [open(), open()];
const leaving = new AbortController();
afterAll(async () => {
  leaving.abort();
  await Promise.all([here.close(), elsewhere.close()]);
});

const who = aUser({ tenantId: `follow-${newId().slice(-12)}` });
type Database = ReturnType<typeof open>;

/** Makes a template as somebody of the tenant and, when told so, fails after it. */
function make(database: Database, name: string, fails = false): Promise<void> {
  const id = newId();
  const data = {
    id,
    key: `follow-${id}`,
    name,
    category: 'test',
    systemPrompt: 'Be brief',
    createdBy: who.userId,
  };
  return database.as(who).write(async (tx) => {
    await tx.personaTemplate.createMany({ data });
    if (fails) throw new Error('after the row was made');
  });
}

/** Follows until so many changes of the tenant have come; answers them, and where it has come to. */
async function follow(from: Heads | undefined, many: number, whenBegun?: () => Promise<unknown>) {
  const changes: Change[] = [];
  let heads: Record<string, number> = {};
  const parts: AsyncIterable<FollowedChanges> = followChanges(here, from, leaving.signal);
  for await (const part of parts) {
    if ('heads' in part) {
      heads = { ...part.heads };
      await whenBegun?.();
      continue;
    }
    for (const change of part.changes) {
      heads[change.chain] = change.sequence;
      if (change.tenantId === who.tenantId) changes.push(change);
    }
    if (changes.length >= many) break;
  }
  return { changes, heads };
}

describe('what follows a database', () => {
  test('is told of what is committed, once and in its order, and not of what is rolled back', async () => {
    const { changes } = await follow(undefined, 3, async () => {
      await make(here, 'first');
      await expect(make(here, 'never', true)).rejects.toThrow('after the row was made');
      await make(elsewhere, 'second');
      await make(here, 'third');
    });
    expect(changes.map(({ kind, resourceType, sequence }) => [kind, resourceType, sequence])).toEqual([
      ['created', 'PersonaTemplate', 1],
      ['created', 'PersonaTemplate', 2],
      ['created', 'PersonaTemplate', 3],
    ]);
    expect(changes[0]).toMatchObject({ tenantId: who.tenantId, actorId: who.userId });
  });

  test('goes on where it was, with all that came in between', async () => {
    const { heads } = await follow(undefined, 1, () => make(here, 'before'));
    await make(elsewhere, 'in between');
    await make(elsewhere, 'and one more');
    const { changes } = await follow(heads, 2);
    const last = heads[who.tenantId ?? ''] ?? 0;
    expect(changes.map(({ sequence }) => sequence)).toEqual([last + 1, last + 2]);
  });

  test('is told of many at once in pages', async () => {
    const { heads } = await follow(undefined, 1, () => make(here, 'before'));
    const many = 1_001;
    await here.as(who).record(
      Array.from({ length: many }, (_, index) => ({
        tenantId: who.tenantId,
        action: 'templates.test',
        resourceType: 'PersonaTemplate',
        resourceId: String(index),
        before: null,
        after: {},
      })),
    );
    const { changes } = await follow(heads, many);
    expect(changes.map(({ resourceId }) => resourceId)).toEqual(
      Array.from({ length: many }, (_, i) => String(i)),
    );
  });
});
