import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aCmsSubgraph, aContentType, aContributor, anItem, ask, aUser, changing, doing } from './testing.ts';

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

describe('an item’s status', () => {
  const statusOf = async (id: string): Promise<unknown> =>
    ask(subgraph, admin, `{ contentItem(id: "${id}") { status version } }`);

  test('goes from draft to published to archived, and back to draft', async () => {
    const id = await anItem(subgraph, admin, type);
    const published = `mutation { publishContentItem(id: "${id}", expectedVersion: 1) { status publishedAt updatedAt } }`;
    const item = (await ask(subgraph, admin, published)) as Record<string, string>;
    expect(item.status).toBe('PUBLISHED');
    expect(item.publishedAt).toBe(item.updatedAt);
    expect(await ask(subgraph, admin, doing(id, 'archiveContentItem'))).toEqual({ status: 'ARCHIVED' });
    expect(await ask(subgraph, admin, doing(id, 'unpublishContentItem'))).toEqual({ status: 'DRAFT' });
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
      if (way !== 'draft') await ask(subgraph, admin, doing(id, way));
      const source =
        name === 'deleteContentItem'
          ? `mutation { deleteContentItem(id: "${id}") }`
          : doing(id, name, name === 'updateContentItem' ? ', input: { title: "B" }' : '');
      const before = await statusOf(id);
      expect(codes(await run(subgraph, admin, source))).toEqual(['CONFLICT']);
      expect(await statusOf(id)).toEqual(before);
    }
  });

  test('lets drafts and what is archived be deleted, with all revisions', async () => {
    for (const ways of [[], ['publishContentItem', 'archiveContentItem']]) {
      const id = await anItem(subgraph, admin, type);
      await ask(subgraph, admin, changing(id, 'title: "Two"'));
      for (const way of ways) await ask(subgraph, admin, doing(id, way));
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
    await ask(subgraph, admin, changing(id, 'title: "Two"'));
    expect(await sees(reader, id)).toBe(false);
    await ask(subgraph, admin, doing(id, 'publishContentItem'));
    const query = `{ contentItem(id: "${id}") { title revisions { totalCount } } }`;
    expect(await ask(subgraph, reader, query)).toEqual({ title: 'Two', revisions: { totalCount: 0 } });
    await ask(subgraph, admin, doing(id, 'archiveContentItem'));
    expect(await sees(reader, id)).toBe(false);
  });

  test('writes own drafts with the scope for it, and publishes nothing', async () => {
    const id = await anItem(subgraph, contributor, type);
    expect([await sees(contributor, id), await sees(reader, id), await sees(admin, id)]).toEqual([
      true,
      false,
      true,
    ]);
    await ask(subgraph, contributor, changing(id, 'title: "Two"'));
    const query = `{ contentItem(id: "${id}") { revisions { totalCount } } }`;
    expect(await ask(subgraph, contributor, query)).toEqual({ revisions: { totalCount: 1 } });
    expect(codes(await run(subgraph, contributor, doing(id, 'publishContentItem')))).toEqual(['FORBIDDEN']);
    await ask(subgraph, admin, doing(id, 'publishContentItem'));
    for (const source of [changing(id, 'title: "Three"'), doing(id, 'archiveContentItem')])
      expect(codes(await run(subgraph, contributor, source))).toEqual(['FORBIDDEN']);
  });

  test('writes nothing of others', async () => {
    const id = await anItem(subgraph, admin, type);
    await ask(subgraph, admin, doing(id, 'publishContentItem'));
    expect(codes(await run(subgraph, contributor, changing(id, 'title: "Mine"')))).toEqual(['FORBIDDEN']);
    const remove = `mutation { deleteContentItem(id: "${id}") }`;
    expect(codes(await run(subgraph, contributor, remove))).toEqual(['FORBIDDEN']);
    expect(codes(await run(subgraph, reader, changing(id, 'title: "Mine"')))).toEqual(['FORBIDDEN']);
  });

  test('is shown as the author of what is for others to see', async () => {
    const author = aContributor(admin.tenantId);
    const ids = [await anItem(subgraph, author, type), await anItem(subgraph, author, type)];
    await ask(subgraph, admin, doing(ids[0] ?? '', 'publishContentItem'));
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { authoredContent { totalCount } } } }`;
    const all = [{ __typename: 'User', id: author.userId }];
    const count = async (who: Identity): Promise<unknown> => ask(subgraph, who, source, { all });
    expect(await count(author)).toEqual([{ authoredContent: { totalCount: 2 } }]);
    expect(await count(reader)).toEqual([{ authoredContent: { totalCount: 1 } }]);
    expect(await count(aUser())).toEqual([{ authoredContent: { totalCount: 0 } }]);
  });
});
