import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aCmsSubgraph, aContentType, anItem, aPage, ask, aUser, superadmin } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

interface Hit {
  readonly type: string;
  readonly id: string;
  readonly tenantId: string;
  readonly title: string;
  readonly highlight: string;
  readonly rank: number;
}

const search = async (who: Identity, text: string, args = ''): Promise<Hit[]> =>
  (await ask(
    subgraph,
    who,
    `query ($text: String!) { cmsSearch(text: $text${args}) { type id tenantId title highlight rank } }`,
    { text },
  )) as Hit[];

const admin = aUser();
let ids: Record<'item' | 'page' | 'other', string>;
beforeAll(async () => {
  const type = await aContentType(subgraph, admin);
  const body = 'Our <b>ovens</b> bake sourdough every morning. Bäckereien in Zürich mögen es.';
  ids = {
    item: await anItem(subgraph, admin, type, {
      title: 'Bread',
      data: { title: 'Bread', body, tags: ['rye'] },
    }),
    page: await aPage(subgraph, admin, {
      ...{ title: 'Sourdough', seoDescription: 'Everything about bread' },
      content: [{ text: 'A starter of flour' }, { text: 'and water' }],
    }),
    other: await anItem(subgraph, admin, type, { title: 'Opening hours', seoData: { keywords: 'weekend' } }),
  };
});

describe('the search', () => {
  test('finds items and pages, best match first, by one statement', async () => {
    let hits: Hit[] = [];
    const statements = await statementsOf(async () => (hits = await search(admin, 'sourdough')));
    expect(statements).toHaveLength(1);
    expect(hits.map(({ type, id, tenantId, title }) => ({ type, id, tenantId, title }))).toEqual([
      { type: 'Page', id: ids.page, tenantId: admin.tenantId, title: 'Sourdough' },
      { type: 'ContentItem', id: ids.item, tenantId: admin.tenantId, title: 'Bread' },
    ]);
    expect(hits.map(({ highlight }) => highlight.includes('**'))).toEqual([true, true]);
    expect(hits[0]?.rank).toBeGreaterThan(hits[1]?.rank ?? 1);
  });

  test.each([
    ['an English stem', 'baking', 'item', '**bake**'],
    ['a word of another language', 'bäckereien', 'item', '**Bäckereien**'],
    ['a word in a list', 'rye', 'item', '**rye**'],
    ['a word of a block', 'flour', 'page', '**flour**'],
    ['words in any order', 'water starter', 'page', '**water**'],
    ['a phrase', '"every morning"', 'item', '**every** **morning**'],
    ['what search engines see', 'weekend', 'other', '**weekend**'],
  ] as const)('finds %s', async (_, text, what, highlight) => {
    const hits = await search(admin, text);
    expect(hits.map(({ id }) => id)).toEqual([ids[what]]);
    expect(hits[0]?.highlight).toContain(highlight);
  });

  test('leaves out what is not wanted, and takes any text', async () => {
    expect((await search(admin, 'bread -flour')).map(({ id }) => id)).toEqual([ids.item]);
    for (const text of ["it's", '!&|():*', '"', "'; drop table cms.pages; --", 'the', 'a'.repeat(1_000)])
      expect(await search(admin, text)).toEqual([]);
  });

  test('finds no former versions', async () => {
    const own = aUser();
    const id = await anItem(subgraph, own, await aContentType(subgraph, own), { title: 'Quokka' });
    expect(await search(own, 'quokka')).toHaveLength(1);
    await ask(
      subgraph,
      own,
      `mutation { updateContentItem(id: "${id}", input: { title: "Wombat" }) { id } }`,
    );
    expect(await search(own, 'quokka')).toEqual([]);
  });

  test('stays in the tenant; a superadmin searches all, or the one that is named', async () => {
    expect(await search(aUser(), 'sourdough')).toEqual([]);
    expect(await search(aUser(), 'sourdough', `, tenantId: "${admin.tenantId}"`)).toEqual([]);
    const all = await search(superadmin, 'sourdough', ', first: 100');
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([ids.item, ids.page]));
    expect(await search(superadmin, 'sourdough', `, tenantId: "${admin.tenantId}"`)).toHaveLength(2);
    expect(await search(superadmin, 'sourdough', `, tenantId: "${newId()}"`)).toEqual([]);
  });

  test('shows who only reads what is published', async () => {
    const reader = aUser({ role: 'user', tenantId: admin.tenantId });
    expect(await search(reader, 'sourdough')).toEqual([]);
    await ask(subgraph, admin, `mutation { publishPage(id: "${ids.page}") { id } }`);
    expect((await search(reader, 'sourdough')).map(({ id }) => id)).toEqual([ids.page]);
  });

  test.each([
    ['text: " "', 'text must be between 1 and 1,000 characters'],
    [`text: "${'a'.repeat(1_001)}"`, 'text must be between 1 and 1,000 characters'],
    ['text: "a", first: 0', 'first must be between 1 and 100'],
    ['text: "a", first: 101', 'first must be between 1 and 100'],
  ])('with (%s) is refused', async (args, message) => {
    const result = await run(subgraph, admin, `{ cmsSearch(${args}) { id } }`);
    expect(result.errors?.[0]?.message).toBe(message);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });

  test('gives as many as are asked for', async () => {
    expect(await search(admin, 'sourdough', ', first: 1')).toHaveLength(1);
  });
});
