import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import {
  aCmsSubgraph,
  aContentType,
  aContributor,
  anItem,
  aPage,
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

const everything = `items published drafts archived contentTypes pages publishedPages mediaFiles mediaBytes lastPublishedAt
  itemsByType { type count published }`;
const entities = (selection: string): string =>
  `query ($all: [_Any!]!) { _entities(representations: $all) { ${selection} } }`;

/** What somebody sees of tenants, each null where there is nothing to see. */
async function summaries(
  who: Identity,
  tenants: readonly string[],
  selection = everything,
): Promise<unknown[]> {
  const all = tenants.map((id) => ({ __typename: 'Tenant', id }));
  const found = (await ask(subgraph, who, entities(`... on Tenant { cms { ${selection} } }`), { all })) as ({
    cms: unknown;
  } | null)[];
  return found.map((tenant) => tenant?.cms ?? null);
}

const nothing = {
  ...{ items: 0, published: 0, drafts: 0, archived: 0, contentTypes: 0, pages: 0, publishedPages: 0 },
  ...{ mediaFiles: 0, mediaBytes: 0, lastPublishedAt: null, itemsByType: [] },
};

/** A tenant with three items of two types, of which one is published, two pages and some revisions. */
async function aSite(): Promise<{ admin: Identity & { tenantId: string }; lastPublishedAt: string }> {
  const admin = aUser();
  const [articles, products] = [
    await aContentType(subgraph, admin, { slug: 'article' }),
    await aContentType(subgraph, admin, { slug: 'product' }),
  ];
  await aContentType(subgraph, admin, { slug: 'unused' });
  const item = await anItem(subgraph, admin, articles);
  const archived = await anItem(subgraph, admin, articles);
  await anItem(subgraph, admin, products);
  const page = await aPage(subgraph, admin);
  await aPage(subgraph, admin, { parentId: page });
  const at = await run(
    subgraph,
    admin,
    `mutation { a: updateContentItem(id: "${item}", input: { title: "Two" }) { id }
      b: publishContentItem(id: "${item}") { id } c: archiveContentItem(id: "${archived}") { id }
      d: publishPage(id: "${page}") { publishedAt } }`,
  );
  expect(at.errors).toBeUndefined();
  return { admin, lastPublishedAt: (at.data?.d as { publishedAt: string }).publishedAt };
}

const ofSite = (lastPublishedAt: string): object => ({
  ...{ items: 3, published: 1, drafts: 1, archived: 1, contentTypes: 3, pages: 2, publishedPages: 1 },
  ...{ mediaFiles: 0, mediaBytes: 0, lastPublishedAt },
  itemsByType: [
    { type: 'article', count: 2, published: 1 },
    { type: 'product', count: 1, published: 0 },
  ],
});

describe('a tenant’s summary', () => {
  test('counts what there is, and no revisions', async () => {
    const { admin, lastPublishedAt } = await aSite();
    expect(await summaries(admin, [admin.tenantId])).toEqual([ofSite(lastPublishedAt)]);
  });

  test('has exact figures for a whole page of tenants by one statement', async () => {
    const [one, other] = [await aSite(), await aSite()];
    const tenants = [one.admin.tenantId, newId(), other.admin.tenantId, one.admin.tenantId];
    let found: unknown;
    const statements = await statementsOf(async () => (found = await summaries(superadmin, tenants)));
    expect(statements.map(({ text }) => /^\s*(\w+ \w+)/.exec(text)?.[1])).toEqual(['select o']);
    const [first, second] = [ofSite(one.lastPublishedAt), ofSite(other.lastPublishedAt)];
    expect(found).toEqual([first, nothing, second, first]);
  });

  test.each([
    ['items published', ['content_items']],
    ['mediaBytes', ['media_files']],
    ['pages contentTypes', ['content_types', 'pages']],
    ['lastPublishedAt', ['content_items', 'pages']],
    ['itemsByType { type }', ['content_items', 'content_types']],
  ])('of { %s } reads these tables alone: %j', async (selection, tables) => {
    const { admin } = await aSite();
    const [statement] = await statementsOf(() => summaries(admin, [admin.tenantId], selection));
    const read = new Set(Array.from(statement?.text.matchAll(/cms\.(\w+) /g) ?? [], ([, table]) => table));
    expect([...read].sort()).toEqual(tables);
  });

  test('is nobody else’s, and not even read', async () => {
    const { admin } = await aSite();
    for (const role of ['admin', 'client', 'user'] as const) {
      const statements = await statementsOf(async () => {
        expect(await summaries(aUser({ role }), [admin.tenantId])).toEqual([null]);
      });
      expect(statements).toEqual([]);
    }
  });

  test('counts for who only reads what is for them to see', async () => {
    const { admin } = await aSite();
    const reader = aContributor(admin.tenantId);
    const seen = { items: 1, published: 1, drafts: 0, pages: 1 };
    expect(await summaries(reader, [admin.tenantId], 'items published drafts pages')).toEqual([seen]);
  });

  test('can be reached from what belongs to the tenant', async () => {
    const { admin } = await aSite();
    const source = '{ contentTypes(first: 1) { edges { node { tenant { id cms { items } } } } } }';
    expect(await ask(subgraph, admin, source)).toEqual({
      edges: [{ node: { tenant: { id: admin.tenantId, cms: { items: 3 } } } }],
    });
  });
});

describe('the platform’s summary', () => {
  const all = [{ __typename: 'Platform', id: 'platform' }];
  const source = entities(`... on Platform { cms { ${everything} } }`);

  test('counts what all tenants have by one statement, their types by the slug', async () => {
    const slug = aSlug();
    for (const admin of [aUser(), aUser()]) {
      const type = await aContentType(subgraph, admin, { slug });
      const items = Array.from({ length: 12 }, () => anItem(subgraph, admin, type));
      const [first] = await Promise.all(items);
      await ask(subgraph, admin, `mutation { publishContentItem(id: "${first ?? ''}") { id } }`);
    }
    let found: unknown;
    expect(
      await statementsOf(async () => (found = await ask(subgraph, superadmin, source, { all }))),
    ).toHaveLength(1);
    const [platform] = found as { cms: { items: number; published: number; itemsByType: object[] } }[];
    expect(platform?.cms.itemsByType).toContainEqual({ type: slug, count: 24, published: 2 });
    expect(platform?.cms.items).toBeGreaterThan(24);
    expect(platform?.cms.published).toBeGreaterThan(2);
  });

  test('is for superadmins', async () => {
    for (const role of ['admin', 'client', 'user'] as const)
      expect(await ask(subgraph, aUser({ role }), source, { all })).toEqual([null]);
  });
});
