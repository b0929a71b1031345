import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { anAnalyticsSubgraph, aUser, superadmin, tracked } from './testing.ts';

const subgraph = anAnalyticsSubgraph();
afterAll(() => subgraph.close());

const hour = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * hour).toISOString();

const admin = aUser();
const client = aUser({ role: 'client', tenantId: admin.tenantId });
const other = aUser();
const empty = aUser();

beforeAll(async () => {
  const visitor = newId();
  await tracked(subgraph, admin.tenantId, [
    { createdAt: ago(0), userId: client.userId, sessionId: 'a' },
    { createdAt: ago(1), userId: visitor, sessionId: 'b' },
    { createdAt: ago(23.9), userId: visitor, sessionId: 'b', eventName: 'order.placed' },
    { createdAt: ago(2), sessionId: 'c' },
    { createdAt: ago(2) },
    { createdAt: ago(24.1), userId: newId(), sessionId: 'd', eventName: 'sign_up' },
    { createdAt: ago(24 * 31), eventName: 'old' },
  ]);
  await tracked(subgraph, other.tenantId, [{ createdAt: ago(1), userId: visitor, sessionId: 'b' }]);
});

const selection = 'analytics { events24h activeUsers24h sessions24h topEvents { name count } }';

async function summaries(who: Identity, tenantIds: readonly string[], of = selection) {
  const source = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { id ${of} } } }`;
  const all = tenantIds.map((id) => ({ __typename: 'Tenant', id }));
  const result = await run(subgraph, who, source, { all });
  return { result, found: result.data?._entities };
}

const ofAdmin = {
  id: admin.tenantId,
  analytics: {
    events24h: 5,
    activeUsers24h: 2,
    sessions24h: 3,
    topEvents: [
      { name: 'page_view', count: 4 },
      { name: 'order.placed', count: 1 },
      { name: 'sign_up', count: 1 },
    ],
  },
};
const ofOther = {
  id: other.tenantId,
  analytics: {
    events24h: 1,
    activeUsers24h: 1,
    sessions24h: 1,
    topEvents: [{ name: 'page_view', count: 1 }],
  },
};
const nothing = { events24h: 0, activeUsers24h: 0, sessions24h: 0, topEvents: [] };

describe('the summary of a tenant', () => {
  test('counts the last day exactly, and names what was most frequent in the last month', async () => {
    expect((await summaries(admin, [admin.tenantId])).found).toEqual([ofAdmin]);
  });

  test('is there of many tenants in one statement, and in one more for their names', async () => {
    const tenants = [other.tenantId, empty.tenantId, admin.tenantId];
    const statements = await statementsOf(async () => {
      expect((await summaries(superadmin, tenants)).found).toEqual([
        ofOther,
        { id: empty.tenantId, analytics: nothing },
        ofAdmin,
      ]);
    });
    expect(statements).toHaveLength(2);
    const figures = await statementsOf(() =>
      summaries(superadmin, tenants, 'analytics { events24h sessions24h }'),
    );
    expect(figures).toHaveLength(1);
  });

  test('counts any period, one statement for each', async () => {
    const period = (from: string, to: string): string => `events(period: { from: "${from}", to: "${to}" })`;
    const of = `analytics { year: ${period(ago(24 * 300), ago(0))} then: ${period(ago(25), ago(3))} }`;
    const statements = await statementsOf(async () => {
      const { found } = await summaries(superadmin, [admin.tenantId, empty.tenantId], of);
      expect(found).toEqual([
        { id: admin.tenantId, analytics: { year: 7, then: 2 } },
        { id: empty.tenantId, analytics: { year: 0, then: 0 } },
      ]);
    });
    expect(statements).toHaveLength(2);
  });

  test('names as many events as are asked for, of any period', async () => {
    const of = `analytics { one: topEvents(first: 1) { name }
      old: topEvents(period: { from: "${ago(24 * 40)}", to: "${ago(24 * 30)}" }) { name count } }`;
    const { found } = await summaries(admin, [admin.tenantId], of);
    expect(found).toEqual([
      { id: admin.tenantId, analytics: { one: [{ name: 'page_view' }], old: [{ name: 'old', count: 1 }] } },
    ]);
    const { result } = await summaries(
      admin,
      [admin.tenantId],
      'analytics { topEvents(first: 101) { name } }',
    );
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });

  test('is nobody’s of another tenant', async () => {
    for (const role of ['admin', 'client', 'user'] as const) {
      const { found } = await summaries(aUser({ role }), [admin.tenantId]);
      expect(found).toEqual([null]);
    }
  });

  test('counts for who is no admin what they see themselves', async () => {
    const own = {
      events24h: 1,
      activeUsers24h: 1,
      sessions24h: 1,
      topEvents: [{ name: 'page_view', count: 1 }],
    };
    expect((await summaries(client, [admin.tenantId])).found).toEqual([
      { id: admin.tenantId, analytics: own },
    ]);
  });
});

describe('the summary of the platform', () => {
  const source = `{ _entities(representations: [{ __typename: "Platform", id: "platform" }]) {
    ... on Platform { ${selection} } } }`;

  test('counts the events of all tenants, in one statement and one more for the names', async () => {
    const statements = await statementsOf(async () => {
      const { data, errors } = await run(subgraph, superadmin, source);
      expect(errors).toBeUndefined();
      const [platform] = data?._entities as [{ analytics: typeof nothing & { topEvents: unknown[] } }];
      expect(platform.analytics.events24h).toBeGreaterThanOrEqual(6);
      expect(platform.analytics.activeUsers24h).toBeGreaterThanOrEqual(2);
      // The same name of a session in two tenants is two sessions.
      expect(platform.analytics.sessions24h).toBeGreaterThanOrEqual(4);
      expect(platform.analytics.topEvents.length).toBeGreaterThan(0);
    });
    expect(statements).toHaveLength(2);
  });

  test('is for superadmins alone', async () => {
    for (const role of ['admin', 'client', 'user'] as const) {
      expect((await run(subgraph, aUser({ role }), source)).data).toEqual({ _entities: [null] });
    }
  });
});
