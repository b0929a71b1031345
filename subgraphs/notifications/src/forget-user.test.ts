import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity, type Subgraph } from '@cdx/kit';
import { aRequest, ask, codes, run, statementsOf } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { forgetUser } from './forget-user.ts';
import { aNotification, aNotificationsSubgraph, aSubscription, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

/** The product, acting for a superadmin. */
const product: Identity = { ...system, userId: newId() };

const forget = (who: Identity, userId: string) =>
  run(subgraph, who, 'mutation ($userId: ID!) { forgotten: forgetUserInNotifications(userId: $userId) }', {
    userId,
  });

/** A tenant in which each of the users has an address, and a notification that is delivered in the app and by mail. */
async function aTenant(...users: readonly string[]) {
  const admin = aUser();
  for (const userId of users) {
    await aSubscription(subgraph, admin, { userId });
    await aNotification(subgraph, admin, { userId, channels: ['IN_APP', 'EMAIL'] });
  }
  return admin;
}

type List = { edges: { node: { user: { id: string } } }[] };

/** The users whom the rows of a tenant are for. */
async function usersIn(admin: Identity): Promise<unknown> {
  const lists = await ask<Record<'notifications' | 'deliveries' | 'channelSubscriptions', List>>(
    subgraph,
    admin,
    `{ notifications { edges { node { user { id } } } } deliveries { edges { node { user { id } } } }
      channelSubscriptions { edges { node { user { id } } } } }`,
  );
  const usersOf = ({ edges }: List): string[] => edges.map(({ node }) => node.user.id);
  return {
    notifications: usersOf(lists.notifications),
    deliveries: usersOf(lists.deliveries),
    addresses: usersOf(lists.channelSubscriptions),
  };
}

const nothing = { notifications: [], deliveries: [], addresses: [] };
const allOf = (user: string) => ({ notifications: [user], deliveries: [user, user], addresses: [user] });

interface Entry {
  readonly resourceType: string;
}

const entriesOf = async (admin: Identity): Promise<Entry[]> => {
  const { notificationsAuditLog: log } = await ask<{ notificationsAuditLog: { edges: { node: Entry }[] } }>(
    subgraph,
    admin,
    `{ notificationsAuditLog(filter: { action: { eq: "notifications.forgetUserInNotifications" } }) {
      edges { node { resourceType actorId tenantId before after } } } }`,
  );
  return log.edges
    .map(({ node }) => node)
    .toSorted((one, other) => one.resourceType.localeCompare(other.resourceType));
};

describe('a user who is deleted', () => {
  test('has no notification, delivery or address in any tenant, and others have theirs', async () => {
    const [user, other] = [newId(), newId()];
    const tenants = [await aTenant(user, other), await aTenant(user)] as const;

    expect(await forget(product, user)).toEqual({ data: { forgotten: true } });

    expect(await usersIn(tenants[0])).toEqual(allOf(other));
    expect(await usersIn(tenants[1])).toEqual(nothing);
  });

  test('is forgotten once', async () => {
    const [user, other] = [newId(), newId()];
    const admin = await aTenant(user, other);
    for (const forgotten of [true, true]) expect((await forget(product, user)).data).toEqual({ forgotten });
    expect(await usersIn(admin)).toEqual(allOf(other));
    expect(await entriesOf(admin)).toHaveLength(4);
  });

  test('is in each tenant’s audit log for its own rows, which shows no address and no message', async () => {
    const user = newId();
    const tenants = [await aTenant(user), await aTenant(user)];
    await forget(product, user);
    for (const admin of tenants) {
      const entries = await entriesOf(admin);
      const common = { actorId: product.userId, tenantId: admin.tenantId, after: null };
      const types = ['ChannelSubscription', 'Delivery', 'Delivery', 'Notification'];
      expect(entries).toMatchObject(
        types.map((resourceType) => ({ ...common, resourceType, before: { userId: user } })),
      );
      expect(entries[0]).toMatchObject({ before: { address: expect.stringContaining('***') } });
      expect(entries[3]).toMatchObject({ before: { message: expect.stringContaining('***') } });
    }
  });

  test('takes three statements for each table, two locks, one for late deliveries, two for the log of each tenant, and the commit', async () => {
    const user = newId();
    await aTenant(user, user, user);
    await aTenant(user);
    expect(await statementsOf(() => forget(product, user))).toHaveLength(3 * 3 + 2 + 1 + 2 * 2 + 1);
    expect(await statementsOf(() => forget(product, user))).toHaveLength(3 + 1);
  });

  test('is forgotten by the product itself', async () => {
    const user = newId();
    const admin = await aTenant(user);
    const own = { ...aUser({ role: 'user', tenantId: admin.tenantId }), userId: user };
    for (const who of [admin, aSuperadmin(), own])
      expect(codes(await forget(who, user))).toEqual(['FORBIDDEN']);
    expect(await usersIn(admin)).toEqual(allOf(user));
  });

  test('has a UUID', async () => {
    const { errors } = await forget(product, 'x');
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'BAD_USER_INPUT', field: 'userId' },
    ]);
  });
});

describe('a user with more rows than one transaction deletes', () => {
  test('is forgotten by several, as far as the time lasts, and on when it is asked for again', async () => {
    const user = newId();
    const admin = await aTenant(user, user);
    const { db } = subgraph.createContext(aRequest(product)) as Context;
    expect(await forgetUser(db, user, { size: 4, untilMs: 0 })).toBe(false);
    // There were five deliveries: two of the first notification, and three of the second.
    const addresses = [user, user];
    expect(await usersIn(admin)).toEqual({ notifications: [user, user], deliveries: [user], addresses });
    const sent = await statementsOf(async () => expect(await forgetUser(db, user, { size: 4 })).toBe(true));
    expect(sent.filter(({ text }) => /^commit/i.test(text))).toHaveLength(2);
    expect(await usersIn(admin)).toEqual(nothing);
    const log = `{ log: notificationsAuditLog(filter: { actorId: { eq: "${product.userId}" } }) { totalCount } }`;
    expect(await ask(subgraph, admin, log)).toEqual({ log: { totalCount: 9 } });
  });
});
