import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { aRequest, ask, codes, run, statementsOf } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { forgetUser } from './forget-user.ts';
import {
  aDashboard,
  anAnalyticsSubgraph,
  aUser,
  contextOf,
  DirectDatabase,
  sqlState,
  superadmin,
  tracked,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = new DirectDatabase();
beforeAll(() => database.connect());
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const forget = (userId: string, who: Identity = system) =>
  run(subgraph, who, 'mutation ($id: ID!) { forgot: forgetUserInAnalytics(userId: $id) }', { id: userId });

const origin = { ipAddress: '192.0.2.7', userAgent: 'Browser' };
/** Of this month, of another one, and of one that has no partition yet. */
const times = [new Date().toISOString(), '2026-09-14T10:00:00Z', '2015-03-04T10:00:00Z'];

/** Events of a user in a tenant, one at each of the times; answers their ids. */
const eventsOf = (tenantId: string, userId: string): Promise<string[]> =>
  tracked(
    subgraph,
    tenantId,
    times.map((createdAt) => ({ ...origin, createdAt, userId, sessionId: 's', country: 'DE' })),
  );

async function shown(ids: readonly string[]): Promise<unknown[]> {
  const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
    ... on Event { user { id } ipAddress userAgent sessionId country eventName } } }`;
  const all = ids.map((id) => ({ __typename: 'Event', id }));
  return (await ask<{ _entities: unknown[] }>(subgraph, superadmin, source, { all }))._entities;
}

const kept = { sessionId: 's', country: 'DE', eventName: 'page_view' };
const forgotten = times.map(() => ({ user: null, ipAddress: null, userAgent: null, ...kept }));
const told = (userId: string) =>
  times.map(() => ({ user: { id: userId }, ipAddress: '192.0.2.0', userAgent: 'Browser', ...kept }));

const dashboard = async (id: string): Promise<unknown> =>
  (await ask(subgraph, superadmin, `{ found: dashboard(id: "${id}") { createdBy { id } } }`)).found;

describe('a user who is forgotten', () => {
  test('is in no event of any tenant or month, which are there all the same', async () => {
    const [gone, other] = [aUser(), aUser()];
    const ids = [
      ...(await eventsOf(gone.tenantId, gone.userId)),
      ...(await eventsOf(other.tenantId, gone.userId)),
    ];
    const others = await eventsOf(gone.tenantId, other.userId);
    const nobodys = await tracked(subgraph, gone.tenantId, [{ ...origin, ...kept, userId: null }]);
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
    expect(await shown(ids)).toEqual([...forgotten, ...forgotten]);
    expect(await shown(others)).toEqual(told(other.userId));
    expect(await shown(nobodys)).toEqual([{ ...told('')[0], user: null }]);
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
  });

  test('leaves no dashboard but the public ones, which keep the id', async () => {
    const [gone, other] = [aUser(), aUser()];
    const elsewhere = aUser({ userId: gone.userId });
    const own = [await aDashboard(subgraph, gone), await aDashboard(subgraph, elsewhere)];
    const shared = await aDashboard(subgraph, gone, { isPublic: true });
    const others = await aDashboard(subgraph, other);
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
    for (const id of own) expect(await dashboard(id)).toBeNull();
    expect(await dashboard(shared)).toEqual({ createdBy: { id: gone.userId } });
    expect(await dashboard(others)).toEqual({ createdBy: { id: other.userId } });
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
  });

  test('is put on record for each dashboard in its own tenant, and for no event', async () => {
    const gone = aUser();
    const elsewhere = aUser({ userId: gone.userId });
    await eventsOf(gone.tenantId, gone.userId);
    const own = await aDashboard(subgraph, gone);
    const second = await aDashboard(subgraph, elsewhere);
    const product = { ...system, userId: newId(), tenantId: aUser().tenantId };
    for (const forgot of [true, true]) expect((await forget(gone.userId, product)).data).toEqual({ forgot });
    const source = `{ analyticsAuditLog(filter: { actorId: { eq: "${product.userId}" } }) {
      edges { node { action tenantId resourceType resourceId after } } } }`;
    const { analyticsAuditLog } = await ask<{ analyticsAuditLog: { edges: { node: object }[] } }>(
      subgraph,
      superadmin,
      source,
    );
    const entry = { action: 'analytics.forgetUserInAnalytics', resourceType: 'Dashboard', after: null };
    expect(analyticsAuditLog.edges).toHaveLength(2);
    expect(analyticsAuditLog.edges.map(({ node }) => node)).toEqual(
      expect.arrayContaining([
        { ...entry, tenantId: gone.tenantId, resourceId: own },
        { ...entry, tenantId: elsewhere.tenantId, resourceId: second },
      ]),
    );
  });

  test('costs the same few statements however many rows there are', async () => {
    const gone = aUser();
    for (let time = 0; time < 2; time += 1) {
      await eventsOf(gone.tenantId, gone.userId);
      await aDashboard(subgraph, gone);
    }
    expect(await statementsOf(() => forget(gone.userId))).toHaveLength(7);
    expect(await statementsOf(() => forget(gone.userId))).toHaveLength(3);
  });

  test('with more rows than one transaction changes is forgotten by several, in as many requests as it takes', async () => {
    const gone = aUser();
    const { db } = subgraph.createContext(aRequest(system)) as Context;
    const ids = [
      ...(await eventsOf(gone.tenantId, gone.userId)),
      ...(await eventsOf(gone.tenantId, gone.userId)),
    ];
    const own = await aDashboard(subgraph, gone);
    const told = async () => (await shown(ids)).filter((event) => (event as { user: unknown }).user !== null);
    expect(await forgetUser(db, gone.userId, { size: 4, untilMs: 0 })).toBe(false);
    expect(await told()).toHaveLength(2);
    expect(await dashboard(own)).not.toBeNull();
    const sent = await statementsOf(async () =>
      expect(await forgetUser(db, gone.userId, { size: 2 })).toBe(true),
    );
    expect(sent.filter(({ text }) => /^commit/i.test(text))).toHaveLength(2);
    expect(await told()).toEqual([]);
    expect(await dashboard(own)).toBeNull();
  });

  test('is named by a UUID', async () => {
    expect(codes(await forget('nobody'))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('to forget a user', () => {
  const strangers: readonly (readonly [string, Identity])[] = [
    ['a superadmin', superadmin],
    ['a tenant’s admin', aUser()],
    ['a user', aUser({ role: 'user' })],
  ];

  test.each(strangers)('is for the product itself, not for %s', async (_, who) => {
    const other = aUser();
    const ids = await eventsOf(other.tenantId, other.userId);
    const own = await aDashboard(subgraph, other);
    expect(codes(await forget(other.userId, who))).toEqual(['FORBIDDEN']);
    const direct = `select analytics.forget_user_in_events('${other.userId}', 1)`;
    expect(await sqlState(database.as(contextOf(who), [direct]))).toBe('42501');
    expect(await sqlState(database.as(contextOf(who), [direct], { asOwner: true }))).toBe('42501');
    expect(await shown(ids)).toEqual(told(other.userId));
    expect(await dashboard(own)).not.toBeNull();
  });

  test('is all that an event is changed for, by the product too', async () => {
    const change = "update analytics.events set event_name = 'x'";
    expect(await sqlState(database.as(contextOf(system), [change]))).toBe('42501');
  });
});
