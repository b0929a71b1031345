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

const day = 86_400_000;
const ago = (days: number): Date => new Date(Date.now() - days * day);
const word = `zebra${newId().replaceAll('-', '')}`;

const admin = aUser();
const client = aUser({ role: 'client', tenantId: admin.tenantId });
const stranger = aUser();
let dashboard: string;

beforeAll(async () => {
  dashboard = await aDashboard(subgraph, admin, { name: `Of the ${word}`, description: 'Its visits' });
  await aDashboard(subgraph, stranger, { name: `Not yours: ${word}` });
  await tracked(subgraph, admin.tenantId, [
    { createdAt: ago(1).toISOString(), eventName: `${word}.seen`, userId: client.userId },
    { createdAt: ago(1).toISOString(), pageTitle: `The ${word} house` },
    { createdAt: ago(2).toISOString(), pageTitle: `The ${word} house`, userId: client.userId },
    { createdAt: ago(40).toISOString(), pageTitle: `An old ${word}` },
  ]);
  await tracked(subgraph, stranger.tenantId, [
    { createdAt: ago(1).toISOString(), pageTitle: `Elsewhere: ${word}` },
  ]);
  await rollUpPeriod(database.as(superadmin), { from: ago(3), to: ago(-1) }, admin.tenantId);
});

const search = (who: Identity, text = word, args = '') =>
  run(
    subgraph,
    who,
    `query ($text: String!) { analyticsSearch(text: $text ${args}) { type id tenantId title highlight rank } }`,
    { text },
  );
const titles = async (who: Identity, text = word, args = ''): Promise<string[]> => {
  const hits = (await search(who, text, args)).data?.analyticsSearch as { type: string; title: string }[];
  return hits.map(({ type, title }) => `${type}: ${title}`).toSorted();
};

const metrics = ['events', 'users'].map((kind) => `Metric: ${kind}.${word}.seen`);

describe('searching analytics', () => {
  test('finds dashboards, names of metrics, and titles of pages of the last 30 days, in one statement', async () => {
    const statements = await statementsOf(async () => {
      expect(await titles(admin)).toEqual([
        `Dashboard: Of the ${word}`,
        `Event: The ${word} house`,
        ...metrics,
      ]);
    });
    expect(statements).toHaveLength(1);
  });

  test('leads to what it has found, with the words marked, the best first', async () => {
    const { data } = await search(admin);
    const hits = data?.analyticsSearch as { id: string; rank: number; highlight: string; tenantId: string }[];
    expect(hits.find(({ id }) => id === dashboard)).toMatchObject({
      tenantId: admin.tenantId,
      highlight: `**${word}** Its visits`,
    });
    expect(hits.map(({ rank }) => rank)).toEqual(hits.map(({ rank }) => rank).toSorted((a, b) => b - a));
    const source =
      'query ($id: ID!) { dashboard(id: $id) { id } event(id: $id) { pageTitle } metric(id: $id) { metricName } }';
    for (const { id } of hits) {
      const found = (await run(subgraph, admin, source, { id })).data;
      expect(Object.values(found ?? {}).filter((value) => value !== null)).toHaveLength(1);
    }
  });

  test('finds what the caller sees, and nothing of another tenant', async () => {
    expect(await titles(client)).toEqual([`Event: The ${word} house`, ...metrics]);
    expect(await titles(stranger)).toEqual([`Dashboard: Not yours: ${word}`, `Event: Elsewhere: ${word}`]);
    expect(await titles(aUser())).toEqual([]);
    expect(await titles(stranger, word, `, tenantId: "${admin.tenantId}"`)).toEqual([]);
    expect(await titles(superadmin)).toHaveLength(6);
    expect(await titles(superadmin, word, `, tenantId: "${stranger.tenantId}"`)).toHaveLength(2);
  });

  test('finds as many as are asked for, and words in any form', async () => {
    expect(await titles(admin, word, ', first: 1')).toHaveLength(1);
    expect(await titles(admin, `${word} houses`)).toEqual([`Event: The ${word} house`]);
  });

  test.each([
    ['', ''],
    ['a'.repeat(1_001), ''],
    ['a', ', first: 0'],
    ['a', ', first: 101'],
  ])('for %j%s is refused', async (text, args) => {
    expect(codes(await search(admin, text, args))).toEqual(['BAD_USER_INPUT']);
  });
});
