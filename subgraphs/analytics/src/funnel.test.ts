import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { anAnalyticsSubgraph, aUser, superadmin, tracked, type AnEvent } from './testing.ts';

const subgraph = anAnalyticsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
const client = aUser({ role: 'client', tenantId: admin.tenantId });
const stranger = aUser();

/** What a visitor does, an event every minute. */
function visit(who: Pick<AnEvent, 'userId' | 'sessionId'>, ...names: readonly string[]): AnEvent[] {
  const start = Date.parse('2026-09-14T10:00:00Z');
  return names.map((eventName, minute) => ({
    ...who,
    eventName,
    createdAt: new Date(start + minute * 60_000).toISOString(),
  }));
}

beforeAll(async () => {
  await tracked(subgraph, admin.tenantId, [
    // All the way, over two sessions, with something else in between.
    ...visit({ userId: client.userId, sessionId: 'a' }, 'view', 'search', 'cart'),
    { userId: client.userId, sessionId: 'b', eventName: 'order', createdAt: '2026-09-15T09:00:00Z' },
    // Two steps, twice each.
    ...visit({ userId: newId() }, 'view', 'view', 'cart', 'cart'),
    // In the wrong order: the cart was filled before the page was seen, and not again.
    ...visit({ userId: newId() }, 'cart', 'view'),
    // A visitor without an account, by the session.
    ...visit({ sessionId: 'c' }, 'view', 'cart', 'order'),
    // All at the same moment.
    ...['order', 'cart', 'view'].map((eventName) => ({
      sessionId: 'd',
      eventName,
      createdAt: '2026-09-14T11:00:00Z',
    })),
    // Nobody that could be known again.
    ...visit({}, 'view', 'cart', 'order'),
    // The order after the end of the period.
    ...visit({ sessionId: 'e' }, 'view', 'cart'),
    { sessionId: 'e', eventName: 'order', createdAt: '2026-10-01T00:00:00Z' },
  ]);
  // The same session's name in another tenant is another visitor.
  await tracked(subgraph, stranger.tenantId, visit({ sessionId: 'c' }, 'view'));
});

const period = 'period: { from: "2026-09-01T00:00:00Z", to: "2026-10-01T00:00:00Z" }';
const ask = (who: Identity, steps: readonly string[], more = '') =>
  run(
    subgraph,
    who,
    `query ($steps: [String!]!) { funnel(steps: $steps, ${period} ${more}) { name visitors conversion } }`,
    { steps },
  );
const visitors = async (who: Identity, steps: readonly string[], more = ''): Promise<unknown> =>
  ((await ask(who, steps, more)).data?.funnel as { visitors: number }[]).map((step) => step.visitors);

describe('a funnel', () => {
  test('counts who takes each step after the one before', async () => {
    const { data } = await ask(admin, ['view', 'cart', 'order']);
    expect(data?.funnel).toEqual([
      { name: 'view', visitors: 6, conversion: 1 },
      { name: 'cart', visitors: 5, conversion: 5 / 6 },
      { name: 'order', visitors: 3, conversion: 0.5 },
    ]);
  });

  test('of what nobody does has no conversion', async () => {
    const { data } = await ask(admin, ['never', 'view']);
    expect(data?.funnel).toEqual([
      { name: 'never', visitors: 0, conversion: null },
      { name: 'view', visitors: 0, conversion: null },
    ]);
  });

  test('counts for who is no admin the own events alone, and for a superadmin those of all or of one tenant', async () => {
    const steps = ['view', 'cart', 'order'];
    expect(await visitors(client, steps)).toEqual([1, 1, 1]);
    expect(await visitors(stranger, steps)).toEqual([1, 0, 0]);
    expect(await visitors(superadmin, steps, `tenantId: "${admin.tenantId}"`)).toEqual([6, 5, 3]);
    expect(codes(await ask(stranger, steps, `tenantId: "${admin.tenantId}"`))).toEqual(['FORBIDDEN']);
  });

  test('takes one statement', async () => {
    const statements = await statementsOf(() => ask(admin, ['view', 'cart', 'order']));
    expect(statements).toHaveLength(1);
  });

  test.each([
    ['one step', ['view']],
    ['nine steps', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']],
    ['a step twice', ['view', 'cart', 'view']],
  ])('with %s is refused', async (_, steps) => {
    expect(codes(await ask(admin, steps))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the most frequent names', () => {
  const top = (who: Identity, args = '') =>
    run(subgraph, who, `{ topEvents(${period} ${args}) { name count } }`);

  test('come in their order, those that are as frequent by the alphabet', async () => {
    expect((await top(admin)).data?.topEvents).toEqual([
      { name: 'cart', count: 8 },
      { name: 'view', count: 8 },
      { name: 'order', count: 4 },
      { name: 'search', count: 1 },
    ]);
    expect((await top(admin, 'first: 1')).data?.topEvents).toEqual([{ name: 'cart', count: 8 }]);
  });

  test('are of the events that the caller sees', async () => {
    expect((await top(client)).data?.topEvents).toEqual(
      ['cart', 'order', 'search', 'view'].map((name) => ({ name, count: 1 })),
    );
    expect((await top(stranger)).data?.topEvents).toEqual([{ name: 'view', count: 1 }]);
    expect(codes(await top(stranger, `tenantId: "${admin.tenantId}"`))).toEqual(['FORBIDDEN']);
    expect((await top(superadmin, `first: 1, tenantId: "${admin.tenantId}"`)).data?.topEvents).toEqual([
      { name: 'cart', count: 8 },
    ]);
  });

  test.each(['first: 0', 'first: 101'])('with %s are refused', async (args) => {
    expect(codes(await top(admin, args))).toEqual(['BAD_USER_INPUT']);
  });
});
