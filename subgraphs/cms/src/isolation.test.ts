import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { codes, mutationsOfCallers, run } from '@cdx/kit/testing';
import { anUpload, png, send } from './media/testing.ts';
import { aCmsSubgraph, aContentType, anItem, aPage, articles, ask, aSlug, aUser } from './testing.ts';

/** Who has everything, and somebody of another tenant who is an admin there and has the same. */
const owner = aUser();
const stranger = aUser();

type Ids = Readonly<Record<'type' | 'item' | 'file' | 'upload' | 'page' | 'child', string>>;
let subgraph: Subgraph;
let ids: Ids;
let own: Ids;

/** An upload whose file has come. */
async function aSentUpload(who: Identity): Promise<string> {
  const upload = await anUpload(subgraph, who);
  expect((await send(upload, png)).status).toBe(201);
  return upload.id;
}

async function everythingOf(who: Identity): Promise<Ids> {
  const type = await aContentType(subgraph, who, { name: 'secret' });
  const item = await anItem(subgraph, who, type, { title: 'secret' });
  await ask(
    subgraph,
    who,
    `mutation { updateContentItem(id: "${item}", input: { title: "secret two" }) { id } }`,
  );
  const file = await aSentUpload(who);
  await ask(
    subgraph,
    who,
    `mutation { registerMediaFile(uploadId: "${file}", input: { altText: "secret" }) { id } }`,
  );
  const page = await aPage(subgraph, who, { title: 'secret' });
  const child = await aPage(subgraph, who, { title: 'secret', parentId: page });
  for (const source of [`publishContentItem(id: "${item}") { id }`, `publishPage(id: "${page}") { id }`])
    await ask(subgraph, who, `mutation { ${source} }`);
  return { type, item, file, upload: await aSentUpload(who), page, child };
}

beforeAll(async () => {
  subgraph = await aCmsSubgraph({ CMS_MEDIA_PORT: '0' });
  ids = await everythingOf(owner);
  own = await everythingOf(stranger);
});
afterAll(() => subgraph.close());

/** Every read of one thing. */
const reads: [string, (given: Ids) => string][] = [
  ['contentType', ({ type }) => `contentType(id: "${type}") { id }`],
  ['contentItem', ({ item }) => `contentItem(id: "${item}") { id }`],
  ['mediaFile', ({ file }) => `mediaFile(id: "${file}") { id }`],
  ['page', ({ page }) => `page(id: "${page}") { id }`],
];

/** Every list of the whole graph, asked for the owner's rows. */
const lists: [string, (given: Ids) => string][] = [
  ['contentTypes', ({ type }) => `contentTypes(filter: { id: { eq: "${type}" } })`],
  ['contentTypes', () => `contentTypes(filter: { not: { tenantId: { eq: "${stranger.tenantId}" } } })`],
  ['contentItems', ({ item }) => `contentItems(filter: { id: { eq: "${item}" } })`],
  ['contentItems', ({ type }) => `contentItems(filter: { contentTypeId: { eq: "${type}" } })`],
  ['contentItems', () => `contentItems(filter: { tenantId: { eq: "${owner.tenantId}" } })`],
  ['contentItems', () => `contentItems(filter: { or: [{ authorId: { eq: "${owner.userId}" } }] })`],
  ['mediaFiles', ({ file }) => `mediaFiles(filter: { id: { eq: "${file}" } })`],
  ['mediaFiles', () => `mediaFiles(filter: { uploadedBy: { eq: "${owner.userId}" } })`],
  ['pages', ({ page }) => `pages(filter: { parentId: { eq: "${page}" } })`],
  ['pages', () => `pages(filter: { tenantId: { eq: "${owner.tenantId}" } })`],
];

/** Every write of what there is. */
const writes: [string, (given: Ids) => string][] = [
  [
    'updateContentType',
    ({ type }) => `updateContentType(id: "${type}", input: { name: "x", force: true }) { id }`,
  ],
  ['deleteContentType', ({ type }) => `deleteContentType(id: "${type}")`],
  [
    'createContentItem',
    ({ type }) =>
      `createContentItem(input: { contentTypeId: "${type}", title: "x", slug: "x", data: { title: "x" } }) { id }`,
  ],
  ['updateContentItem', ({ item }) => `updateContentItem(id: "${item}", input: { title: "x" }) { id }`],
  ['restoreContentItem', ({ item }) => `restoreContentItem(id: "${item}", version: 1) { id }`],
  ['publishContentItem', ({ item }) => `publishContentItem(id: "${item}") { id }`],
  ['unpublishContentItem', ({ item }) => `unpublishContentItem(id: "${item}") { id }`],
  ['archiveContentItem', ({ item }) => `archiveContentItem(id: "${item}") { id }`],
  ['deleteContentItem', ({ item }) => `deleteContentItem(id: "${item}")`],
  ['registerMediaFile', ({ upload }) => `registerMediaFile(uploadId: "${upload}") { id }`],
  ['updateMediaFile', ({ file }) => `updateMediaFile(id: "${file}", input: { altText: "x" }) { id }`],
  ['deleteMediaFile', ({ file }) => `deleteMediaFile(id: "${file}", force: true)`],
  ['createPage', ({ page }) => `createPage(input: { title: "x", slug: "x", parentId: "${page}" }) { id }`],
  ['updatePage', ({ page }) => `updatePage(id: "${page}", input: { title: "x" }) { id }`],
  ['movePage', ({ child }) => `movePage(id: "${child}") { id }`],
  ['publishPage', ({ child }) => `publishPage(id: "${child}") { id }`],
  ['unpublishPage', ({ page }) => `unpublishPage(id: "${page}") { id }`],
  ['deletePage', ({ page }) => `deletePage(id: "${page}", children: REPARENT)`],
];

/** All that the owner has, as the owner sees it. */
async function everything(): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    owner,
    `{ contentTypes { edges { node { id name schema items { edges { node { id title status version updatedAt
        revisions { totalCount } } } } } } } mediaFiles { edges { node { id altText } } }
      pageTree { entries { id page { title status parent { id } updatedAt } } } }`,
  );
  expect(errors).toBeUndefined();
  return data;
}

describe('another tenant', () => {
  test.each(reads)('does not see the owner’s %s by its id, which the owner does', async (field, query) => {
    expect((await run(subgraph, stranger, `{ ${query(ids)} }`)).data).toEqual({ [field]: null });
    expect((await run(subgraph, owner, `{ ${query(ids)} }`)).data).toEqual({
      [field]: { id: expect.any(String) },
    });
  });

  test.each(lists)('finds none of the owner’s in %s, which the owner does', async (field, list) => {
    const query = `{ ${list(ids)} { totalCount edges { node { id } } } }`;
    expect((await run(subgraph, stranger, query)).data).toEqual({ [field]: { totalCount: 0, edges: [] } });
    expect((await run(subgraph, owner, query)).data).not.toEqual({ [field]: { totalCount: 0, edges: [] } });
  });

  test('finds none of the owner’s by the names and slugs of the own', async () => {
    const slug = aSlug();
    await ask(
      subgraph,
      owner,
      `mutation { updateContentType(id: "${ids.type}", input: { slug: "${slug}" }) { id } }`,
    );
    await ask(
      subgraph,
      stranger,
      `mutation { updateContentType(id: "${own.type}", input: { slug: "${slug}" }) { id } }`,
    );
    const { slug: name } = (await ask(subgraph, owner, `{ contentItem(id: "${ids.item}") { slug } }`)) as {
      slug: string;
    };
    const query = `{ contentItemBySlug(type: "${slug}", slug: "${name}", tenantId: "${owner.tenantId}") { id } }`;
    expect(await ask(subgraph, stranger, query)).toBeNull();
    expect(await ask(subgraph, owner, query)).toEqual({ id: ids.item });
  });

  test.each(['contentTypes', 'contentItems', 'mediaFiles', 'pages'])(
    'gains nothing by a cursor of the owner’s %s',
    async (field) => {
      const { edges } = (await ask(subgraph, owner, `{ ${field} { edges { cursor } } }`)) as {
        edges: { cursor: string }[];
      };
      for (const page of ['after', 'before']) {
        const seen = await ask(
          subgraph,
          stranger,
          `{ ${field}(${page}: "${edges[0]?.cursor ?? ''}") { edges { node { tenantId } } } }`,
        );
        expect(JSON.stringify(seen)).not.toContain(owner.tenantId);
      }
    },
  );

  test('gets no entity of the owner’s, nor what refers to one', async () => {
    const owned = [
      ['ContentType', ids.type],
      ['ContentItem', ids.item],
      ['MediaFile', ids.file],
      ['Page', ids.page],
      ['Tenant', owner.tenantId],
    ].map(([name, id]) => ({ __typename: name, id }));
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }`;
    expect(await ask(subgraph, stranger, source, { all: owned })).toEqual(owned.map(() => null));
    const authored = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { authoredContent { totalCount } } } }`;
    const all = [{ __typename: 'User', id: owner.userId }];
    expect(await ask(subgraph, stranger, authored, { all })).toEqual([
      { authoredContent: { totalCount: 0 } },
    ]);
    expect(await ask(subgraph, owner, authored, { all })).toEqual([{ authoredContent: { totalCount: 1 } }]);
  });

  test.each(writes)('writes nothing of the owner’s by %s', async (_, write) => {
    const before = await everything();
    expect(codes(await run(subgraph, stranger, `mutation { ${write(ids)} }`))).toEqual(['NOT_FOUND']);
    expect(await everything()).toEqual(before);
  });

  test('brings nothing of the own under what is the owner’s', async () => {
    const before = await everything();
    const move = `mutation { movePage(id: "${own.page}", parentId: "${ids.page}") { id } }`;
    expect(codes(await run(subgraph, stranger, move))).toEqual(['NOT_FOUND']);
    for (const input of [
      { title: 'x', slug: aSlug(), tenantId: owner.tenantId },
      { title: 'x', slug: aSlug(), tenantId: owner.tenantId, parentId: own.page },
    ]) {
      const source = 'mutation ($input: CreatePageInput!) { createPage(input: $input) { id } }';
      expect(codes(await run(subgraph, stranger, source, { input }))).toEqual(['FORBIDDEN']);
    }
    const input = { name: 'x', slug: aSlug(), schema: articles, tenantId: owner.tenantId };
    const source = 'mutation ($input: CreateContentTypeInput!) { createContentType(input: $input) { id } }';
    expect(codes(await run(subgraph, stranger, source, { input }))).toEqual(['FORBIDDEN']);
    expect(await everything()).toEqual(before);
  });

  test('makes nothing of the owner’s by the owner’s idempotency key', async () => {
    const source = `mutation ($input: CreatePageInput!) { createPage(idempotencyKey: "same", input: $input) { id } }`;
    const made = await Promise.all(
      [owner, stranger].map((who) => ask(subgraph, who, source, { input: { title: 'K', slug: 'k' } })),
    );
    expect(made[0]).not.toEqual(made[1]);
  });

  test('sees nothing of the owner’s in the audit log', async () => {
    const log = await ask(
      subgraph,
      stranger,
      '{ cmsAuditLog(first: 200) { edges { node { tenantId resourceId after } } } }',
    );
    for (const text of [owner.tenantId, ...Object.values(ids)])
      expect(JSON.stringify(log)).not.toContain(text);
  });

  test('has been tried with every mutation that there is', () => {
    const makers = ['createContentType', 'createMediaUpload'];
    const mutations = mutationsOfCallers(subgraph);
    expect([...writes.map(([name]) => name), ...makers].toSorted()).toEqual(mutations.toSorted());
  });
});

describe('nobody', () => {
  test('reads or writes anything without having logged in', async () => {
    const anonymous: Identity = {
      ...owner,
      userId: null,
      tenantId: owner.tenantId,
      role: 'anonymous',
      scopes: [],
    };
    const queries = [
      ...reads,
      ...lists.map(([name, list]) => [name, (given: Ids) => `${list(given)} { totalCount }`] as const),
    ];
    for (const [, query] of queries)
      expect(codes(await run(subgraph, anonymous, `{ ${query(ids)} }`))).toEqual(['UNAUTHENTICATED']);
    for (const [, write] of writes)
      expect(codes(await run(subgraph, anonymous, `mutation { ${write(ids)} }`))).toEqual([
        'UNAUTHENTICATED',
      ]);
  });
});
