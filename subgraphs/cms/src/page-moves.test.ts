import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aSite, move, pathsOf, treeOf, type Site } from './page-testing.ts';
import { aCmsSubgraph, ask, aPage, aUser, superadmin } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

describe('a page is moved', () => {
  test('under another with all that is under it, and to a place', async () => {
    const { admin, b, d } = await aSite(subgraph);
    await aPage(subgraph, admin, { slug: 'e', parentId: d });
    expect((await move(subgraph, admin, b, d, 0)).data).toEqual({ movePage: { path: '/d/b', sortOrder: 0 } });
    expect(await pathsOf(subgraph, admin)).toEqual(['/a', '/d', '/d/b', '/d/b/c', '/d/e']);
    expect((await move(subgraph, admin, b, null, 1)).data).toEqual({
      movePage: { path: '/b', sortOrder: 1 },
    });
    expect(await pathsOf(subgraph, admin)).toEqual(['/a', '/b', '/b/c', '/d', '/d/e']);
  });

  test('among its own, from its place to any, and past the end to the last', async () => {
    const admin = aUser();
    const ids = new Map<string, string>();
    for (const slug of ['a', 'b', 'c', 'd']) ids.set(slug, await aPage(subgraph, admin, { slug }));
    const moved = async (slug: string, position?: number): Promise<string> => {
      expect((await move(subgraph, admin, ids.get(slug) ?? '', null, position)).errors).toBeUndefined();
      return (await pathsOf(subgraph, admin)).join('').replaceAll('/', '');
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
    const { admin, a, d } = await aSite(subgraph);
    const changed = () => ask(subgraph, admin, `{ page(id: "${a}") { updatedAt } }`);
    const before = await changed();
    await move(subgraph, admin, d, null, 0);
    expect(await changed()).toEqual(before);
  });

  test('which the audit log tells, with the place before and after', async () => {
    const { admin, b, d } = await aSite(subgraph);
    await move(subgraph, admin, b, d);
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
    ['under itself', ({ a }: Site) => [a, a], 'CONFLICT'],
    ['under what is under it', ({ a, c }) => [a, c], 'CONFLICT'],
    ['under nothing', ({ a }) => [a, newId()], 'NOT_FOUND'],
    ['to a place below the first', ({ a }) => [a, null, -1], 'BAD_USER_INPUT'],
  ] as [string, (site: Site) => [string, string | null, number?], string][])(
    'but not %s',
    async (_, where, code) => {
      const site = await aSite(subgraph);
      const before = await treeOf(subgraph, site.admin);
      expect(codes(await move(subgraph, site.admin, ...where(site)))).toEqual([code]);
      expect(await treeOf(subgraph, site.admin)).toEqual(before);
    },
  );

  test('but not under a page of another tenant, not even by a superadmin', async () => {
    const [one, other] = [await aSite(subgraph), await aSite(subgraph)];
    expect(codes(await move(subgraph, one.admin, one.a, other.a))).toEqual(['NOT_FOUND']);
    expect(codes(await move(subgraph, superadmin, one.a, other.a))).toEqual(['BAD_USER_INPUT']);
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
    expect(codes(await move(subgraph, admin, pair, chain[14] ?? ''))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await move(subgraph, admin, pair, chain[13] ?? ''))).toEqual([]);
    expect((await pathsOf(subgraph, admin)).at(-1)?.split('/')).toHaveLength(17);
  });
});

describe('moves at the same time', () => {
  test('never make a circle, although each of them alone makes none', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { admin, a, d } = await aSite(subgraph);
      const results = await Promise.all([move(subgraph, admin, a, d), move(subgraph, admin, d, a)]);
      expect(results.flatMap(codes)).toEqual(['CONFLICT']);
      expect(await treeOf(subgraph, admin)).toHaveLength(4);
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
              move(subgraph, admin, at(page), under === null ? null : at(under), position),
            ),
          );
          // A page that would stand under itself is the only one that stays.
          expect(new Set(results.flatMap(codes))).toEqual(
            new Set(results.some(({ errors }) => errors) ? ['CONFLICT'] : []),
          );
          const entries = await treeOf(subgraph, admin);
          expect(entries).toHaveLength(6);
          for (const siblings of Map.groupBy(entries, ({ parentId }) => parentId).values())
            expect(siblings.map(({ sortOrder }) => sortOrder)).toEqual(siblings.map((_, index) => index));
        },
      ),
      { numRuns: 8 },
    );
  });
});
