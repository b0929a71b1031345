import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { anAnalyticsSubgraph, aUser, superadmin } from './testing.ts';

const subgraph = anAnalyticsSubgraph();
afterAll(() => subgraph.close());

const one = `mutation ($input: TrackEventInput!, $key: String) { trackEvent(input: $input, idempotencyKey: $key) {
  id tenantId user { id } eventName eventData sessionId ipAddress userAgent country createdAt } }`;
const many = `mutation ($inputs: [TrackEventInput!]!, $key: String) {
  trackEvents(inputs: $inputs, idempotencyKey: $key) { count events { id eventName } } }`;

const track = (who: Identity, input: Record<string, unknown> = {}, key?: string, of = subgraph) =>
  run(of, who, one, { input: { eventName: 'page_view', ...input }, key });
const trackAll = (who: Identity, inputs: readonly Record<string, unknown>[], key?: string) =>
  run(subgraph, who, many, { inputs, key });

const day = 86_400_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** How many events of the last 300 days somebody sees. */
async function countOf(who: Identity): Promise<unknown> {
  const period = { from: ago(300 * day), to: ago(-day) };
  const source = 'query ($period: PeriodInput!) { events(period: $period) { totalCount } }';
  const { data } = await run(subgraph, who, source, { period });
  return (data?.events as { totalCount: number }).totalCount;
}

describe('an event that a page tells of', () => {
  test.each(['admin', 'client', 'user'] as const)(
    'is of its %s, from where the request came',
    async (role) => {
      const user = aUser({ role });
      const input = { eventData: { path: '/a', nested: [1, null] }, sessionId: 's1', country: 'DE' };
      const { data, errors } = await track(user, input);
      expect(errors).toBeUndefined();
      expect(data?.trackEvent).toEqual({
        ...input,
        id: expect.any(String),
        tenantId: user.tenantId,
        user: { id: user.userId },
        eventName: 'page_view',
        ipAddress: '127.0.0.0',
        userAgent: 'test',
        createdAt: expect.any(String),
      });
    },
  );

  test.each([
    ['full', '127.0.0.1'],
    ['truncated', '127.0.0.0'],
    ['none', null],
  ] as const)('has, where addresses are kept %s, the address %s', async (kept, ipAddress) => {
    const other = anAnalyticsSubgraph({ ANALYTICS_IP_ADDRESSES: kept });
    const { data } = await track(aUser(), {}, undefined, other);
    await other.close();
    expect(data?.trackEvent).toMatchObject({ ipAddress });
  });

  test('is nobody else’s, from no other address, and of no other tenant', async () => {
    const user = aUser({ role: 'client' });
    const stranger = aUser();
    const refused = [
      [{ userId: stranger.userId }, 'FORBIDDEN', undefined],
      [{ tenantId: stranger.tenantId }, 'FORBIDDEN', undefined],
      [{ ipAddress: '1.2.3.4' }, 'BAD_USER_INPUT', 'input.ipAddress'],
      [{ userAgent: 'forged' }, 'BAD_USER_INPUT', 'input.userAgent'],
    ] as const;
    for (const [input, code, field] of refused) {
      const { errors = [] } = await track(user, input);
      expect(errors.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([[code, field]]);
    }
    expect(await countOf(user)).toBe(0);
    expect(await countOf(stranger)).toBe(0);
  });

  test('is of an admin too its own, though admins see all of their tenant', async () => {
    const admin = aUser();
    const colleague = aUser({ tenantId: admin.tenantId });
    expect(codes(await track(admin, { userId: colleague.userId }))).toEqual(['FORBIDDEN']);
  });

  test('is told by nobody who has not logged in', async () => {
    const { data, errors } = await track({ ...system, role: 'anonymous' });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(data).toEqual({ trackEvent: null });
  });

  test.each([
    ['a name with capitals', { eventName: 'PageView' }, 'input.eventName'],
    ['a name that begins with a digit', { eventName: '1st' }, 'input.eventName'],
    ['a name that ends with a dot', { eventName: 'order.' }, 'input.eventName'],
    ['a name of 101 letters', { eventName: 'a'.repeat(101) }, 'input.eventName'],
    ['data that are a list', { eventData: [] }, 'input.eventData'],
    ['data of more than 8 kB', { eventData: { text: 'ä'.repeat(4_096) } }, 'input.eventData'],
    ['a country in small letters', { country: 'de' }, 'input.country'],
    ['a session without a name', { sessionId: '' }, 'input.sessionId'],
    ['a title of 501 letters', { pageTitle: 'a'.repeat(501) }, 'input.pageTitle'],
    ['a user that is no UUID', { userId: 'me' }, 'input.userId'],
    ['a time 6 minutes ahead', { createdAt: ago(-360_000) }, 'input.createdAt'],
    ['a time 8 days ago', { createdAt: ago(8 * day) }, 'input.createdAt'],
  ])('with %s is refused, and nothing is written', async (_, input, field) => {
    const user = aUser();
    const { errors } = await track(user, input);
    expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ['BAD_USER_INPUT', field],
    ]);
    expect(await countOf(user)).toBe(0);
  });

  test('with a character that the database has not is refused as input', async () => {
    expect(codes(await track(aUser(), { pageTitle: 'a\u0000b' }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await track(aUser(), { eventData: { text: '\u0000' } }))).toEqual(['BAD_USER_INPUT']);
  });

  test('may be 4 minutes ahead, and 6 days late', async () => {
    const user = aUser();
    for (const createdAt of [ago(-240_000), ago(6 * day)]) {
      const { data, errors } = await track(user, { createdAt });
      expect(errors).toBeUndefined();
      expect(data?.trackEvent).toMatchObject({ createdAt });
    }
  });
});

describe('an event that a service tells of', () => {
  test.each([
    ['the product itself', system],
    ['a superadmin', superadmin],
  ])('is of whom it says and as old as it says: %s', async (_, who) => {
    const given = {
      tenantId: aUser().tenantId,
      ipAddress: '2001:db8:1:2:3:4:5:6',
      userAgent: 'shop/1.0',
      createdAt: ago(200 * day),
    };
    const userId = newId();
    const { data, errors } = await track(who, { ...given, userId });
    expect(errors).toBeUndefined();
    expect(data?.trackEvent).toMatchObject({ ...given, ipAddress: '2001:db8:1::', user: { id: userId } });
  });

  test('is of nobody when it does not say of whom', async () => {
    const { data } = await track(system, { tenantId: aUser().tenantId });
    expect(data?.trackEvent).toMatchObject({ user: null, ipAddress: null, userAgent: null });
  });

  test('is of the service’s own tenant, unless the product itself tells of it', async () => {
    const service = aUser();
    const writing = { ...service, scopes: [...service.scopes, 'analytics:write'] };
    const visitor = newId();
    const { data } = await track(writing, { userId: visitor });
    expect(data?.trackEvent).toMatchObject({ tenantId: service.tenantId, user: { id: visitor } });
    expect(codes(await track(writing, { userId: visitor, tenantId: aUser().tenantId }))).toEqual([
      'FORBIDDEN',
    ]);
    expect(codes(await track(system))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await track(superadmin))).toEqual(['BAD_USER_INPUT']);
  });

  test('is refused by the database where the resolver would let it through', async () => {
    // A client with the scope passes the check of services; the policy of the table lets clients write their own alone.
    const client = aUser({ role: 'client' });
    const writing = { ...client, scopes: [...client.scopes, 'analytics:write'] };
    expect(codes(await track(writing, { userId: newId() }))).toEqual(['FORBIDDEN']);
    expect(codes(await track(writing, { userId: client.userId }))).toEqual([]);
  });
});

describe('a batch of events', () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ eventName: `event_${index}` }));

  test('is written by one statement, and its events are read by one more when they are asked for', async () => {
    const user = aUser();
    const statements = await statementsOf(async () => {
      expect((await trackAll(user, names(500))).data?.trackEvents).toMatchObject({ count: 500 });
    });
    expect(statements.map(({ text }) => /insert into (\S+)|from (\S+)/.exec(text)?.[0] ?? text)).toEqual([
      'insert into analytics.events',
      'COMMIT',
      'from "analytics"."events"',
    ]);
    expect(await countOf(user)).toBe(500);
  });

  test('comes back in its order', async () => {
    const { data } = await trackAll(aUser(), names(20));
    const { events } = data?.trackEvents as { events: { eventName: string }[] };
    expect(events.map(({ eventName }) => ({ eventName }))).toEqual(names(20));
  });

  test('is refused as a whole for one event, by its place', async () => {
    const user = aUser();
    const { errors } = await trackAll(user, [...names(3), { eventName: 'No' }]);
    expect(errors?.map(({ extensions }) => extensions.field)).toEqual(['inputs.3.eventName']);
    const late = await trackAll(user, [...names(2), { eventName: 'late', createdAt: ago(8 * day) }]);
    expect(late.errors?.map(({ extensions }) => extensions.field)).toEqual(['inputs.2.createdAt']);
    expect(await countOf(user)).toBe(0);
  });

  test('is refused when it is empty, too large, or of several tenants', async () => {
    const [one, other] = [aUser(), aUser()];
    expect(codes(await trackAll(one, []))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await trackAll(one, names(501)))).toEqual(['BAD_USER_INPUT']);
    const mixed = [one, other].map(({ tenantId }) => ({ eventName: 'a', tenantId }));
    const { errors } = await trackAll(superadmin, mixed);
    expect(errors?.map(({ extensions }) => extensions.field)).toEqual(['inputs.1.tenantId']);
    expect(await countOf(one)).toBe(0);
  });

  test('is on no audit log, whose entries would outnumber the events', async () => {
    const admin = aUser();
    await trackAll(admin, names(3));
    const { data } = await run(subgraph, admin, '{ analyticsAuditLog { totalCount } }');
    expect(data).toEqual({ analyticsAuditLog: { totalCount: 0 } });
  });
});

describe('an idempotency key', () => {
  test('makes an event that is sent again the same one', async () => {
    const user = aUser();
    const first = await track(user, { sessionId: 'a' }, 'key');
    expect(first.errors).toBeUndefined();
    expect(await track(user, { sessionId: 'b' }, 'key')).toEqual(first);
    expect(await countOf(user)).toBe(1);
  });

  test('makes a batch that is sent again the same one, also when both are sent at the same time', async () => {
    const user = aUser();
    const inputs = [{ eventName: 'a' }, { eventName: 'b' }];
    const sent = await Promise.all([1, 2, 3].map(() => trackAll(user, inputs, 'batch')));
    const batches = sent.map(({ data }) => data?.trackEvents as { count: number; events: unknown });
    expect(batches.map(({ count }) => count).toSorted()).toEqual([0, 0, 2]);
    expect(new Set(batches.map(({ events }) => JSON.stringify(events))).size).toBe(1);
    expect(await countOf(user)).toBe(2);
  });

  test('is its caller’s, its operation’s and its tenant’s own', async () => {
    const user = aUser();
    const colleague = aUser({ tenantId: user.tenantId });
    const tenants = [aUser().tenantId, aUser().tenantId];
    await track(user, {}, 'same');
    await track(colleague, {}, 'same');
    await trackAll(user, [{ eventName: 'a' }], 'same');
    expect(await countOf(user)).toBe(3);
    for (const tenantId of tenants) await track(superadmin, { tenantId }, 'same');
    for (const tenantId of tenants) expect(await countOf(aUser({ tenantId }))).toBe(1);
  });

  test.each(['', 'k'.repeat(201)])('of %j is refused', async (key) => {
    expect(codes(await track(aUser(), {}, key))).toEqual(['BAD_USER_INPUT']);
  });
});
