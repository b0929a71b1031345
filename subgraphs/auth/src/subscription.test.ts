import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, system, uuidToBytes, type Identity } from '@cdx/kit';
import { aRequest, codes, run } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
async function aUser(): Promise<Identity & { readonly userId: string }> {
  const input = `{ email: "${newId()}@test.example", name: "Ann", role: USER }`;
  const { data } = await run(subgraph, superadmin, `mutation { createUser(input: ${input}) { id } }`);
  const { id: userId } = data?.createUser as { id: string };
  return { ...anIdentity({ role: 'user' }), userId };
}

const subscribe = (userId: string, tier: string, expiresAt?: string) =>
  run(
    subgraph,
    superadmin,
    `mutation ($userId: ID!, $tier: String!, $expiresAt: DateTime) {
      subscribeUser(userId: $userId, tier: $tier, expiresAt: $expiresAt) {
        id status expiresAt tier { name } user { id } } }`,
    { userId, tier, expiresAt },
  );

const cancel = (identity: Identity, id: string) =>
  run(subgraph, identity, `mutation { cancelUserSubscription(id: "${id}") { status cancelledAt } }`);

/** The subscription in force, and all of them, the newest first. */
const subscriptionsOf = async (userId: string): Promise<unknown> => {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ user(id: "${userId}") { subscription { tier { name } }
        subscriptions { edges { node { status tier { name } } } } } }`,
  );
  return data?.user;
};

const node = (status: string, name: string) => ({ node: { status, tier: { name } } });

describe('tiers', () => {
  test('are read by everybody who has logged in, the cheapest first', async () => {
    const { data } = await run(
      subgraph,
      await aUser(),
      '{ subscriptionTiers { name price currency limits features } }',
    );
    const tiers = data?.subscriptionTiers as { name: string; features: string[] }[];
    const names = tiers.map(({ name }) => name).filter((name) => !name.startsWith('test-'));
    expect(names).toEqual(['free', 'basic', 'premium', 'enterprise']);
    expect(tiers[1]).toEqual({
      name: 'basic',
      price: '29.00',
      currency: 'USD',
      limits: { agents: 10, memories: 10_000, executionsPerDay: 500 },
      features: ['E-mail support', 'Usage reports'],
    });
  });

  test.each([
    ['input.price', '{ price: "-1.00" }'],
    ['input.price', '{ price: "1.005" }'],
    ['input.currency', '{ currency: "usd" }'],
    ['input.features', '{ features: null }'],
    ['input.limits', '{ limits: [1] }'],
  ])('with a bad %s are refused and left as they are', async (field, input) => {
    const read = () =>
      run(subgraph, superadmin, '{ subscriptionTiers { id price currency limits features } }');
    const before = await read();
    const [{ id }] = before.data?.subscriptionTiers as [{ id: string }];
    const result = await run(
      subgraph,
      superadmin,
      `mutation { updateSubscriptionTier(id: "${id}", input: ${input}) { id } }`,
    );
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(String(result.errors?.[0]?.extensions.field)).toContain(field);
    expect(await read()).toEqual(before);
  });

  test('are changed by superadmins, in what is given', async () => {
    // A tier of the test's own, since tiers are shared by all tests.
    const { db } = subgraph.createContext(aRequest(system)) as Context;
    const id = newId();
    const name = `test-${id}`;
    await db.write((tx) =>
      tx.subscriptionTier.create({ data: { id: uuidToBytes(id), name, price: 1, sortOrder: 1_000 } }),
    );
    const { data, errors } = await run(
      subgraph,
      superadmin,
      `mutation { updateSubscriptionTier(id: "${id}", input: { price: "2.5", limits: { agents: 1 }, features: ["A"] }) {
          name price currency limits features sortOrder } }`,
    );
    await db.write((tx) => tx.subscriptionTier.deleteMany({ where: { id: uuidToBytes(id) } }));
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      updateSubscriptionTier: {
        name,
        price: '2.50',
        currency: 'USD',
        limits: { agents: 1 },
        features: ['A'],
        sortOrder: 1_000,
      },
    });
  });
});

describe('subscribing a user', () => {
  test('ends the subscription before it', async () => {
    const { userId } = await aUser();
    const { data } = await subscribe(userId, 'premium');
    expect(data?.subscribeUser).toMatchObject({
      status: 'ACTIVE',
      expiresAt: null,
      tier: { name: 'premium' },
      user: { id: userId },
    });
    expect(await subscriptionsOf(userId)).toEqual({
      subscription: { tier: { name: 'premium' } },
      subscriptions: { edges: [node('ACTIVE', 'premium'), node('CANCELLED', 'free')] },
    });
  });

  test('at the same time by two leaves one in force', async () => {
    const { userId } = await aUser();
    const results = await Promise.all([subscribe(userId, 'basic'), subscribe(userId, 'premium')]);
    // A database may also answer one of two that lock the same rows with a conflict.
    for (const code of results.flatMap(codes)) expect(code).toBe('CONFLICT');
    const all = (await subscriptionsOf(userId)) as {
      subscriptions: { edges: { node: { status: string } }[] };
    };
    expect(all.subscriptions.edges.filter((edge) => edge.node.status === 'ACTIVE')).toHaveLength(1);
  });

  test('is in force until it expires', async () => {
    const { userId } = await aUser();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { data } = await subscribe(userId, 'basic', expiresAt);
    expect(data).toMatchObject({ subscribeUser: { expiresAt } });
    const { db } = subgraph.createContext(aRequest(system)) as Context;
    const { id } = data?.subscribeUser as { id: string };
    const expired = { where: { id: uuidToBytes(id) }, data: { expiresAt: new Date(Date.now() - 1_000) } };
    await db.write((tx) => tx.userSubscription.updateMany(expired));
    expect(await subscriptionsOf(userId)).toMatchObject({ subscription: null });
  });

  test.each([
    ['NOT_FOUND', 'gold', undefined],
    ['BAD_USER_INPUT', 'basic', '2020-01-01T00:00:00Z'],
  ])('is answered %s for the tier %s until %s, and changes nothing', async (code, tier, expiresAt) => {
    const { userId } = await aUser();
    expect(codes(await subscribe(userId, tier, expiresAt))).toEqual([code]);
    expect(await subscriptionsOf(userId)).toMatchObject({ subscription: { tier: { name: 'free' } } });
  });

  test('who does not exist is not found', async () => {
    expect(codes(await subscribe(newId(), 'basic'))).toEqual(['NOT_FOUND']);
  });
});

describe('cancelling a subscription', () => {
  test('is done by its user or a superadmin, and once', async () => {
    for (const by of [null, superadmin]) {
      const user = await aUser();
      const { data } = await subscribe(user.userId, 'basic');
      const { id } = data?.subscribeUser as { id: string };
      const cancelled = await cancel(by ?? user, id);
      expect(cancelled.data?.cancelUserSubscription).toMatchObject({ status: 'CANCELLED' });
      expect(await cancel(by ?? user, id)).toEqual(cancelled);
      expect(await subscriptionsOf(user.userId)).toMatchObject({ subscription: null });
    }
  });

  test('of somebody else is not found, and goes on', async () => {
    const { userId } = await aUser();
    const { data } = await subscribe(userId, 'basic');
    const { id } = data?.subscribeUser as { id: string };
    expect(codes(await cancel(await aUser(), id))).toEqual(['NOT_FOUND']);
    expect(await subscriptionsOf(userId)).toMatchObject({ subscription: { tier: { name: 'basic' } } });
  });
});
