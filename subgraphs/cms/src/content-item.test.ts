import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aCmsSubgraph,
  aContentType,
  aContributor,
  anItem,
  articles,
  ask,
  aSlug,
  aUser,
  superadmin,
} from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

const admin = aUser();
let type: string;
beforeAll(async () => {
  type = await aContentType(subgraph, admin, { slug: 'article' });
});

const make = 'mutation ($input: CreateContentItemInput!) { createContentItem(input: $input) { id } }';
const change = (id: string, input: string): string =>
  `mutation { updateContentItem(id: "${id}", input: { ${input} }) { version title slug data status } }`;
const doTo = (id: string, name: string, args = ''): string =>
  `mutation { ${name}(id: "${id}"${args}) { status } }`;

describe('an item', () => {
  test('has what it was made with', async () => {
    const slug = aSlug();
    const id = await anItem(subgraph, admin, type, { slug, seoData: { description: 'D' } });
    const query = `{ contentItem(id: "${id}") { tenantId tenant { id } contentType { id slug } title slug data seoData
      status publishedAt author { id } version problem revisions { totalCount } } }`;
    expect(await ask(subgraph, admin, query)).toEqual({
      ...{ tenantId: admin.tenantId, tenant: { id: admin.tenantId } },
      ...{ contentType: { id: type, slug: 'article' }, title: 'Hello', slug, data: { title: 'Hello' } },
      ...{ seoData: { description: 'D' }, status: 'DRAFT', publishedAt: null, author: { id: admin.userId } },
      ...{ version: 1, problem: null, revisions: { totalCount: 0 } },
    });
  });

  test('is made once by a repeated request with the same idempotency key', async () => {
    const source = `mutation ($input: CreateContentItemInput!) {
      createContentItem(idempotencyKey: "once", input: $input) { id } }`;
    const input = { contentTypeId: type, title: 'A', slug: aSlug(), data: { title: 'A' } };
    const first = await ask(subgraph, admin, source, { input });
    expect(await ask(subgraph, admin, source, { input })).toEqual(first);
  });

  test('is found by its slug and its type’s', async () => {
    const slug = aSlug();
    const id = await anItem(subgraph, admin, type, { slug });
    const find = (who: Identity, args = '') =>
      run(
        subgraph,
        who,
        `{ contentItemBySlug(type: "article", slug: "${slug}"${args}) { id contentType { slug } } }`,
      );
    const found = { contentItemBySlug: { id, contentType: { slug: 'article' } } };
    expect((await find(admin)).data).toEqual(found);
    expect((await find(superadmin, `, tenantId: "${admin.tenantId}"`)).data).toEqual(found);
    expect((await find(aUser())).data).toEqual({ contentItemBySlug: null });
    expect((await find(aUser(), `, tenantId: "${admin.tenantId}"`)).data).toEqual({
      contentItemBySlug: null,
    });
    expect(codes(await find(superadmin))).toEqual(['BAD_USER_INPUT']);
  });

  test('has a slug that is the only one of its type, also after a change', async () => {
    const [one, two] = [aSlug(), aSlug()];
    await anItem(subgraph, admin, type, { slug: one });
    await anItem(subgraph, admin, await aContentType(subgraph, admin), { slug: one });
    const other = await anItem(subgraph, admin, type, { slug: two });
    await expect(anItem(subgraph, admin, type, { slug: two })).rejects.toThrow('This slug is taken');
    const result = await run(subgraph, admin, change(other, `slug: "${one}"`));
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'input.slug' });
    // What an item was called before is free again.
    await ask(subgraph, admin, change(other, `slug: "${aSlug()}"`));
    await anItem(subgraph, admin, type, { slug: two });
  });

  test.each([
    ['input.data.title', { body: 'B' }, 'must be given'],
    ['input.data.title', { title: 1 }, 'must be string'],
    ['input.data.title', { title: 'x'.repeat(201) }, 'must NOT have more than 200 characters'],
    ['input.data.subtitle', { title: 'A', subtitle: 'B' }, 'must be left out: the type has no such field'],
  ])('is not written with a wrong %s', async (field, data, expected) => {
    const created = await run(subgraph, admin, make, {
      input: { contentTypeId: type, title: 'A', slug: aSlug(), data },
    });
    const refusal = { code: 'BAD_USER_INPUT', field, expected };
    expect(created.errors?.[0]?.extensions).toEqual(refusal);
    const id = await anItem(subgraph, admin, type);
    const source =
      'mutation ($id: ID!, $input: UpdateContentItemInput!) { updateContentItem(id: $id, input: $input) { id } }';
    const updated = await run(subgraph, admin, source, { id, input: { data } });
    expect(updated.errors?.[0]?.extensions).toEqual(refusal);
    expect(await ask(subgraph, admin, `{ contentItem(id: "${id}") { version } }`)).toEqual({ version: 1 });
  });

  test.each([
    ['a list', [], 'input.data: must be an object'],
    ['too much text', { title: 'A', body: 'x'.repeat(262_144) }, 'input.data: must be at most 256 KB'],
    ['too many values', { title: 'A', tags: Array(10_000).fill(1) }, 'at most 32 levels and 10,000 values'],
    [
      'too many levels',
      { title: 'A', tags: JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`) as unknown },
      'at most 32 levels',
    ],
    ['what no text has', { title: 'A\u0000' }, 'values that the rules of this type allow'],
  ])('is not made with %s for its data', async (_, data, message) => {
    const result = await run(subgraph, admin, make, {
      input: { contentTypeId: type, title: 'A', slug: aSlug(), data },
    });
    expect(result.errors?.[0]?.message).toContain(message);
    expect(codes(result)).not.toContain('INTERNAL');
  });

  test('has no type that there is not', async () => {
    const result = await run(subgraph, admin, make, {
      input: { contentTypeId: newId(), title: 'A', slug: aSlug(), data: {} },
    });
    expect(codes(result)).toEqual(['NOT_FOUND']);
  });
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
    await ask(subgraph, admin, change(id, 'title: "Two"'));
    await ask(subgraph, admin, doTo(id, 'publishContentItem'));
    expect(await ask(subgraph, admin, change(id, 'data: { title: "Three" }, expectedVersion: 2'))).toEqual({
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
    for (const title of ['B', 'C', 'D']) await ask(subgraph, admin, change(id, `title: "${title}"`));
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
    await ask(subgraph, admin, change(id, 'title: "Two", expectedVersion: 1'));
    expect(codes(await run(subgraph, admin, change(id, 'title: "Three", expectedVersion: 1')))).toEqual([
      'CONFLICT',
    ]);
    const publish = await run(subgraph, admin, doTo(id, 'publishContentItem', ', expectedVersion: 1'));
    expect(codes(publish)).toEqual(['CONFLICT']);
    const restore = `mutation { restoreContentItem(id: "${id}", version: 1, expectedVersion: 1) { id } }`;
    expect(codes(await run(subgraph, admin, restore))).toEqual(['CONFLICT']);
  });

  test('is made by one of two who change the same version', async () => {
    const id = await anItem(subgraph, admin, type);
    const results = await Promise.all(
      ['One', 'Two'].map((title) =>
        run(subgraph, admin, change(id, `title: "${title}", expectedVersion: 1`)),
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
      change(id, `title: "Two", slug: "${two}", data: { title: "Two" }, seoData: { a: 2 }`),
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
    await ask(subgraph, admin, change(id, 'data: { title: "New" }'));
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

describe('an item’s status', () => {
  const statusOf = async (id: string): Promise<unknown> =>
    ask(subgraph, admin, `{ contentItem(id: "${id}") { status version } }`);

  test('goes from draft to published to archived, and back to draft', async () => {
    const id = await anItem(subgraph, admin, type);
    const published = `mutation { publishContentItem(id: "${id}", expectedVersion: 1) { status publishedAt updatedAt } }`;
    const item = (await ask(subgraph, admin, published)) as Record<string, string>;
    expect(item.status).toBe('PUBLISHED');
    expect(item.publishedAt).toBe(item.updatedAt);
    expect(await ask(subgraph, admin, doTo(id, 'archiveContentItem'))).toEqual({ status: 'ARCHIVED' });
    expect(await ask(subgraph, admin, doTo(id, 'unpublishContentItem'))).toEqual({ status: 'DRAFT' });
    expect(await statusOf(id)).toEqual({ status: 'DRAFT', version: 1 });
  });

  test.each([
    ['publishContentItem', ['publishContentItem', 'archiveContentItem']],
    ['unpublishContentItem', ['draft']],
    ['archiveContentItem', ['archiveContentItem']],
    ['deleteContentItem', ['publishContentItem']],
    ['updateContentItem', ['archiveContentItem']],
  ])('refuses %s where it leads nowhere', async (name, ways) => {
    for (const way of ways) {
      const id = await anItem(subgraph, admin, type);
      if (way !== 'draft') await ask(subgraph, admin, doTo(id, way));
      const source =
        name === 'deleteContentItem'
          ? `mutation { deleteContentItem(id: "${id}") }`
          : doTo(id, name, name === 'updateContentItem' ? ', input: { title: "B" }' : '');
      const before = await statusOf(id);
      expect(codes(await run(subgraph, admin, source))).toEqual(['CONFLICT']);
      expect(await statusOf(id)).toEqual(before);
    }
  });

  test('lets drafts and what is archived be deleted, with all revisions', async () => {
    for (const ways of [[], ['publishContentItem', 'archiveContentItem']]) {
      const id = await anItem(subgraph, admin, type);
      await ask(subgraph, admin, change(id, 'title: "Two"'));
      for (const way of ways) await ask(subgraph, admin, doTo(id, way));
      expect(await ask(subgraph, admin, `mutation { deleteContentItem(id: "${id}") }`)).toBe(id);
      expect(await ask(subgraph, admin, `{ contentItem(id: "${id}") { id } }`)).toBeNull();
    }
  });
});

describe('who only reads', () => {
  const reader = aUser({ role: 'user', tenantId: admin.tenantId });
  const contributor = aContributor(admin.tenantId);
  const sees = async (who: Identity, id: string): Promise<boolean> =>
    (await ask(subgraph, who, `{ contentItem(id: "${id}") { id } }`)) !== null;

  test('sees what is published, and none of its revisions', async () => {
    const id = await anItem(subgraph, admin, type);
    await ask(subgraph, admin, change(id, 'title: "Two"'));
    expect(await sees(reader, id)).toBe(false);
    await ask(subgraph, admin, doTo(id, 'publishContentItem'));
    const query = `{ contentItem(id: "${id}") { title revisions { totalCount } } }`;
    expect(await ask(subgraph, reader, query)).toEqual({ title: 'Two', revisions: { totalCount: 0 } });
    await ask(subgraph, admin, doTo(id, 'archiveContentItem'));
    expect(await sees(reader, id)).toBe(false);
  });

  test('writes own drafts with the scope for it, and publishes nothing', async () => {
    const id = await anItem(subgraph, contributor, type);
    expect([await sees(contributor, id), await sees(reader, id), await sees(admin, id)]).toEqual([
      true,
      false,
      true,
    ]);
    await ask(subgraph, contributor, change(id, 'title: "Two"'));
    const query = `{ contentItem(id: "${id}") { revisions { totalCount } } }`;
    expect(await ask(subgraph, contributor, query)).toEqual({ revisions: { totalCount: 1 } });
    expect(codes(await run(subgraph, contributor, doTo(id, 'publishContentItem')))).toEqual(['FORBIDDEN']);
    await ask(subgraph, admin, doTo(id, 'publishContentItem'));
    for (const source of [change(id, 'title: "Three"'), doTo(id, 'archiveContentItem')])
      expect(codes(await run(subgraph, contributor, source))).toEqual(['FORBIDDEN']);
  });

  test('writes nothing of others', async () => {
    const id = await anItem(subgraph, admin, type);
    await ask(subgraph, admin, doTo(id, 'publishContentItem'));
    expect(codes(await run(subgraph, contributor, change(id, 'title: "Mine"')))).toEqual(['FORBIDDEN']);
    const remove = `mutation { deleteContentItem(id: "${id}") }`;
    expect(codes(await run(subgraph, contributor, remove))).toEqual(['FORBIDDEN']);
    expect(codes(await run(subgraph, reader, change(id, 'title: "Mine"')))).toEqual(['FORBIDDEN']);
  });

  test('is shown as the author of what is for others to see', async () => {
    const author = aContributor(admin.tenantId);
    const ids = [await anItem(subgraph, author, type), await anItem(subgraph, author, type)];
    await ask(subgraph, admin, doTo(ids[0] ?? '', 'publishContentItem'));
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { authoredContent { totalCount } } } }`;
    const all = [{ __typename: 'User', id: author.userId }];
    const count = async (who: Identity): Promise<unknown> => ask(subgraph, who, source, { all });
    expect(await count(author)).toEqual([{ authoredContent: { totalCount: 2 } }]);
    expect(await count(reader)).toEqual([{ authoredContent: { totalCount: 1 } }]);
    expect(await count(aUser())).toEqual([{ authoredContent: { totalCount: 0 } }]);
  });
});

test('items are filtered by what is in their data, their type and their status', async () => {
  const own = aUser();
  const kind = await aContentType(subgraph, own);
  await anItem(subgraph, own, kind, { title: 'One', data: { title: 'One', tags: ['a', 'b'] } });
  const two = await anItem(subgraph, own, kind, { title: 'Two', data: { title: 'Two', tags: ['b'] } });
  await anItem(subgraph, own, await aContentType(subgraph, own), { title: 'Three' });
  await ask(subgraph, own, doTo(two, 'publishContentItem'));
  const titles = async (filter: string): Promise<unknown> => {
    const source = `{ contentItems(filter: { ${filter} }, orderBy: { field: TITLE }) { edges { node { title } } } }`;
    const { edges } = (await ask(subgraph, own, source)) as { edges: { node: { title: string } }[] };
    return edges.map(({ node }) => node.title);
  };
  expect(await titles('data: { contains: { tags: ["a"] } }')).toEqual(['One']);
  expect(await titles(`contentTypeId: { eq: "${kind}" }`)).toEqual(['One', 'Two']);
  expect(await titles('status: { in: [PUBLISHED, ARCHIVED] }')).toEqual(['Two']);
  expect(await titles('not: { data: { contains: { tags: ["b"] } } }')).toEqual(['Three']);
});
