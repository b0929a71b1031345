import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { statementsOf } from '@cdx/kit/testing';
import { aCmsSubgraph, aContentType, anItem, aPage, ask, aUser } from './testing.ts';

let subgraph: Subgraph;
const admin = aUser();
/** Two types with four items each, of which the first has two former versions, and three pages under one. */
let types: string[];
let items: string[];
let page: string;

beforeAll(async () => {
  subgraph = await aCmsSubgraph();
  types = [await aContentType(subgraph, admin), await aContentType(subgraph, admin)];
  items = [];
  for (let index = 0; index < 8; index += 1)
    items.push(await anItem(subgraph, admin, types[index % 2] ?? ''));
  for (const id of items.slice(0, 2))
    for (const title of ['Two', 'Three'])
      await ask(
        subgraph,
        admin,
        `mutation { updateContentItem(id: "${id}", input: { title: "${title}" }) { id } }`,
      );
  page = await aPage(subgraph, admin);
  for (let index = 0; index < 3; index += 1) await aPage(subgraph, admin, { parentId: page });
});
afterAll(() => subgraph.close());

/** The tables that a query's statements read first, in the order they were sent. */
async function tablesOf(query: string, variables = {}): Promise<string[]> {
  const statements = await statementsOf(() => ask(subgraph, admin, query, variables));
  return statements.map(({ text }) => /from\s+"?cms"?\."?(\w+)"?/.exec(text)?.[1] ?? text);
}

describe('a list takes one statement a table', () => {
  test.each([
    [
      'types with their items',
      'contentTypes { totalCount edges { node { name items { totalCount edges { node { title } } } } } }',
      ['content_types', 'content_items'],
    ],
    [
      'items with their types',
      'contentItems { edges { node { title contentType { name } author { id } tenant { id } } } }',
      ['content_items', 'content_types'],
    ],
    [
      'items with their revisions',
      'contentItems { edges { node { revisions(first: 1) { totalCount edges { node { title data } } } } } }',
      ['content_items', 'content_items'],
    ],
    [
      'items with what is wrong with them',
      'contentItems { edges { node { problem } } }',
      ['content_items', 'content_items'],
    ],
    ['files', 'mediaFiles { totalCount edges { node { url uploadedBy { id } } } }', ['media_files']],
    [
      'pages with those under them and above',
      'pages { edges { node { title parent { title } children { edges { node { slug } } } } } }',
      ['pages', 'pages', 'pages'],
    ],
  ])('%s', async (_, query, tables) => {
    expect((await tablesOf(`{ ${query} }`)).toSorted()).toEqual(tables.toSorted());
  });
});

test('a query reads of a row what it selects, and no data that nobody looks at', async () => {
  const [statement] = await statementsOf(() =>
    ask(subgraph, admin, '{ contentItems { edges { node { title } } } }'),
  );
  expect(statement?.text).not.toMatch(/"data"|"seo_data"/);
});

describe('entities', () => {
  test('of each type take one statement, in whatever order they are asked for', async () => {
    const all = [
      ...items.map((id) => ({ __typename: 'ContentItem', id })),
      { __typename: 'Page', id: page },
      ...types.map((id) => ({ __typename: 'ContentType', id })),
      { __typename: 'ContentItem', id: newId() },
    ].toReversed();
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on ContentItem { id } ... on Page { id } ... on ContentType { id } } }`;
    expect((await tablesOf(source, { all })).toSorted()).toEqual(['content_items', 'content_types', 'pages']);
    const found = (await ask(subgraph, admin, source, { all })) as ({ id: string } | null)[];
    expect(found.map((entity) => entity?.id)).toEqual([undefined, ...all.slice(1).map(({ id }) => id)]);
  });

  test('that are users show what they have written by one statement', async () => {
    const all = [admin.userId, newId(), newId()].map((id) => ({ __typename: 'User', id }));
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { authoredContent(first: 2) { totalCount edges { node { title } } } } } }`;
    expect(await tablesOf(source, { all })).toEqual(['content_items']);
  });
});

describe('a write sends', () => {
  const sent = async (mutation: string): Promise<number> =>
    (await statementsOf(() => ask(subgraph, admin, `mutation { ${mutation} }`))).length;

  test.each([
    // The item, the lock of its type, the type, the item to be changed, its change, two for the audit, the commit, and
    // the item as it is then. The revision is the database's.
    [
      'a change of an item',
      () => `updateContentItem(id: "${items[2] ?? ''}", input: { title: "New" }) { id }`,
      9,
    ],
    // The page, the lock of its tree, its place, those that stand there, their order, two for the audit, the commit, and
    // the page as it is then.
    ['a move of a page in its place', () => `movePage(id: "${page}", position: 1) { id }`, 9],
  ])('%s', async (_, mutation, count) => {
    expect(await sent(mutation())).toBe(count);
  });
});

test('the demo data fits its own schemas', async () => {
  const acme = aUser({ tenantId: 'acme' });
  const { edges } = (await ask(
    subgraph,
    acme,
    '{ contentItems(first: 200) { edges { node { title problem status publishedAt } } } }',
  )) as { edges: { node: { problem: string | null } }[] };
  expect(edges.length).toBeGreaterThan(10);
  expect(edges.filter(({ node }) => node.problem !== null)).toEqual([]);
});
