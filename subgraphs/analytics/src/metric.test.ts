import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { rollUpPeriod } from './roll-up.ts';
import { anAnalyticsDatabase, anAnalyticsSubgraph, aUser, superadmin, tracked } from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = anAnalyticsDatabase();
afterAll(() => Promise.all([subgraph.close(), database.close()]));

const admin = aUser();
const stranger = aUser();
const period = { from: new Date('2026-09-07T00:00:00Z'), to: new Date('2026-10-12T00:00:00Z') };

beforeAll(async () => {
  const [ann, bob] = [newId(), newId()];
  await tracked(subgraph, admin.tenantId, [
    { createdAt: '2026-09-14T10:00:00Z', userId: ann, deviceType: 'mobile', country: 'DE' },
    { createdAt: '2026-09-14T10:30:00Z', userId: bob, deviceType: 'desktop', country: 'DE' },
    { createdAt: '2026-09-14T12:00:00Z', userId: ann, deviceType: 'mobile', eventName: 'order.placed' },
    { createdAt: '2026-09-16T23:59:59.999Z', userId: ann },
    { createdAt: '2026-09-28T00:00:00Z', userId: bob },
  ]);
  await tracked(subgraph, stranger.tenantId, [{ createdAt: '2026-09-14T10:00:00Z', userId: newId() }]);
  for (const { tenantId } of [admin, stranger]) await rollUpPeriod(database.as(superadmin), period, tenantId);
});

/** The points of a series, as `start value`, the start as far as it says something. */
async function series(args: string, who: Identity = admin, field = 'metricSeries'): Promise<unknown> {
  const source = `{ series: ${field}(${args}) { periodStart value } }`;
  const result = await run(subgraph, who, source);
  if (result.errors) return codes(result);
  const points = result.data?.series as { periodStart: string; value: string }[];
  return points.map(({ periodStart, value }) => `${periodStart.slice(5, 13)} ${value}`);
}

const within = (from: string, to: string): string =>
  `period: { from: "2026-${from}:00:00Z", to: "2026-${to}:00:00Z" }`;

describe('a series', () => {
  test('has a point for every period, 0 where nothing happened', async () => {
    expect(await series(`name: "events", granularity: DAY, ${within('09-13T00', '09-18T00')}`)).toEqual([
      '09-13T00 0',
      '09-14T00 3',
      '09-15T00 0',
      '09-16T00 1',
      '09-17T00 0',
    ]);
  });

  test.each([
    [
      'hours',
      'events.page_view',
      'HOUR',
      within('09-14T09', '09-14T13'),
      ['09-14T09 0', '09-14T10 2', '09-14T11 0', '09-14T12 0'],
    ],
    [
      'weeks, from Monday',
      'users',
      'WEEK',
      within('09-14T00', '10-05T00'),
      ['09-14T00 2', '09-21T00 0', '09-28T00 1'],
    ],
    ['months', 'events', 'MONTH', within('09-01T00', '11-01T00'), ['09-01T00 5', '10-01T00 0']],
    ['what never was', 'events.nothing', 'DAY', within('09-14T00', '09-15T00'), ['09-14T00 0']],
  ])('is there of %s', async (_, name, granularity, during, points) => {
    expect(await series(`name: "${name}", granularity: ${granularity}, ${during}`)).toEqual(points);
  });

  test('begins with the period that its first moment lies in, and ends before its last', async () => {
    const during = 'period: { from: "2026-09-16T23:59:59.999Z", to: "2026-09-17T00:00:00.001Z" }';
    expect(await series(`name: "events", granularity: WEEK, ${during}`)).toEqual(['09-14T00 4']);
    expect(await series(`name: "events", granularity: DAY, ${during}`)).toEqual(['09-16T00 1', '09-17T00 0']);
    const whole = 'period: { from: "2026-09-16T00:00:00Z", to: "2026-09-17T00:00:00Z" }';
    expect(await series(`name: "events", granularity: DAY, ${whole}`)).toEqual(['09-16T00 1']);
  });

  test.each([
    ['device: "mobile"', ['09-14T00 2']],
    ['device: "tablet"', ['09-14T00 0']],
    ['country: "DE"', ['09-14T00 2']],
  ])('is there of the part of %s', async (dimension, points) => {
    const during = within('09-14T00', '09-15T00');
    expect(await series(`name: "events", granularity: DAY, dimensions: { ${dimension} }, ${during}`)).toEqual(
      points,
    );
  });

  test('of active users is that of the metric users', async () => {
    const args = within('09-14T00', '09-17T00');
    expect(await series(args, admin, 'activeUsers')).toEqual(['09-14T00 2', '09-15T00 0', '09-16T00 1']);
    expect(await series(`granularity: WEEK, ${args}`, admin, 'activeUsers')).toEqual(['09-14T00 2']);
  });

  test.each([
    [
      'a part of users',
      `name: "users", granularity: DAY, dimensions: { device: "mobile" }, ${within('09-14T00', '09-15T00')}`,
    ],
    [
      'two parts',
      `name: "events", granularity: DAY, dimensions: { device: "a", country: "DE" }, ${within('09-14T00', '09-15T00')}`,
    ],
    ['more than 1,000 points', `name: "events", granularity: HOUR, ${within('01-01T00', '03-01T00')}`],
    ['no time', `name: "events", granularity: HOUR, ${within('09-14T00', '09-14T00')}`],
  ])('of %s is refused', async (_, args) => {
    expect(await series(args)).toEqual(['BAD_USER_INPUT']);
  });

  test('is the tenant’s, for its clients and users too; another’s is refused', async () => {
    const args = `name: "events", granularity: WEEK, ${within('09-14T00', '09-21T00')}`;
    for (const role of ['client', 'user'] as const) {
      expect(await series(args, aUser({ role, tenantId: admin.tenantId }))).toEqual(['09-14T00 4']);
    }
    expect(await series(args, stranger)).toEqual(['09-14T00 1']);
    expect(await series(`${args}, tenantId: "${admin.tenantId}"`, stranger)).toEqual(['FORBIDDEN']);
    expect(await series(`${args}, tenantId: "${admin.tenantId}"`, superadmin)).toEqual(['09-14T00 4']);
  });

  test('of all tenants is their sum, for a superadmin', async () => {
    const args = `name: "events", granularity: WEEK, ${within('09-14T00', '09-21T00')}`;
    const [point] = (await series(args, superadmin)) as string[];
    expect(Number(point?.split(' ')[1])).toBeGreaterThanOrEqual(5);
  });

  test('takes with all others of one request one statement', async () => {
    const during = within('09-14T00', '09-17T00');
    const source = `{
      a: metricSeries(name: "events", granularity: DAY, ${during}) { value }
      b: metricSeries(name: "events", granularity: HOUR, ${during}) { value }
      c: metricSeries(name: "events", granularity: DAY, dimensions: { device: "mobile" }, ${during}) { value }
      d: activeUsers(${during}) { value }
    }`;
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, admin, source);
      const { a, b, c, d } = data as Record<string, { value: string }[]>;
      const values = [a, c, d].map((points = []) => points.map(({ value }) => value).join());
      expect(values).toEqual(['3,0,1', '2,0,0', '2,0,1']);
      expect(b).toHaveLength(72);
    });
    expect(statements).toHaveLength(1);
  });
});

describe('the list of metrics', () => {
  const list = async (who: Identity, filter: string): Promise<unknown> => {
    const source = `{ metrics(filter: ${filter}) { totalCount edges { node {
      metricName metricValue granularity periodStart periodEnd tenant { id } } } } }`;
    return (await run(subgraph, who, source)).data?.metrics;
  };

  test('has each figure with its period', async () => {
    expect(await list(admin, '{ metricName: { eq: "users" }, granularity: { eq: WEEK } }')).toEqual({
      totalCount: 2,
      edges: [
        ['2026-09-28', '2026-10-05', '1.0000'],
        ['2026-09-14', '2026-09-21', '2.0000'],
      ].map(([start, end, metricValue]) => ({
        node: {
          metricName: 'users',
          metricValue,
          granularity: 'WEEK',
          periodStart: `${start ?? ''}T00:00:00.000Z`,
          periodEnd: `${end ?? ''}T00:00:00.000Z`,
          tenant: { id: admin.tenantId },
        },
      })),
    });
  });

  test('has nothing of another tenant', async () => {
    expect(await list(stranger, `{ tenantId: { eq: "${admin.tenantId}" } }`)).toEqual({
      totalCount: 0,
      edges: [],
    });
    expect(
      await list(stranger, '{ granularity: { eq: MONTH }, metricName: { eq: "events" } }'),
    ).toMatchObject({
      totalCount: 1,
    });
  });

  test('leads to entities, of which many are one statement, and none is another tenant’s', async () => {
    const { data } = await run(subgraph, admin, '{ metrics { edges { node { id } } } }');
    const { edges } = data?.metrics as { edges: { node: { id: string } }[] };
    const all = edges.map(({ node }) => ({ __typename: 'Metric', id: node.id }));
    const source = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Metric { id } } }';
    const statements = await statementsOf(async () => {
      expect((await run(subgraph, admin, source, { all })).data?._entities).toEqual(
        edges.map(({ node }) => node),
      );
    });
    expect(statements).toHaveLength(1);
    expect((await run(subgraph, stranger, source, { all })).data?._entities).toEqual(all.map(() => null));
  });
});
