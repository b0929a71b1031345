import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aCmsSubgraph, aContributor, ask, aPage, aSlug, aUser, superadmin } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

type Edges = { edges: { node: { slug: string } }[] };
const slugs = ({ edges }: Edges): string[] => edges.map(({ node }) => node.slug);

/** A page whose slug is its title, where each tenant has one of each. */
const named = (who: Identity, slug: string, parts: object = {}): Promise<string> =>
  aPage(subgraph, who, { title: slug, slug, ...parts });

describe('a page', () => {
  test('has what it was made with', async () => {
    const admin = aUser();
    const parts = {
      ...{ title: 'About', slug: 'about', template: 'wide', content: [{ kind: 'text', text: 'We' }] },
      ...{ seoTitle: 'About us', seoDescription: 'Who we are', seoKeywords: ['us', 'we'] },
    };
    const id = await aPage(subgraph, admin, parts);
    const query = `{ page(id: "${id}") { tenantId tenant { id } title slug path template content seoTitle seoDescription
      seoKeywords status publishedAt author { id } parent { id } sortOrder children { totalCount } } }`;
    expect(await ask(subgraph, admin, query)).toEqual({
      ...{ ...parts, tenantId: admin.tenantId, tenant: { id: admin.tenantId }, path: '/about' },
      ...{ status: 'DRAFT', publishedAt: null, author: { id: admin.userId }, parent: null, sortOrder: 0 },
      children: { totalCount: 0 },
    });
    expect(await ask(subgraph, admin, '{ pageBySlug(slug: "about") { id } }')).toEqual({ id });
    expect(await ask(subgraph, aUser(), '{ pageBySlug(slug: "about") { id } }')).toBeNull();
    const named = `{ pageBySlug(slug: "about", tenantId: "${admin.tenantId}") { id } }`;
    expect(await ask(subgraph, superadmin, named)).toEqual({ id });
  });

  test('is made once by a repeated request with the same idempotency key', async () => {
    const admin = aUser();
    const source =
      'mutation { createPage(idempotencyKey: "once", input: { title: "A", slug: "a" }) { id sortOrder } }';
    const first = await ask(subgraph, admin, source);
    await named(admin, 'b');
    expect(await ask(subgraph, admin, source)).toEqual(first);
    expect(await ask(subgraph, admin, '{ pages { totalCount } }')).toEqual({ totalCount: 2 });
  });

  test('is changed in what is given alone', async () => {
    const admin = aUser();
    const id = await aPage(subgraph, admin, { slug: 'a', seoTitle: 'S', seoKeywords: ['k'] });
    const source = `mutation { updatePage(id: "${id}", input: { title: "New", content: { a: 1 }, seoTitle: null }) {
      title slug content seoTitle seoKeywords } }`;
    expect(await ask(subgraph, admin, source)).toEqual({
      ...{ title: 'New', slug: 'a', content: { a: 1 }, seoTitle: null, seoKeywords: ['k'] },
    });
  });

  test('has a slug that is the tenant’s only one', async () => {
    const admin = aUser();
    await named(admin, 'a');
    await named(aUser(), 'a');
    const other = await named(admin, 'b');
    await expect(named(admin, 'a')).rejects.toThrow('This slug is taken');
    const result = await run(
      subgraph,
      admin,
      `mutation { updatePage(id: "${other}", input: { slug: "a" }) { id } }`,
    );
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'input.slug' });
  });

  test('is published and made a draft again, each from the other', async () => {
    const admin = aUser();
    const id = await aPage(subgraph, admin);
    const set = (name: string) =>
      run(subgraph, admin, `mutation { ${name}(id: "${id}") { status publishedAt updatedAt } }`);
    const { status, publishedAt, updatedAt } = (await set('publishPage')).data?.publishPage as Record<
      string,
      string
    >;
    expect([status, publishedAt]).toEqual(['PUBLISHED', updatedAt]);
    expect(codes(await set('publishPage'))).toEqual(['CONFLICT']);
    expect((await set('unpublishPage')).data).toMatchObject({
      unpublishPage: { status: 'DRAFT', publishedAt },
    });
    expect(codes(await set('unpublishPage'))).toEqual(['CONFLICT']);
  });

  test.each([
    ['title: "A", slug: "A"', 'input.slug: must be small letters and digits'],
    ['title: "", slug: "a"', 'input.title: must not be empty'],
    ['title: "A", slug: "a", position: -1', 'input.position: must not be negative'],
    ['title: "A", slug: "a", content: "text"', 'input.content: must be an object or a list'],
    ['title: "A", slug: "a", seoKeywords: [" "]', 'input.seoKeywords.0: must not be empty'],
    ['title: "A", slug: "a", parentId: "b"', 'input.parentId: must be a UUID'],
  ])('is not made with (%s)', async (input, message) => {
    const result = await run(subgraph, aUser(), `mutation { createPage(input: { ${input} }) { id } }`);
    expect(result.errors?.[0]?.message).toContain(message);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('who only reads', () => {
  test('sees the pages that are published, and a way to those that have one', async () => {
    const admin = aUser();
    const top = await named(admin, 'top');
    const middle = await named(admin, 'middle', { parentId: top });
    const leaf = await named(admin, 'leaf', { parentId: middle });
    for (const id of [top, leaf]) await ask(subgraph, admin, `mutation { publishPage(id: "${id}") { id } }`);
    const reader = aUser({ role: 'user', tenantId: admin.tenantId });
    const query = `{ page(id: "${leaf}") { slug path breadcrumbs { slug } parent { slug } } }`;
    expect(await ask(subgraph, reader, query)).toEqual({
      slug: 'leaf',
      path: null,
      breadcrumbs: null,
      parent: null,
    });
    expect(await ask(subgraph, reader, `{ page(id: "${middle}") { id } }`)).toBeNull();
    expect(await ask(subgraph, reader, '{ pageTree { entries { slug } } }')).toEqual({
      entries: [{ slug: 'top' }],
    });
    await ask(subgraph, admin, `mutation { publishPage(id: "${middle}") { id } }`);
    expect(await ask(subgraph, reader, query)).toEqual({
      ...{ slug: 'leaf', path: '/top/middle/leaf', parent: { slug: 'middle' } },
      breadcrumbs: [{ slug: 'top' }, { slug: 'middle' }, { slug: 'leaf' }],
    });
  });

  test('writes no page, whatever the scopes', async () => {
    const admin = aUser();
    const id = await aPage(subgraph, admin);
    const contributor = aContributor(admin.tenantId);
    for (const source of [
      'createPage(input: { title: "A", slug: "a" }) { id }',
      `updatePage(id: "${id}", input: { title: "Mine" }) { id }`,
      `movePage(id: "${id}") { id }`,
      `publishPage(id: "${id}") { id }`,
      `unpublishPage(id: "${id}") { id }`,
      `deletePage(id: "${id}")`,
    ])
      expect(codes(await run(subgraph, contributor, `mutation { ${source} }`))).toEqual(['FORBIDDEN']);
  });
});

describe('pages', () => {
  test('are deleted when nothing is under them, and close the gap', async () => {
    const admin = aUser();
    const [a, b] = [await named(admin, 'a'), await named(admin, 'b')];
    await named(admin, 'c');
    await named(admin, 'd', { parentId: b });
    const refused = await run(subgraph, admin, `mutation { deletePage(id: "${b}") }`);
    expect(refused.errors?.[0]?.message).toContain('There are 1 pages under this one');
    expect(codes(refused)).toEqual(['CONFLICT']);
    expect(await ask(subgraph, admin, `mutation { deletePage(id: "${a}") }`)).toBe(a);
    const tree = '{ pageTree { entries { path sortOrder } } }';
    expect(await ask(subgraph, admin, tree)).toEqual({
      entries: [
        { path: '/b', sortOrder: 0 },
        { path: '/b/d', sortOrder: 0 },
        { path: '/c', sortOrder: 1 },
      ],
    });
  });

  test('that are under a deleted one can take its place, in their order', async () => {
    const admin = aUser();
    await named(admin, 'a');
    const b = await named(admin, 'b');
    await named(admin, 'c');
    const d = await named(admin, 'd', { parentId: b });
    await named(admin, 'e', { parentId: b });
    await named(admin, 'f', { parentId: d });
    await ask(subgraph, admin, `mutation { deletePage(id: "${b}", children: REPARENT) }`);
    const { entries } = (await ask(subgraph, admin, '{ pageTree { entries { path sortOrder } } }')) as {
      entries: { path: string; sortOrder: number }[];
    };
    expect(entries.map(({ path, sortOrder }) => `${sortOrder} ${path}`)).toEqual([
      ...['0 /a', '1 /d', '0 /d/f', '2 /e', '3 /c'],
    ]);
    const log =
      '{ cmsAuditLog(filter: { action: { eq: "cms.deletePage" } }) { edges { node { resourceId before after } } } }';
    const { edges } = (await ask(subgraph, admin, log)) as {
      edges: { node: { before: object; after: object | null } }[];
    };
    expect(edges.filter(({ node }) => node.after !== null).map(({ node }) => node)).toEqual(
      expect.arrayContaining([{ resourceId: d, before: { parentId: b }, after: { parentId: null } }]),
    );
    expect(edges).toHaveLength(3);
  });

  test('are listed right under each other, and filtered', async () => {
    const admin = aUser();
    const a = await named(admin, 'a');
    for (const slug of ['b', 'c', 'd'])
      await named(admin, slug, { parentId: a, position: 0, seoKeywords: [slug] });
    const page = (await ask(
      subgraph,
      admin,
      `{ page(id: "${a}") { children { edges { node { slug } } } } }`,
    )) as {
      children: Edges;
    };
    expect(slugs(page.children)).toEqual(['d', 'c', 'b']);
    const list = async (args: string) =>
      slugs((await ask(subgraph, admin, `{ pages(${args}) { edges { node { slug } } } }`)) as Edges);
    expect(await list('filter: { parentId: { isNull: true } }')).toEqual(['a']);
    expect(await list('filter: { seoKeywords: { hasSome: ["b", "d"] } }, orderBy: { field: TITLE }')).toEqual(
      ['b', 'd'],
    );
    expect(await list('orderBy: { field: SORT_ORDER }, filter: { status: { eq: PUBLISHED } }')).toEqual([]);
  });

  test('are entities', async () => {
    const admin = aUser();
    const id = await aPage(subgraph, admin, { title: 'A', slug: aSlug() });
    const all = [id, newId()].map((key) => ({ __typename: 'Page', id: key }));
    const source = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Page { title } } }';
    expect(await ask(subgraph, admin, source, { all })).toEqual([{ title: 'A' }, null]);
    expect(await ask(subgraph, aUser(), source, { all })).toEqual([null, null]);
  });
});
