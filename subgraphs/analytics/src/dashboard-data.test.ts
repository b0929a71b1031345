import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { rollUpPeriod } from './roll-up.ts';
import {
  aDashboard,
  anAnalyticsDatabase,
  anAnalyticsSubgraph,
  aUser,
  superadmin,
  tracked,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = anAnalyticsDatabase();
afterAll(() => Promise.all([subgraph.close(), database.close()]));

const admin = aUser();
const period = { from: '2026-09-14T00:00:00Z', to: '2026-09-17T00:00:00Z' };
let id: string;

const widgets = [
  { id: 'views', type: 'series', title: 'Views', metric: 'events.page_view', granularity: 'day' },
  { id: 'mobile', type: 'series', title: 'Mobile', metric: 'events', granularity: 'day', device: 'mobile' },
  { id: 'sum', type: 'number', title: 'Sum', metric: 'events', granularity: 'hour' },
  { id: 'top', type: 'top_events', title: 'Top', first: 1 },
  { id: 'more', type: 'top_events', title: 'More', first: 10 },
  { id: 'buys', type: 'funnel', title: 'Buys', steps: ['page_view', 'order.placed'] },
  { id: 'back', type: 'funnel', title: 'Back', steps: ['order.placed', 'page_view'] },
  // The same as the first: shown twice, read once.
  { id: 'again', type: 'series', title: 'Again', metric: 'events.page_view', granularity: 'day' },
];

beforeAll(async () => {
  await tracked(subgraph, admin.tenantId, [
    { createdAt: '2026-09-14T10:00:00Z', sessionId: 'a', deviceType: 'mobile' },
    { createdAt: '2026-09-14T10:01:00Z', sessionId: 'a', deviceType: 'mobile', eventName: 'order.placed' },
    { createdAt: '2026-09-16T10:00:00Z', sessionId: 'b' },
  ]);
  await rollUpPeriod(
    database.as(superadmin),
    { from: new Date(period.from), to: new Date(period.to) },
    admin.tenantId,
  );
  id = await aDashboard(subgraph, admin, { config: { widgets } });
});

const dataOf = (who: Identity, of = id, during: Record<string, string> = period) =>
  run(
    subgraph,
    who,
    `query ($id: ID!, $period: PeriodInput!) { dashboardData(id: $id, period: $period) {
      id type title points { value } total events { name count } steps { name visitors } } }`,
    { id: of, period: during },
  );

const none = { points: null, total: null, events: null, steps: null };
const series = (...values: readonly string[]) => ({
  ...none,
  type: 'SERIES',
  points: values.map((value) => ({ value })),
});
const shown = [
  { id: 'views', title: 'Views', ...series('1', '0', '1') },
  { id: 'mobile', title: 'Mobile', ...series('2', '0', '0') },
  { id: 'sum', title: 'Sum', ...none, type: 'NUMBER', total: '3' },
  { id: 'top', title: 'Top', ...none, type: 'TOP_EVENTS', events: [{ name: 'page_view', count: 2 }] },
  {
    ...{ id: 'more', title: 'More', ...none, type: 'TOP_EVENTS' },
    events: [
      { name: 'page_view', count: 2 },
      { name: 'order.placed', count: 1 },
    ],
  },
  {
    ...{ id: 'buys', title: 'Buys', ...none, type: 'FUNNEL' },
    steps: [
      { name: 'page_view', visitors: 2 },
      { name: 'order.placed', visitors: 1 },
    ],
  },
  {
    ...{ id: 'back', title: 'Back', ...none, type: 'FUNNEL' },
    steps: [
      { name: 'order.placed', visitors: 1 },
      { name: 'page_view', visitors: 0 },
    ],
  },
  { id: 'again', title: 'Again', ...series('1', '0', '1') },
];

describe('the data of a dashboard', () => {
  test('are what each widget shows, in four statements however many there are', async () => {
    const statements = await statementsOf(async () => {
      const { data, errors } = await dataOf(admin);
      expect(errors).toBeUndefined();
      expect(data?.dashboardData).toEqual(shown);
    });
    // The dashboard, the series, the top events, the funnels.
    expect(statements).toHaveLength(4);
  });

  test('of one without widgets are none, after one statement', async () => {
    const empty = await aDashboard(subgraph, admin, {});
    const statements = await statementsOf(async () => {
      expect((await dataOf(admin, empty)).data).toEqual({ dashboardData: [] });
    });
    expect(statements).toHaveLength(1);
  });

  test('are of the dashboard’s tenant for a superadmin, and of what one sees for others', async () => {
    expect((await dataOf(superadmin)).data?.dashboardData).toEqual(shown);
    const client = aUser({ role: 'client', tenantId: admin.tenantId });
    expect(codes(await dataOf(client))).toEqual(['NOT_FOUND']);
    const open = await aDashboard(subgraph, admin, {
      config: { widgets: widgets.slice(2, 4) },
      isPublic: true,
    });
    const { data } = await dataOf(client, open);
    // Metrics are the tenant's; events are each user's own.
    expect(data?.dashboardData).toMatchObject([{ total: '3' }, { events: [] }]);
  });

  test('are not those of another tenant, nor of what is not there', async () => {
    expect(codes(await dataOf(aUser()))).toEqual(['NOT_FOUND']);
    for (const of of [newId(), 'x']) expect(codes(await dataOf(admin, of))).toEqual(['NOT_FOUND']);
  });

  test('are refused for a period with more points than a series has', async () => {
    const during = { from: '2026-01-01T00:00:00Z', to: '2026-09-01T00:00:00Z' };
    expect(codes(await dataOf(admin, id, during))).toEqual(['BAD_USER_INPUT']);
  });
});
