import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

/** The product, acting for a superadmin. */
const product: Identity = { ...system, userId: newId() };
const superadmin = aUser({ role: 'superadmin', tenantId: null });

const check = (who: Identity, userId: string) =>
  run(subgraph, who, 'mutation ($userId: ID!) { checkUserOwnsNoClient(userId: $userId) }', { userId });
const change = (who: Identity, mutation: string) => ask(subgraph, who, `mutation { ${mutation} }`);
const clientOf = async (who: Identity, id: string) =>
  (await ask(subgraph, who, `{ client(id: "${id}") { status owner { id } } }`)).client;
const yes = { data: { checkUserOwnsNoClient: true } };

describe('whether a user owns a client', () => {
  test('is refused with how many there are, in use or suspended, in whatever tenant', async () => {
    const owner = aUser();
    await aClient(subgraph, owner);
    const one = await check(product, owner.userId);
    expect(one.errors?.[0]).toMatchObject({
      message: 'The user owns 1 client that is not archived; these must be handed over first',
      extensions: { code: 'CONFLICT', field: 'userId' },
    });
    const elsewhere = { ...aUser(), userId: owner.userId };
    const suspended = await aClient(subgraph, elsewhere);
    await change(elsewhere, `suspendClient(id: "${suspended}") { id }`);
    const two = await check(product, owner.userId);
    expect(two.errors?.[0]?.message).toMatch(/^The user owns 2 clients that are not archived/);
  });

  test('is answered with yes once all are handed over or archived, and nothing is changed', async () => {
    const [owner, heir] = [aUser(), newId()];
    const [given, archived] = [await aClient(subgraph, owner), await aClient(subgraph, owner)];
    await change(owner, `archiveClient(id: "${archived}") { id }`);
    expect(codes(await check(product, owner.userId))).toEqual(['CONFLICT']);
    await change(owner, `updateClient(id: "${given}", input: { ownerUserId: "${heir}" }) { id }`);
    for (let time = 0; time < 2; time += 1) expect(await check(product, owner.userId)).toEqual(yes);
    expect(codes(await check(product, heir))).toEqual(['CONFLICT']);
    expect(await clientOf(owner, archived)).toEqual({ status: 'ARCHIVED', owner: { id: owner.userId } });
    expect(await clientOf(owner, given)).toEqual({ status: 'ACTIVE', owner: { id: heir } });
  });

  test('is answered with yes for who has none, whatever others have', async () => {
    await aClient(subgraph, aUser());
    expect(await check(product, newId())).toEqual(yes);
  });

  test('takes one statement and the commit, and no entry of the audit log', async () => {
    const owner = aUser();
    await aClient(subgraph, owner);
    for (const userId of [owner.userId, newId()]) {
      const statements = await statementsOf(() => check(product, userId));
      const tables = statements.map(({ text }) => /"clients"\."(\w+)"/.exec(text)?.[1] ?? text);
      expect(tables).toEqual(['clients_info', 'COMMIT']);
    }
  });

  test('is told to the product itself', async () => {
    const owner = aUser();
    for (const who of [owner, superadmin])
      expect(codes(await check(who, owner.userId))).toEqual(['FORBIDDEN']);
  });

  test('is asked of a UUID', async () => {
    const { errors } = await check(product, 'x');
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'BAD_USER_INPUT', field: 'userId' },
    ]);
  });
});
