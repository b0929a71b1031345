import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aCmsSubgraph, aContentType, anItem, ask, aUser, superadmin } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

/** The product, acting for a superadmin in a tenant. */
const productIn = (tenantId: string): Identity => ({ ...system, userId: newId(), tenantId });

const doing = (mutation: string, selection: string) => (who: Identity, tenantId: string, key: string) =>
  run(
    subgraph,
    who,
    `mutation ($tenantId: ID!, $key: String!) { done: ${mutation}(tenantId: $tenantId, idempotencyKey: $key) ${selection} }`,
    { tenantId, key },
  );
const create = doing('createDefaultContentTypes', '{ id slug tenant { id } schema }');
const remove = doing('deleteDefaultContentTypes', '');

async function typesOf(who: Identity): Promise<string[]> {
  const { edges } = (await ask(subgraph, who, '{ contentTypes { edges { node { slug } } } }')) as {
    edges: { node: { slug: string } }[];
  };
  return edges.map(({ node }) => node.slug);
}

describe('the content types that a tenant begins with', () => {
  test('are made once, with schemas that items can be checked by', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    const first = await create(product, admin.tenantId, 'key');
    expect(first.errors).toBeUndefined();
    expect(await create(product, admin.tenantId, 'key')).toEqual(first);
    expect(await typesOf(admin)).toEqual(['article', 'faq']);
    const [article, faq] = first.data?.done as { id: string }[];
    await anItem(subgraph, admin, String(article?.id), { data: { body: 'Hello' } });
    await anItem(subgraph, admin, String(faq?.id), { data: { answer: 'Yes' } });
  });

  test('are all made or none: a slug that is taken is a conflict', async () => {
    const admin = aUser();
    await aContentType(subgraph, admin, { slug: 'faq' });
    expect(codes(await create(productIn(admin.tenantId), admin.tenantId, 'key'))).toEqual(['CONFLICT']);
    expect(await typesOf(admin)).toEqual(['faq']);
  });

  test('are undone by their key, repeatedly, and by no other', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    await create(product, admin.tenantId, 'key');
    expect((await remove(product, admin.tenantId, 'another')).data).toEqual({ done: 0 });
    expect((await remove(product, admin.tenantId, 'key')).data).toEqual({ done: 2 });
    expect((await remove(product, admin.tenantId, 'key')).data).toEqual({ done: 0 });
    expect(await typesOf(admin)).toEqual([]);
  });

  test('stay where one has items by now', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    const { data } = await create(product, admin.tenantId, 'key');
    await anItem(subgraph, admin, (data?.done as { id: string }[])[0]?.id ?? '', { data: { body: 'Hello' } });
    expect(codes(await remove(product, admin.tenantId, 'key'))).toEqual(['CONFLICT']);
    expect(await typesOf(admin)).toHaveLength(2);
  });

  test('are for the product itself', async () => {
    const admin = aUser();
    for (const who of [admin, superadmin]) {
      expect(codes(await create(who, admin.tenantId, 'key'))).toEqual(['FORBIDDEN']);
      expect(codes(await remove(who, admin.tenantId, 'key'))).toEqual(['FORBIDDEN']);
    }
  });
});
