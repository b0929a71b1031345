import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aCmsSubgraph,
  aContentType,
  anItem,
  articles,
  ask,
  aSlug,
  aUser,
  changing,
  doing,
} from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

const admin = aUser();
let type: string;
beforeAll(async () => {
  type = await aContentType(subgraph, admin);
});

describe('a change', () => {
  const revisions = (id: string): Promise<unknown> =>
    ask(
      subgraph,
      admin,
      `{ contentItem(id: "${id}") { revisions { totalCount edges { node { version title slug data seoData status } } } } }`,
    ).then((item) => (item as { revisions: unknown }).revisions);

  test('makes a new version, and keeps the former one as a revision', async () => {
    const slug = aSlug();
    const id = await anItem(subgraph, admin, type, { slug });
    await ask(subgraph, admin, changing(id, 'title: "Two"'));
    await ask(subgraph, admin, doing(id, 'publishContentItem'));
    expect(await ask(subgraph, admin, changing(id, 'data: { title: "Three" }, expectedVersion: 2'))).toEqual({
      ...{ version: 3, title: 'Two', slug, data: { title: 'Three' }, status: 'PUBLISHED' },
    });
    const former = { slug, data: { title: 'Hello' }, seoData: {} };
    expect(await revisions(id)).toEqual({
      totalCount: 2,
      edges: [
        { node: { ...former, version: 2, title: 'Two', status: 'PUBLISHED' } },
        { node: { ...former, version: 1, title: 'Hello', status: 'DRAFT' } },
      ],
    });
  });

  test('has revisions with their moments, in pages', async () => {
    const id = await anItem(subgraph, admin, type);
    for (const title of ['B', 'C', 'D']) await ask(subgraph, admin, changing(id, `title: "${title}"`));
    const page = `{ contentItem(id: "${id}") { createdAt revisions(first: 2) { pageInfo { hasNextPage }
      edges { node { title updatedAt replacedAt publishedAt } } } } }`;
    const item = (await ask(subgraph, admin, page)) as {
      createdAt: string;
      revisions: {
        pageInfo: object;
        edges: { node: { title: string; updatedAt: string; replacedAt: string; publishedAt: null } }[];
      };
    };
    expect(item.revisions.pageInfo).toEqual({ hasNextPage: true });
    expect(item.revisions.edges.map(({ node }) => node.title)).toEqual(['C', 'B']);
    for (const { node } of item.revisions.edges) {
      expect(node.updatedAt >= item.createdAt && node.replacedAt >= node.updatedAt).toBe(true);
      expect(node.publishedAt).toBeNull();
    }
  });

  test('of a version that is no longer there is refused', async () => {
    const id = await anItem(subgraph, admin, type);
    await ask(subgraph, admin, changing(id, 'title: "Two", expectedVersion: 1'));
    expect(codes(await run(subgraph, admin, changing(id, 'title: "Three", expectedVersion: 1')))).toEqual([
      'CONFLICT',
    ]);
    const publish = await run(subgraph, admin, doing(id, 'publishContentItem', ', expectedVersion: 1'));
    expect(codes(publish)).toEqual(['CONFLICT']);
    const restore = `mutation { restoreContentItem(id: "${id}", version: 1, expectedVersion: 1) { id } }`;
    expect(codes(await run(subgraph, admin, restore))).toEqual(['CONFLICT']);
  });

  test('is made by one of two who change the same version', async () => {
    const id = await anItem(subgraph, admin, type);
    const results = await Promise.all(
      ['One', 'Two'].map((title) =>
        run(subgraph, admin, changing(id, `title: "${title}", expectedVersion: 1`)),
      ),
    );
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect(await ask(subgraph, admin, `{ contentItem(id: "${id}") { version } }`)).toEqual({ version: 2 });
  });

  test('is taken back by restoring, which is a version too', async () => {
    const [one, two] = [aSlug(), aSlug()];
    const id = await anItem(subgraph, admin, type, { slug: one, seoData: { a: 1 } });
    await ask(
      subgraph,
      admin,
      changing(id, `title: "Two", slug: "${two}", data: { title: "Two" }, seoData: { a: 2 }`),
    );
    const restore = `mutation { restoreContentItem(id: "${id}", version: 1) { version title slug data seoData } }`;
    expect(await ask(subgraph, admin, restore)).toEqual({
      ...{ version: 3, title: 'Hello', slug: one, data: { title: 'Hello' }, seoData: { a: 1 } },
    });
    expect(await revisions(id)).toMatchObject({ totalCount: 2, edges: [{ node: { slug: two } }, {}] });
    const missing = await run(subgraph, admin, restore.replace('version: 1', 'version: 9'));
    expect(missing.errors?.[0]?.message).toBe(`There is no ContentRevision ${id} at version 9`);
  });

  test('is not restored to what no longer fits', async () => {
    const own = await aContentType(subgraph, admin, { schema: { type: 'object' } });
    const id = await anItem(subgraph, admin, own, { data: { old: 1 } });
    await ask(subgraph, admin, changing(id, 'data: { title: "New" }'));
    const source =
      'mutation ($id: ID!, $schema: JSON!) { updateContentType(id: $id, input: { schema: $schema }) { id } }';
    await ask(subgraph, admin, source, { id: own, schema: articles });
    const restored = await run(
      subgraph,
      admin,
      `mutation { restoreContentItem(id: "${id}", version: 1) { id } }`,
    );
    expect(restored.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.data.title',
    });
  });
});
