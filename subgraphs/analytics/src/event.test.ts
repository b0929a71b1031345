import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import {
  anAnalyticsSubgraph,
  aUser,
  contextOf,
  DirectDatabase,
  plansOf,
  superadmin,
  tracked,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = new DirectDatabase();
beforeAll(() => database.connect());
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const day = 86_400_000;
const ago = (ms: number, now = Date.now()): string => new Date(now - ms).toISOString();

const admin = aUser();
const client = aUser({ role: 'client', tenantId: admin.tenantId });
const visitor = newId();
let ids: string[];

beforeAll(async () => {
  ids = await tracked(subgraph, admin.tenantId, [
    {
      eventName: 'page_view',
      createdAt: ago(1 * day),
      userId: client.userId,
      sessionId: 's1',
      country: 'DE',
    },
    {
      eventName: 'page_view',
      createdAt: ago(2 * day),
      userId: visitor,
      sessionId: 's2',
      deviceType: 'mobile',
    },
    { eventName: 'order.placed', createdAt: ago(3 * day), userId: visitor, sessionId: 's2', country: 'FR' },
    { eventName: 'page_view', createdAt: ago(40 * day), sessionId: 's3', deviceType: 'desktop' },
  ]);
});

/** The numbers of the events that a list answers, in its order. */
async function listed(who: Identity, args: Record<string, unknown>, days = 30): Promise<unknown> {
  // Of one moment: the longest period that may be asked for must not be a millisecond longer.
  const now = Date.now();
  const period = { from: ago(days * day, now), to: ago(0, now) };
  const source = `query ($period: PeriodInput!, $filter: EventFilter, $orderBy: EventOrder, $first: Int, $after: String) {
    events(period: $period, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      edges { node { id } } } }`;
  const { data, errors } = await run(subgraph, who, source, { period, ...args });
  if (errors) return errors.map(({ extensions }) => extensions.code);
  const { edges } = data?.events as { edges: { node: { id: string } }[] };
  return edges.map(({ node }) => ids.indexOf(node.id));
}

describe('the list of events', () => {
  test('has those of its period, the newest first', async () => {
    expect(await listed(admin, {})).toEqual([0, 1, 2]);
    expect(await listed(admin, {}, 60)).toEqual([0, 1, 2, 3]);
    expect(await listed(admin, { orderBy: { field: 'CREATED_AT', direction: 'ASC' } })).toEqual([2, 1, 0]);
  });

  test.each([
    ['a name', { eventName: { eq: 'order.placed' } }, [2]],
    ['the beginning of a name', { eventName: { startsWith: 'order.' } }, [2]],
    ['a user', { userId: { eq: visitor } }, [1, 2]],
    ['no user', { userId: { isNull: true } }, [3]],
    ['a session', { sessionId: { in: ['s1', 's3'] } }, [0, 3]],
    ['a device', { deviceType: { eq: 'mobile' } }, [1]],
    ['a country', { country: { eq: 'DE' } }, [0]],
    ['one or another', { or: [{ country: { eq: 'FR' } }, { deviceType: { eq: 'desktop' } }] }, [2, 3]],
    ['not something', { not: { eventName: { eq: 'page_view' } } }, [2]],
    ['the own tenant', { tenantId: { eq: admin.tenantId } }, [0, 1, 2, 3]],
  ])('is filtered by %s', async (_, filter, found) => {
    expect(await listed(admin, { filter }, 60)).toEqual(found);
  });

  test('goes on after a cursor', async () => {
    const period = { from: ago(60 * day), to: ago(0) };
    const source = `query ($period: PeriodInput!, $after: String) { events(period: $period, first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } }`;
    const first = (await run(subgraph, admin, source, { period })).data?.events as {
      pageInfo: { endCursor: string };
    };
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const { data } = await run(subgraph, admin, source, { period, after: first.pageInfo.endCursor });
    expect(data?.events).toMatchObject({
      totalCount: 4,
      pageInfo: { hasNextPage: false },
      edges: [{ node: { id: ids[2] } }, { node: { id: ids[3] } }],
    });
  });

  test('is of one year at most, which does not end before it begins', async () => {
    expect(await listed(admin, {}, 366)).toEqual([0, 1, 2, 3]);
    expect(await listed(admin, {}, 367)).toEqual(['BAD_USER_INPUT']);
    expect(await listed(admin, {}, -1)).toEqual(['BAD_USER_INPUT']);
  });

  test('has for who is no admin the own events alone, and for a superadmin all', async () => {
    expect(await listed(client, {}, 60)).toEqual([0]);
    expect(await listed(aUser({ role: 'user', tenantId: admin.tenantId }), {}, 60)).toEqual([]);
    expect(await listed(superadmin, { filter: { tenantId: { eq: admin.tenantId } } }, 60)).toEqual([
      0, 1, 2, 3,
    ]);
  });
});

describe('an event', () => {
  test('is found by its id, with its user and tenant', async () => {
    const source = '{ event(id: "ID") { eventName user { id } tenant { id } } }'.replace('ID', ids[0] ?? '');
    const { data } = await run(subgraph, admin, source);
    expect(data?.event).toEqual({
      eventName: 'page_view',
      user: { id: client.userId },
      tenant: { id: admin.tenantId },
    });
  });

  test('is one of many entities that one statement reads', async () => {
    const all = ids.map((id) => ({ __typename: 'Event', id }));
    const source = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Event { id } } }';
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, admin, source, { all });
      expect(data?._entities).toEqual(ids.map((id) => ({ id })));
    });
    expect(statements).toHaveLength(1);
  });

  test('is with others of its user, of many users in one statement', async () => {
    const all = [client.userId, visitor, newId()].map((id) => ({ __typename: 'User', id }));
    const source = `query ($all: [_Any!]!, $period: PeriodInput!) { _entities(representations: $all) {
      ... on User { events(period: $period) { totalCount edges { node { id } } } } } }`;
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, admin, source, {
        all,
        period: { from: ago(60 * day), to: ago(0) },
      });
      expect(data?._entities).toEqual([
        { events: { totalCount: 1, edges: [{ node: { id: ids[0] } }] } },
        { events: { totalCount: 2, edges: [{ node: { id: ids[1] } }, { node: { id: ids[2] } }] } },
        { events: { totalCount: 0, edges: [] } },
      ]);
    });
    expect(statements).toHaveLength(1);
  });
});

describe('what is read of a period', () => {
  const period = '{ from: "2026-09-10T00:00:00Z", to: "2026-10-05T00:00:00Z" }';
  const inSummary = `_entities(representations: [{ __typename: "Tenant", id: "${admin.tenantId}" }])`;

  test.each([
    ['a list', `{ events(period: ${period}) { totalCount edges { node { id } } } }`],
    ['the most frequent names', `{ topEvents(period: ${period}) { name } }`],
    ['a funnel', `{ funnel(steps: ["a", "b"], period: ${period}) { visitors } }`],
    ['a summary', `{ ${inSummary} { ... on Tenant { analytics { events(period: ${period}) } } } }`],
  ])('lies in the partitions of its months: %s', async (_, source) => {
    await makePartitions('2026-08-01', '2026-12-01');
    const plans = await plansOf(subgraph, database, admin, source);
    expect(plans).toHaveLength(1);
    const partitions = plans[0]?.match(/events_(\d{4}_\d{2}|default)/g) ?? [];
    expect([...new Set(partitions)].toSorted()).toEqual(['events_2026_09', 'events_2026_10']);
  });

  test('of the last day lies in this month’s, or the last’s too', async () => {
    const source = `{ ${inSummary} { ... on Tenant { analytics { events24h } } } }`;
    const [plan = ''] = await plansOf(subgraph, database, admin, source);
    const month = (ms: number): string => `events_${ago(ms).slice(0, 7).replace('-', '_')}`;
    const past = Array.from({ length: 12 }, (_, index) => month((index + 1) * 31 * day)).slice(1);
    expect(plan).toContain(month(0));
    for (const partition of past) expect(plan).not.toContain(partition);
  });

  async function makePartitions(first: string, last: string): Promise<void> {
    await database.commit(
      { 'app.role': 'system' },
      `select analytics.make_event_partitions('${first}', '${last}')`,
    );
  }
});

test('no event is changed or deleted by anybody', async () => {
  for (const who of [admin, superadmin]) {
    for (const statement of [
      "update analytics.events set event_name = 'x'",
      'delete from analytics.events',
    ]) {
      const failure = await database.as(contextOf(who), [statement]).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: '42501' });
    }
  }
});
