import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous, newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run, testDatabaseUrl } from '@cdx/kit/testing';
import { aNotification, aNotificationsSubgraph, aSubscription, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

/** Whose everything is, an admin of another tenant, and others of the same tenant who are no admins. */
const owner = aUser({ role: 'client' });
const strangers: [string, Identity][] = [
  ['an admin of another tenant', aUser()],
  ['a user of the same tenant', aUser({ role: 'user', tenantId: owner.tenantId })],
  ['a client of the same tenant', aUser({ role: 'client', tenantId: owner.tenantId })],
];

let notification: string;
let delivery: string;
let subscription: string;
beforeAll(async () => {
  subscription = await aSubscription(subgraph, owner);
  notification = await aNotification(subgraph, owner, { channels: ['SMS'], metadata: { kind: 'secret' } });
  const { deliveries } = await ask<{ deliveries: { edges: { node: { id: string } }[] } }>(
    subgraph,
    owner,
    '{ deliveries { edges { node { id } } } }',
  );
  delivery = deliveries.edges[0]?.node.id ?? '';
});

/** Every list, asked for the owner's row in each way that names it. */
const lists: [string, () => string][] = [
  ['notifications', () => ''],
  ['notifications', () => `(filter: { id: { eq: "${notification}" } })`],
  ['notifications', () => `(filter: { tenantId: { eq: "${owner.tenantId}" } })`],
  ['notifications', () => `(filter: { userId: { in: ["${owner.userId}"] } })`],
  ['notifications', () => '(filter: { metadata: { contains: { kind: "secret" } } })'],
  ['notifications', () => `(filter: { not: { userId: { eq: "${newId()}" } } })`],
  ['deliveries', () => ''],
  ['deliveries', () => `(filter: { notificationId: { eq: "${notification}" } })`],
  ['deliveries', () => `(filter: { or: [{ id: { eq: "${delivery}" } }, { status: { eq: FAILED } }] })`],
  ['deadLetters', () => ''],
  ['deadLetters', () => `(filter: { userId: { eq: "${owner.userId}" } })`],
  ['channelSubscriptions', () => ''],
  ['channelSubscriptions', () => `(filter: { userId: { eq: "${owner.userId}" } })`],
];

/** Every write of what is there. */
const writes: [string, () => string][] = [
  ['markNotificationRead', () => `markNotificationRead(id: "${notification}") { id }`],
  ['deleteNotification', () => `deleteNotification(id: "${notification}")`],
  ['retryDelivery', () => `retryDelivery(id: "${delivery}") { id }`],
  ['unsubscribeChannel', () => `unsubscribeChannel(id: "${subscription}")`],
];

describe.each(strangers)('%s', (_, stranger) => {
  test.each(lists)('finds none of the owner’s in %s, which the owner finds', async (field, args) => {
    const query = `{ ${field}${args()} { totalCount edges { node { id } } } }`;
    expect(await ask(subgraph, stranger, query)).toEqual({ [field]: { totalCount: 0, edges: [] } });
    const own = await ask<Record<string, { totalCount: number }>>(subgraph, owner, query);
    expect(own[field]?.totalCount).toBe(1);
  });

  test('sees none of them by its id, nor as an entity', async () => {
    const query = `{ notification(id: "${notification}") { id } delivery(id: "${delivery}") { id } }`;
    expect(await ask(subgraph, stranger, query)).toEqual({ notification: null, delivery: null });
    const all = [
      { __typename: 'Notification', id: notification },
      { __typename: 'Delivery', id: delivery },
      { __typename: 'ChannelSubscription', id: subscription },
    ];
    const entities = 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }';
    expect(await ask(subgraph, stranger, entities, { all })).toEqual({ _entities: [null, null, null] });
  });

  test.each(writes)('cannot %s', async (field, write) => {
    const code = field === 'retryDelivery' && stranger.role === 'user' ? 'FORBIDDEN' : 'NOT_FOUND';
    expect(codes(await run(subgraph, stranger, `mutation { ${write()} }`))).toEqual([code]);
    const { notifications } = await ask<{ notifications: { edges: { node: object }[] } }>(
      subgraph,
      owner,
      '{ notifications { edges { node { id read } } } }',
    );
    expect(notifications.edges).toEqual([{ node: { id: notification, read: false } }]);
  });
});

test('whoever has not logged in sees nothing', async () => {
  const { data, errors } = await run(subgraph, anonymous, '{ notifications { totalCount } }');
  expect(data).toEqual({ notifications: null });
  expect(errors).toHaveLength(1);
});

interface Connection {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<{ rows: object[]; rowCount: number }>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

describe('the database itself', () => {
  const database = new Client({ connectionString: testDatabaseUrl('NOTIFICATIONS_DATABASE_URL') });
  beforeAll(() => database.connect());
  afterAll(() => database.end());
  beforeEach(() => database.query('rollback; begin'));

  /** What follows runs as the application, for somebody. */
  async function actAs({ role, tenantId, userId }: Pick<Identity, 'role' | 'tenantId' | 'userId'>) {
    await database.query(
      `select set_config('role', 'cdx_app', true), set_config('app.role', $1, true),
        set_config('app.tenant_id', $2, true), set_config('app.user_id', $3, true)`,
      [role, tenantId ?? '', userId ?? ''],
    );
  }

  const insert = (tenantId: string, userId: string, id = newId()) =>
    database.query(
      'insert into notifications.notifications (id, tenant_id, user_id, title, message) values ($1, $2, $3, $4, $5)',
      [id, tenantId, userId, 'x', 'x'],
    );
  const deliver = (tenantId: string, userId: string, of: string, through: string | null = null) =>
    database.query(
      `insert into notifications.deliveries
        (id, tenant_id, user_id, notification_id, subscription_id, channel, recipient, next_attempt_at)
        values ($1, $2, $3, $4, $5, 'email', 'x', now())`,
      [newId(), tenantId, userId, of, through],
    );

  test.each(strangers)('shows and lets %s change nothing', async (_, stranger) => {
    await actAs(stranger);
    for (const table of ['notifications', 'deliveries', 'channel_subscriptions']) {
      const where = `notifications.${table} where user_id = $1`;
      expect((await database.query(`select id from ${where}`, [owner.userId])).rows).toEqual([]);
      expect((await database.query(`delete from ${where}`, [owner.userId])).rowCount).toBe(0);
    }
    await expect(insert(owner.tenantId, owner.userId)).rejects.toMatchObject({ code: '42501' });
  });

  test('has no delivery of another tenant’s or user’s notification, nor to their address', async () => {
    await actAs({ role: 'system', tenantId: null, userId: null });
    const [tenant, user] = ['t_elsewhere', newId()];
    const own = newId();
    await insert(tenant, user, own);
    const wrong: [string, string, string, string | null][] = [
      [tenant, user, notification, null],
      [tenant, owner.userId, own, null],
      [owner.tenantId, user, notification, null],
      [tenant, user, own, subscription],
    ];
    for (const row of wrong) {
      await database.query('savepoint attempt');
      await expect(deliver(...row)).rejects.toMatchObject({ code: '23503' });
      await database.query('rollback to attempt');
    }
    expect((await deliver(tenant, user, own)).rowCount).toBe(1);
  });

  test.each([
    ['read without its time', 'update notifications.notifications set read = true', '23514'],
    ['a list for metadata', `update notifications.notifications set metadata = '[]'`, '23514'],
    ['a queued delivery without its time', `update notifications.deliveries set status = 'queued'`, '23514'],
    ['a sent delivery without its time', `update notifications.deliveries set status = 'sent'`, '23514'],
    ['a failed delivery without a reason', 'update notifications.deliveries set error = null', '23514'],
    ['an address in the app', `update notifications.channel_subscriptions set channel = 'in_app'`, '23514'],
    [
      'a push subscription without keys',
      `update notifications.channel_subscriptions set channel = 'push'`,
      '23514',
    ],
  ])('refuses %s', async (_, statement, code) => {
    await actAs(owner);
    await expect(database.query(statement)).rejects.toMatchObject({ code });
  });
});
