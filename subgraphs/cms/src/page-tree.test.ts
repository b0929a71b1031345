import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aSite, pathsOf, treeOf } from './page-testing.ts';
import { aCmsSubgraph, ask, aPage, aUser, superadmin } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

describe('the tree of a tenant', () => {
  test('is read in the order of reading by one statement', async () => {
    const { admin, b } = await aSite(subgraph);
    await aPage(subgraph, admin, { slug: 'e', parentId: b, position: 0 });
    const statements = await statementsOf(async () => {
      const entries = await treeOf(subgraph, admin);
      expect(entries.map(({ path }) => path)).toEqual(['/a', '/a/b', '/a/b/e', '/a/b/c', '/d']);
      expect(entries.map(({ depth }) => depth)).toEqual([1, 2, 3, 3, 1]);
    });
    expect(statements).toHaveLength(1);
  });

  test('can be read in part, and to a depth', async () => {
    const { admin, b } = await aSite(subgraph);
    expect(await pathsOf(subgraph, admin, `(rootId: "${b}")`)).toEqual(['/b', '/b/c']);
    expect(await pathsOf(subgraph, admin, '(maxDepth: 2)')).toEqual(['/a', '/a/b', '/d']);
    for (const depth of [0, 17])
      expect(codes(await run(subgraph, admin, `{ pageTree(maxDepth: ${depth}) { truncated } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
  });

  test('says where it was cut', async () => {
    const { admin } = await aSite(subgraph);
    const cut = (first: number) =>
      run(subgraph, admin, `{ pageTree(first: ${first}) { truncated entries { path } } }`);
    expect((await cut(3)).data).toEqual({
      pageTree: { truncated: true, entries: [{ path: '/a' }, { path: '/a/b' }, { path: '/a/b/c' }] },
    });
    expect((await cut(4)).data).toMatchObject({ pageTree: { truncated: false } });
    for (const first of [0, 2_001]) expect(codes(await cut(first))).toEqual(['BAD_USER_INPUT']);
  });

  test('is nobody else’s', async () => {
    const { admin, a } = await aSite(subgraph);
    const stranger = aUser();
    const asked = `(tenantId: "${admin.tenantId ?? ''}")`;
    expect(await treeOf(subgraph, stranger, asked)).toEqual([]);
    expect(codes(await run(subgraph, stranger, `{ pageTree(rootId: "${a}") { truncated } }`))).toEqual([
      'NOT_FOUND',
    ]);
    expect(await pathsOf(subgraph, superadmin, asked)).toEqual(['/a', '/a/b', '/a/b/c', '/d']);
    expect(codes(await run(subgraph, superadmin, '{ pageTree { truncated } }'))).toEqual(['BAD_USER_INPUT']);
  });

  test('says of each page the way to it, for a whole list by one statement, and the pages on it by one more', async () => {
    const { admin } = await aSite(subgraph);
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
