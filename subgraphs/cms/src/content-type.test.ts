import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aConnection,
  aContributor,
  aCmsSubgraph,
  aContentType,
  anItem,
  articles,
  ask,
  aSlug,
  aUser,
  superadmin,
} from './testing.ts';

let subgraph: Subgraph;
const database = aConnection();
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
  await database.connect();
});
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const update =
  'mutation ($id: ID!, $input: UpdateContentTypeInput!) { updateContentType(id: $id, input: $input) { name schema } }';

describe('a content type', () => {
  test('has what it was made with, and its tenant’s id', async () => {
    const admin = aUser();
    const slug = aSlug();
    const id = await aContentType(subgraph, admin, { slug, settings: { icon: 'pen' } });
    const query = `{ contentType(id: "${id}") { tenantId tenant { id } name slug schema settings items { totalCount } } }`;
    expect(await ask(subgraph, admin, query)).toEqual({
      ...{ tenantId: admin.tenantId, tenant: { id: admin.tenantId }, name: 'Article', slug },
      ...{ schema: articles, settings: { icon: 'pen' }, items: { totalCount: 0 } },
    });
  });

  test('is made once by a repeated request with the same idempotency key', async () => {
    const admin = aUser();
    const source = `mutation ($input: CreateContentTypeInput!) {
      createContentType(idempotencyKey: "once", input: $input) { id } }`;
    const input = { name: 'Article', slug: aSlug(), schema: articles };
    const first = await ask(subgraph, admin, source, { input });
    expect(await ask(subgraph, admin, source, { input })).toEqual(first);
  });

  test('has a slug that is the tenant’s only one', async () => {
    const admin = aUser();
    const slug = aSlug();
    await aContentType(subgraph, admin, { slug });
    await aContentType(subgraph, aUser(), { slug });
    const other = await aContentType(subgraph, admin);
    const result = await run(subgraph, admin, update, { id: other, input: { slug } });
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'input.slug' });
  });

  test.each([
    ['slug', { slug: 'Not a slug' }, 'input.slug: must be small letters and digits'],
    ['slug', { slug: 'a--b' }, 'input.slug: must be small letters and digits'],
    ['name', { name: ' ' }, 'input.name: must not be empty'],
    ['schema', { schema: ['object'] }, 'input.schema: must be an object'],
    ['schema', { schema: { type: 'string' } }, 'input.schema.type must be "object"'],
    [
      'schema',
      { schema: { type: 'object', title: 'x'.repeat(65_536) } },
      'input.schema: must be at most 64 KB',
    ],
    ['settings', { settings: { a: 'x'.repeat(16_384) } }, 'input.settings: must be at most 16 KB'],
  ])('is not made with a wrong %s', async (_, parts, message) => {
    const result = await run(
      subgraph,
      aUser(),
      'mutation ($input: CreateContentTypeInput!) { createContentType(input: $input) { id } }',
      { input: { name: 'Article', slug: aSlug(), schema: articles, ...parts } },
    );
    expect(result.errors?.[0]?.message).toContain(message);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });

  test('is made by a superadmin for the tenant that is named', async () => {
    const tenantId = aUser().tenantId;
    const id = await aContentType(subgraph, superadmin, { tenantId });
    expect(await ask(subgraph, aUser({ tenantId }), `{ contentType(id: "${id}") { id } }`)).toEqual({ id });
    await expect(aContentType(subgraph, superadmin)).rejects.toThrow('input.tenantId must be given');
    await expect(aContentType(subgraph, aUser(), { tenantId })).rejects.toThrow('Only a superadmin');
  });

  test('is not written by who only reads, whatever the scopes', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    const contributor = aContributor(admin.tenantId);
    await expect(aContentType(subgraph, contributor)).rejects.toThrow('This is for the tenant’s editors');
    for (const source of [
      `updateContentType(id: "${id}", input: {}) { id }`,
      `deleteContentType(id: "${id}")`,
    ])
      expect(codes(await run(subgraph, contributor, `mutation { ${source} }`))).toEqual(['FORBIDDEN']);
  });

  test('is deleted when it has no items, and not before', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    const item = await anItem(subgraph, admin, id);
    const remove = `mutation { deleteContentType(id: "${id}") }`;
    const refused = await run(subgraph, admin, remove);
    expect(refused.errors?.[0]?.message).toBe('The type has 1 items; delete them first');
    await ask(subgraph, admin, `mutation { deleteContentItem(id: "${item}") }`);
    expect(await ask(subgraph, admin, remove)).toBe(id);
    expect(await ask(subgraph, admin, `{ contentType(id: "${id}") { id } }`)).toBeNull();
  });
});

describe('another schema', () => {
  const stricter = { ...articles, required: ['title', 'body'] };

  test('is taken when all items fit it', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    await anItem(subgraph, admin, id, { data: { title: 'A', body: 'B' } });
    expect(await ask(subgraph, admin, update, { id, input: { schema: stricter } })).toEqual({
      name: 'Article',
      schema: stricter,
    });
  });

  test('is refused when items do not fit it, with their number and the first of them', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    const unfit: string[] = [];
    for (let index = 0; index < 7; index += 1) unfit.push(await anItem(subgraph, admin, id));
    await anItem(subgraph, admin, id, { data: { title: 'A', body: 'B' } });
    const result = await run(subgraph, admin, update, { id, input: { name: 'New', schema: stricter } });
    const { message = '' } = result.errors?.[0] ?? {};
    expect(message).toContain('7 of 8 items do not fit this schema: “Hello” (');
    expect(message).toContain('data.body must be given; …. Change them first, or use force');
    expect(unfit.map((item) => message.includes(item))).toEqual([1, 1, 1, 1, 1, 0, 0].map(Boolean));
    expect(codes(result)).toEqual(['CONFLICT']);
    const query = `{ contentType(id: "${id}") { name schema } }`;
    expect(await ask(subgraph, admin, query)).toEqual({ name: 'Article', schema: articles });
  });

  test('looks at more items than are read at once, and at no revision', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    await database.query('begin');
    await database.query("select set_config('app.role', 'system', true)");
    await database.query(
      `insert into cms.content_items (id, tenant_id, content_type_id, title, slug, data, author_id)
        select gen_random_uuid(), $1, $2, 'T', 'i-' || n, '{"title": "T", "body": "B"}', $3 from generate_series(1, 201) n`,
      [admin.tenantId, id, admin.userId],
    );
    await database.query('commit');
    const last = await anItem(subgraph, admin, id);
    const refused = await run(subgraph, admin, update, { id, input: { schema: stricter } });
    expect(refused.errors?.[0]?.message).toContain('1 of 202 items');
    await ask(
      subgraph,
      admin,
      `mutation { updateContentItem(id: "${last}", input: { data: { title: "A", body: "B" } }) { id } }`,
    );
    await ask(subgraph, admin, update, { id, input: { schema: stricter } });
  });

  test('by force leaves items that say what is wrong, and are written again when they fit', async () => {
    const admin = aUser();
    const id = await aContentType(subgraph, admin);
    const item = await anItem(subgraph, admin, id);
    const query = `{ contentItem(id: "${item}") { problem } }`;
    expect(await ask(subgraph, admin, query)).toEqual({ problem: null });
    await ask(subgraph, admin, update, { id, input: { schema: stricter, force: true } });
    expect(await ask(subgraph, admin, query)).toEqual({ problem: 'data.body must be given' });
    const publish = await run(subgraph, admin, `mutation { publishContentItem(id: "${item}") { id } }`);
    expect(publish.errors?.[0]?.message).toBe('data.body must be given');
    const rename = await run(
      subgraph,
      admin,
      `mutation { updateContentItem(id: "${item}", input: { title: "B" }) { id } }`,
    );
    expect(rename.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.data.body',
    });
  });

  test('and an item that is written at the same time never miss each other', async () => {
    const admin = aUser();
    for (let round = 0; round < 5; round += 1) {
      const id = await aContentType(subgraph, admin);
      const results = await Promise.allSettled([
        ask(subgraph, admin, update, { id, input: { schema: stricter } }),
        anItem(subgraph, admin, id),
      ]);
      // Whichever comes second is refused by what the first has done.
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

test('types are listed, filtered and sorted', async () => {
  const admin = aUser();
  for (const name of ['Beta', 'Alpha', 'Gamma']) await aContentType(subgraph, admin, { name });
  const names = async (args: string) =>
    (
      (await ask(subgraph, admin, `{ contentTypes${args} { edges { node { name } } } }`)) as {
        edges: { node: { name: string } }[];
      }
    ).edges.map(({ node }) => node.name);
  expect(await names('')).toEqual(['Alpha', 'Beta', 'Gamma']);
  expect(await names('(orderBy: { field: CREATED_AT, direction: DESC }, first: 2)')).toEqual([
    'Gamma',
    'Alpha',
  ]);
  expect(await names('(filter: { name: { contains: "A", in: ["Beta", "Nothing"] } })')).toEqual(['Beta']);
  expect(await ask(subgraph, admin, `{ contentType(id: "${newId()}") { id } }`)).toBeNull();
});
