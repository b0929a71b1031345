import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aCmsSubgraph,
  aContentType,
  anItem,
  ask,
  aSlug,
  aUser,
  changing,
  doing,
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
    const result = await run(subgraph, admin, changing(other, `slug: "${one}"`));
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'input.slug' });
    // What an item was called before is free again.
    await ask(subgraph, admin, changing(other, `slug: "${aSlug()}"`));
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

test('items are filtered by what is in their data, their type and their status', async () => {
  const own = aUser();
  const kind = await aContentType(subgraph, own);
  await anItem(subgraph, own, kind, { title: 'One', data: { title: 'One', tags: ['a', 'b'] } });
  const two = await anItem(subgraph, own, kind, { title: 'Two', data: { title: 'Two', tags: ['b'] } });
  await anItem(subgraph, own, await aContentType(subgraph, own), { title: 'Three' });
  await ask(subgraph, own, doing(two, 'publishContentItem'));
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
