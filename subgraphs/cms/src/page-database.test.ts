import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { aSite } from './page-testing.ts';
import { aCmsSubgraph, aConnection, aPage, aUser, type Connection } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

describe('the database of pages', () => {
  const connections: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const connection = aConnection();
    connections.push(connection);
    await connection.connect();
    return connection;
  };
  afterAll(() => Promise.all(connections.map((connection) => connection.end())));

  /** Runs one statement in a transaction as the tenant's admin; answers what went wrong, by its words. */
  async function as(
    { tenantId }: Identity,
    text: string,
    values: readonly unknown[],
  ): Promise<string | null> {
    const connection = await connect();
    await connection.query('begin');
    try {
      await connection.query(
        `select set_config('role', 'cdx_app', true), set_config('app.role', 'admin', true), set_config('app.tenant_id', $1, true)`,
        [tenantId],
      );
      await connection.query(text, values);
      await connection.query('commit');
      return null;
    } catch (error) {
      await connection.query('rollback');
      return error instanceof Error ? error.message : String(error);
    }
  }

  test('refuses a circle, a depth, a gap and two pages in one place', async () => {
    const { admin, a, c, d } = await aSite(subgraph);
    await aPage(subgraph, admin, { slug: 'e' });
    const under = 'update cms.pages set parent_id = $2 where id = $1';
    expect(await as(admin, under, [a, c])).toBe(`page ${a} is under itself`);
    expect(await as(admin, under, [a, a])).toContain('violates check constraint');
    const swap = `update cms.pages p set parent_id = o.parent from (values ($1::uuid, $2::uuid), ($2, $1)) o(id, parent) where p.id = o.id`;
    expect(await as(admin, swap, [a, d])).toMatch(/^page .* is under itself$/);
    const chain = `with recursive chain as (select gen_random_uuid() as id, null::uuid as parent, 1 as level
      union all select gen_random_uuid(), id, level + 1 from chain where level < 17)
      insert into cms.pages (id, tenant_id, title, slug, author_id, parent_id, sort_order)
      select id, $1, 'T', 'deep-' || level, gen_random_uuid(), parent, 0 from chain`;
    expect(await as(admin, chain, [admin.tenantId])).toMatch(/^page .* is too deep$/);
    const place = 'update cms.pages set sort_order = $2 where id = $1';
    expect(await as(admin, place, [d, 0])).toBe('place 1 has 0 pages, the one beside it 1');
    expect(await as(admin, place, [d, 2])).toBe('place 1 has 0 pages, the one beside it 2');
    expect(await as(admin, under, [d, c])).toBe('place 1 has 0 pages, the one beside it 1');
    const remove = 'delete from cms.pages where id = $1';
    expect(await as(admin, remove, [d])).toBe('place 1 has 0 pages, the one beside it 1');
    const add = `insert into cms.pages (id, tenant_id, title, slug, author_id, sort_order)
      values (gen_random_uuid(), $1, 'T', 'new', gen_random_uuid(), $2)`;
    expect(await as(admin, add, [admin.tenantId, 2])).toBe('place 2 has 2 pages, the one beside it 1');
    expect(await as(admin, add, [admin.tenantId, 4])).toBe('place 4 has 1 pages, the one beside it 0');
    expect(await as(admin, add, [admin.tenantId, 3])).toBeNull();
    expect(await as(admin, remove, [c])).toBeNull();
  });

  test('refuses one of two moves that together make a circle, whoever makes them', async () => {
    for (let round = 0; round < 3; round += 1) {
      const admin = aUser();
      const place = async (): Promise<string> =>
        aPage(subgraph, admin, { parentId: await aPage(subgraph, admin) });
      const [a, b] = [await place(), await place()];
      const under = 'update cms.pages set parent_id = $2 where id = $1';
      const results = await Promise.all([as(admin, under, [a, b]), as(admin, under, [b, a])]);
      expect(results.filter((result) => result === null)).toHaveLength(1);
      expect(results.join('')).toMatch(/^page .* is under itself$/);
    }
  });

  test('refuses one of two who take the same place', async () => {
    const admin = aUser();
    const add = `insert into cms.pages (id, tenant_id, title, slug, author_id, sort_order)
      values (gen_random_uuid(), $1, 'T', $2, gen_random_uuid(), 0)`;
    const results = await Promise.all(['a', 'b'].map((slug) => as(admin, add, [admin.tenantId, slug])));
    expect(results).toEqual(expect.arrayContaining(['place 0 has 2 pages, the one beside it 0', null]));
  });
});
