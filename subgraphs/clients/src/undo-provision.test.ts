import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

/** The product, acting for a superadmin. */
const product: Identity = { ...system, userId: newId() };

const undo = (who: Identity, id: string, ownerUserId: string) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $ownerUserId: ID!) { undoProvisionClient(id: $id, ownerUserId: $ownerUserId) }',
    { id, ownerUserId },
  );
const read = async (who: Identity, id: string) =>
  (await run(subgraph, who, `{ client(id: "${id}") { status agents { totalCount } } }`)).data?.client;

describe('undoing the making of a client', () => {
  test('takes it away with its schema, so that the id is free again', async () => {
    const owner = aUser();
    const id = await aClient(subgraph, owner);
    for (let time = 0; time < 2; time += 1)
      expect(await undo(product, id, owner.userId)).toEqual({ data: { undoProvisionClient: id } });
    expect(await read(owner, id)).toBeNull();
    const again = await run(
      subgraph,
      owner,
      'mutation ($input: ProvisionClientInput!) { provisionClient(input: $input) { id } }',
      { input: { id, name: id } },
    );
    expect(codes(again)).toEqual([]);
    expect(await read(owner, id)).toEqual({ status: 'ACTIVE', agents: { totalCount: 0 } });
  });

  test('leaves one of another owner as it is', async () => {
    const owner = aUser();
    const id = await aClient(subgraph, owner);
    await undo(product, id, newId());
    expect(await read(owner, id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('is for the product itself', async () => {
    const owner = aUser();
    const id = await aClient(subgraph, owner);
    for (const who of [owner, aUser({ role: 'superadmin', tenantId: null })])
      expect(codes(await undo(who, id, owner.userId))).toEqual(['FORBIDDEN']);
    expect(await read(owner, id)).toMatchObject({ status: 'ACTIVE' });
  });
});
