import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aLead, aPipeline, aSuperadmin, aUser } from './testing.ts';

const subgraph = aCrmSubgraph();
afterAll(() => subgraph.close());

/** The product, acting for a superadmin in a tenant. */
const productIn = (tenantId: string): Identity => ({ ...system, userId: newId(), tenantId });

const doing = (mutation: string, selection: string) => (who: Identity, tenantId: string, key: string) =>
  run(
    subgraph,
    who,
    `mutation ($tenantId: ID!, $key: String!) { ${mutation}(tenantId: $tenantId, idempotencyKey: $key) ${selection} }`,
    { tenantId, key },
  );
const create = doing('createDefaultPipeline', '{ id name isDefault tenant { id } stages { stage } }');
const remove = doing('deleteDefaultPipeline', '');

const pipelinesOf = async (who: Identity) =>
  (
    await ask<{ pipelines: { edges: { node: { id: string; isDefault: boolean } }[] } }>(
      subgraph,
      who,
      '{ pipelines { edges { node { id isDefault } } } }',
    )
  ).pipelines.edges.map(({ node }) => node);

describe('the pipeline that a tenant begins with', () => {
  test('is its default, and made once', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    const first = await create(product, admin.tenantId, 'key');
    expect(first.errors).toBeUndefined();
    expect(first.data?.createDefaultPipeline).toMatchObject({
      ...{ name: 'Sales', isDefault: true, tenant: { id: admin.tenantId } },
      stages: ['PROSPECT', 'QUALIFIED', 'PROPOSAL', 'NEGOTIATION', 'CLOSED'].map((stage) => ({ stage })),
    });
    expect(await create(product, admin.tenantId, 'key')).toEqual(first);
    expect(await pipelinesOf(admin)).toHaveLength(1);
  });

  test('leaves a default that there is already', async () => {
    const admin = aUser();
    const own = await aPipeline(subgraph, admin);
    await create(productIn(admin.tenantId), admin.tenantId, 'key');
    expect((await pipelinesOf(admin)).filter(({ isDefault }) => isDefault)).toEqual([
      { id: own, isDefault: true },
    ]);
  });

  test('is undone by its key, repeatedly, and by no other', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    await create(product, admin.tenantId, 'key');
    expect(codes(await remove(product, admin.tenantId, 'another'))).toEqual([]);
    expect(await pipelinesOf(admin)).toHaveLength(1);
    for (let time = 0; time < 2; time += 1)
      expect(codes(await remove(product, admin.tenantId, 'key'))).toEqual([]);
    expect(await pipelinesOf(admin)).toEqual([]);
  });

  test('stays where leads are in it by now', async () => {
    const admin = aUser();
    const product = productIn(admin.tenantId);
    const { data } = await create(product, admin.tenantId, 'key');
    const { id } = data?.createDefaultPipeline as { id: string };
    await aLead(subgraph, admin, { pipelineId: id });
    expect(codes(await remove(product, admin.tenantId, 'key'))).toEqual(['CONFLICT']);
  });

  test('is for the product itself', async () => {
    const admin = aUser();
    for (const who of [admin, aSuperadmin()]) {
      expect(codes(await create(who, admin.tenantId, 'key'))).toEqual(['FORBIDDEN']);
      expect(codes(await remove(who, admin.tenantId, 'key'))).toEqual(['FORBIDDEN']);
    }
  });
});
