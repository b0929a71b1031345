import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aConnection, aCmsSubgraph, ask, aPage, aUser, superadmin, type Connection } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

interface Entry {
  readonly id: string;
  readonly parentId: string | null;
  readonly path: string;
  readonly depth: number;
  readonly sortOrder: number;
}

const treeOf = async (who: Identity, args = ''): Promise<readonly Entry[]> => {
  const source = `{ pageTree${args} { entries { id parentId path depth sortOrder } truncated } }`;
  const { entries, truncated } = (await ask(subgraph, who, source)) as {
    entries: Entry[];
    truncated: boolean;
  };
  expect(truncated).toBe(false);
  return entries;
};
const paths = (entries: readonly Entry[]): string[] => entries.map(({ path }) => path);

const move = (who: Identity, id: string, parentId: string | null, position?: number) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $parentId: ID, $position: Int) { movePage(id: $id, parentId: $parentId, position: $position) { path sortOrder } }',
    { id, parentId, position },
  );

/** A tenant with the pages /a, /a/b, /a/b/c and /d. */
async function aSite(): Promise<{ admin: Identity } & Record<'a' | 'b' | 'c' | 'd', string>> {
  const admin = aUser();
  const make = (slug: string, parentId?: string) => aPage(subgraph, admin, { slug, parentId });
  const a = await make('a');
  const b = await make('b', a);
  return { admin, a, b, c: await make('c', b), d: await make('d') };
}

describe('the tree of a tenant', () => {
  test('is read in the order of reading by one statement', async () => {
    const { admin, b } = await aSite();
    await aPage(subgraph, admin, { slug: 'e', parentId: b, position: 0 });
    const statements = await statementsOf(async () => {
      const entries = await treeOf(admin);
      expect(paths(entries)).toEqual(['/a', '/a/b', '/a/b/e', '/a/b/c', '/d']);
      expect(entries.map(({ depth }) => depth)).toEqual([1, 2, 3, 3, 1]);
    });
    expect(statements).toHaveLength(1);
  });

  test('can be read in part, and to a depth', async () => {
    const { admin, b } = await aSite();
    expect(paths(await treeOf(admin, `(rootId: "${b}")`))).toEqual(['/b', '/b/c']);
    expect(paths(await treeOf(admin, '(maxDepth: 2)'))).toEqual(['/a', '/a/b', '/d']);
    for (const depth of [0, 17])
      expect(codes(await run(subgraph, admin, `{ pageTree(maxDepth: ${depth}) { truncated } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
  });

  test('says where it was cut', async () => {
    const { admin } = await aSite();
    const cut = (first: number) =>
      run(subgraph, admin, `{ pageTree(first: ${first}) { truncated entries { path } } }`);
    expect((await cut(3)).data).toEqual({
      pageTree: { truncated: true, entries: [{ path: '/a' }, { path: '/a/b' }, { path: '/a/b/c' }] },
    });
    expect((await cut(4)).data).toMatchObject({ pageTree: { truncated: false } });
    for (const first of [0, 2_001]) expect(codes(await cut(first))).toEqual(['BAD_USER_INPUT']);
  });

  test('is nobody else’s', async () => {
    const { admin, a } = await aSite();
    const stranger = aUser();
    const asked = `(tenantId: "${admin.tenantId ?? ''}")`;
    expect(await treeOf(stranger, asked)).toEqual([]);
    expect(codes(await run(subgraph, stranger, `{ pageTree(rootId: "${a}") { truncated } }`))).toEqual([
      'NOT_FOUND',
    ]);
    expect(paths(await treeOf(superadmin, asked))).toEqual(['/a', '/a/b', '/a/b/c', '/d']);
    expect(codes(await run(subgraph, superadmin, '{ pageTree { truncated } }'))).toEqual(['BAD_USER_INPUT']);
  });

  test('says of each page the way to it, for a whole list by one statement, and the pages on it by one more', async () => {
    const { admin } = await aSite();
    const list = '{ pages(orderBy: { field: TITLE }) { edges { node { slug path } } } }';
    const statements = await statementsOf(() => ask(subgraph, admin, list));
    expect(statements).toHaveLength(2);
    const crumbs =
      '{ pages(filter: { slug: { eq: "c" } }) { edges { node { path breadcrumbs { slug path } } } } }';
    let found: unknown;
    // The list, the way to c, the pages on it, the ways to those.
    expect(await statementsOf(async () => (found = await ask(subgraph, admin, crumbs)))).toHaveLength(4);
    const breadcrumbs = [
      { slug: 'a', path: '/a' },
      { slug: 'b', path: '/a/b' },
      { slug: 'c', path: '/a/b/c' },
    ];
    expect(found).toEqual({ edges: [{ node: { path: '/a/b/c', breadcrumbs } }] });
  });
});

describe('a page is moved', () => {
  test('under another with all that is under it, and to a place', async () => {
    const { admin, b, d } = await aSite();
    await aPage(subgraph, admin, { slug: 'e', parentId: d });
    expect((await move(admin, b, d, 0)).data).toEqual({ movePage: { path: '/d/b', sortOrder: 0 } });
    expect(paths(await treeOf(admin))).toEqual(['/a', '/d', '/d/b', '/d/b/c', '/d/e']);
    expect((await move(admin, b, null, 1)).data).toEqual({ movePage: { path: '/b', sortOrder: 1 } });
    expect(paths(await treeOf(admin))).toEqual(['/a', '/b', '/b/c', '/d', '/d/e']);
  });

  test('among its own, from its place to any, and past the end to the last', async () => {
    const admin = aUser();
    const ids = new Map<string, string>();
    for (const slug of ['a', 'b', 'c', 'd']) ids.set(slug, await aPage(subgraph, admin, { slug }));
    const moved = async (slug: string, position?: number): Promise<string> => {
      expect((await move(admin, ids.get(slug) ?? '', null, position)).errors).toBeUndefined();
      return paths(await treeOf(admin))
        .join('')
        .replaceAll('/', '');
    };
    expect([
      await moved('a', 2),
      await moved('d', 0),
      await moved('d', 0),
      await moved('c', 99),
      await moved('b'),
    ]).toEqual(['bcad', 'dbca', 'dbca', 'dbac', 'dacb']);
  });

  test('and leaves what only makes room as it was', async () => {
    const { admin, a, d } = await aSite();
    const changed = () => ask(subgraph, admin, `{ page(id: "${a}") { updatedAt } }`);
    const before = await changed();
    await move(admin, d, null, 0);
    expect(await changed()).toEqual(before);
  });

  test('which the audit log tells, with the place before and after', async () => {
    const { admin, b, d } = await aSite();
    await move(admin, b, d);
    const log = `{ cmsAuditLog(filter: { action: { eq: "cms.movePage" } }) {
      edges { node { resourceType resourceId before after } } } }`;
    const { edges } = (await ask(subgraph, admin, log)) as { edges: { node: { before: object } }[] };
    expect(edges.map(({ node }) => node)).toEqual([
      {
        ...{ resourceType: 'Page', resourceId: b, after: { parentId: d, sortOrder: 0 } },
        before: { parentId: expect.any(String), sortOrder: 0 },
      },
    ]);
  });

  test.each([
    ['under itself', ({ a }: Awaited<ReturnType<typeof aSite>>) => [a, a], 'CONFLICT'],
    ['under what is under it', ({ a, c }) => [a, c], 'CONFLICT'],
    ['under nothing', ({ a }) => [a, newId()], 'NOT_FOUND'],
    ['to a place below the first', ({ a }) => [a, null, -1], 'BAD_USER_INPUT'],
  ] as [string, (site: Awaited<ReturnType<typeof aSite>>) => [string, string | null, number?], string][])(
    'but not %s',
    async (_, where, code) => {
      const site = await aSite();
      const before = await treeOf(site.admin);
      expect(codes(await move(site.admin, ...where(site)))).toEqual([code]);
      expect(await treeOf(site.admin)).toEqual(before);
    },
  );

  test('but not under a page of another tenant, not even by a superadmin', async () => {
    const [one, other] = [await aSite(), await aSite()];
    expect(codes(await move(one.admin, one.a, other.a))).toEqual(['NOT_FOUND']);
    expect(codes(await move(superadmin, one.a, other.a))).toEqual(['BAD_USER_INPUT']);
    const input = { title: 'A', slug: 'x', tenantId: one.admin.tenantId, parentId: other.a };
    const source = 'mutation ($input: CreatePageInput!) { createPage(input: $input) { id } }';
    expect(codes(await run(subgraph, superadmin, source, { input }))).toEqual(['BAD_USER_INPUT']);
  });

  test('but no deeper than the sixteenth level', async () => {
    const admin = aUser();
    const chain: string[] = [];
    for (let level = 1; level <= 16; level += 1)
      chain.push(await aPage(subgraph, admin, { slug: `p${level}`, parentId: chain.at(-1) }));
    await expect(aPage(subgraph, admin, { parentId: chain[15] })).rejects.toThrow('deeper than level 16');
    const pair = await aPage(subgraph, admin, { slug: 'q' });
    await aPage(subgraph, admin, { slug: 'r', parentId: pair });
    expect(codes(await move(admin, pair, chain[14] ?? ''))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await move(admin, pair, chain[13] ?? ''))).toEqual([]);
    expect(
      paths(await treeOf(admin))
        .at(-1)
        ?.split('/'),
    ).toHaveLength(17);
  });
});

describe('moves at the same time', () => {
  test('never make a circle, although each of them alone makes none', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { admin, a, d } = await aSite();
      const results = await Promise.all([move(admin, a, d), move(admin, d, a)]);
      expect(results.flatMap(codes)).toEqual(['CONFLICT']);
      expect(await treeOf(admin)).toHaveLength(4);
    }
  });

  test('leave no gap and no two pages in one place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ page: fc.nat(5), under: fc.option(fc.nat(5)), position: fc.nat(6) }), {
          minLength: 4,
          maxLength: 8,
        }),
        async (moves) => {
          const admin = aUser();
          const ids: string[] = [];
          for (let index = 0; index < 6; index += 1)
            ids.push(await aPage(subgraph, admin, { slug: `p${index}` }));
          const at = (index: number): string => ids[index] ?? '';
          const results = await Promise.all(
            moves.map(({ page, under, position }) =>
              move(admin, at(page), under === null ? null : at(under), position),
            ),
          );
          // A page that would stand under itself is the only one that stays.
          expect(new Set(results.flatMap(codes))).toEqual(
            new Set(results.some(({ errors }) => errors) ? ['CONFLICT'] : []),
          );
          const entries = await treeOf(admin);
          expect(entries).toHaveLength(6);
          for (const siblings of Map.groupBy(entries, ({ parentId }) => parentId).values())
            expect(siblings.map(({ sortOrder }) => sortOrder)).toEqual(siblings.map((_, index) => index));
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('the database itself', () => {
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
    const { admin, a, c, d } = await aSite();
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
