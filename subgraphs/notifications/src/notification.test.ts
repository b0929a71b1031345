import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aNotification, aNotificationsSubgraph, aSubscription, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

const admin = aUser();
const member = aUser({ role: 'user', tenantId: admin.tenantId });
const colleague = aUser({ role: 'user', tenantId: admin.tenantId });
const client = aUser({ role: 'client', tenantId: admin.tenantId });
const superadmin = aSuperadmin();

const send = (who: Identity, input: object, key?: string) =>
  run(
    subgraph,
    who,
    `mutation ($input: SendNotificationInput!, $key: String) {
      sendNotification(input: $input, idempotencyKey: $key) { id tenantId userId title message type channel read readAt
        actionUrl metadata taskId deliveries(orderBy: { field: QUEUED_AT }) { totalCount edges { node {
          channel status recipient attempts error sentAt nextAttemptAt } } } } }`,
    { input: { userId: member.userId, title: 'Paid', message: 'The invoice is paid', ...input }, key },
  );

interface Sent {
  readonly id: string;
  readonly deliveries: {
    readonly totalCount: number;
    readonly edges: readonly { readonly node: Record<string, unknown> }[];
  };
}
const sentBy = async (who: Identity, input: object = {}, key?: string): Promise<Sent> => {
  const { data, errors } = await send(who, input, key);
  expect(errors).toBeUndefined();
  return data?.sendNotification as Sent;
};

describe('sending a notification', () => {
  test('tells the user in the app at once', async () => {
    const [metadata, taskId] = [{ invoice: 7 }, newId()];
    const sent = await sentBy(admin, { actionUrl: '/invoices/7', metadata, taskId, type: 'SUCCESS' });
    expect(sent).toMatchObject({
      ...{
        tenantId: admin.tenantId,
        userId: member.userId,
        title: 'Paid',
        type: 'SUCCESS',
        channel: 'IN_APP',
      },
      ...{ read: false, readAt: null, actionUrl: '/invoices/7', metadata, taskId },
    });
    expect(sent.deliveries).toEqual({
      totalCount: 1,
      edges: [
        {
          node: {
            ...{ channel: 'IN_APP', status: 'DELIVERED', recipient: member.userId, attempts: 1, error: null },
            ...{ sentAt: expect.any(String), nextAttemptAt: null },
          },
        },
      ],
    });
  });

  test('queues a delivery for each address, and fails the channels that the user has none for', async () => {
    const address = `${newId()}@example.com`;
    await aSubscription(subgraph, colleague, { address });
    await aSubscription(subgraph, colleague, { address: `${newId()}@example.com` });
    const sent = await sentBy(admin, { userId: colleague.userId, channels: ['EMAIL', 'SMS'] });
    // Another suite's worker may have sent them by now.
    const onItsWay = (status: unknown): unknown => (status === 'SENT' ? 'QUEUED' : status);
    const found = sent.deliveries.edges.map(({ node }) => [node.channel, onItsWay(node.status), node.error]);
    expect(sent).toMatchObject({ channel: 'EMAIL' });
    expect(found.toSorted()).toEqual([
      ['EMAIL', 'QUEUED', null],
      ['EMAIL', 'QUEUED', null],
      ['SMS', 'FAILED', 'The user has no address for this channel'],
    ]);
    expect(sent.deliveries.edges.map(({ node }) => node.recipient)).toContain(address);
  });

  test('sends nothing to an address that the user has in another tenant', async () => {
    const elsewhere = { ...aUser({ role: 'user' }), userId: member.userId };
    await aSubscription(subgraph, elsewhere);
    const sent = await sentBy(admin, { channels: ['EMAIL'] });
    expect(sent.deliveries.edges).toMatchObject([{ node: { status: 'FAILED', recipient: null } }]);
  });

  test('is done once however often it is repeated with its key', async () => {
    const key = newId();
    const first = await sentBy(admin, {}, key);
    const again = await sentBy(admin, { title: 'Other words' }, key);
    expect(again).toEqual(first);
    expect(again.deliveries.totalCount).toBe(1);
  });

  test('takes a statement for the addresses and one for reading it again', async () => {
    const statements = await statementsOf(() => aNotification(subgraph, admin));
    expect(statements.filter(({ text }) => /^\s*select t/.test(text))).toHaveLength(2);
  });

  test.each([
    ['a title that is empty', { title: ' ' }, 'BAD_USER_INPUT'],
    ['a message that is empty', { message: '' }, 'BAD_USER_INPUT'],
    ['a user who cannot be', { userId: 'x' }, 'BAD_USER_INPUT'],
    ['no channel', { channels: [] }, 'BAD_USER_INPUT'],
    ['a channel twice', { channels: ['EMAIL', 'EMAIL'] }, 'BAD_USER_INPUT'],
    ['a script for an address', { actionUrl: 'javascript:alert(1)' }, 'BAD_USER_INPUT'],
    ['an address of another host as a path', { actionUrl: '//evil.example' }, 'BAD_USER_INPUT'],
    ['a list for metadata', { metadata: [1] }, 'BAD_USER_INPUT'],
    ['another tenant', { tenantId: 'acme' }, 'FORBIDDEN'],
  ])('is refused for %s', async (_, input, code) => {
    expect(codes(await send(admin, input))).toEqual([code]);
  });

  test('is for admins, and for clients to themselves; users may not', async () => {
    expect(codes(await send(member, {}))).toEqual(['FORBIDDEN']);
    expect(codes(await send(client, {}))).toEqual(['FORBIDDEN']);
    expect(codes(await send(client, { userId: client.userId }))).toEqual([]);
  });

  test('is for superadmins in any tenant that they name', async () => {
    expect(codes(await send(superadmin, {}))).toEqual(['BAD_USER_INPUT']);
    expect(await sentBy(superadmin, { tenantId: admin.tenantId })).toMatchObject({
      tenantId: admin.tenantId,
    });
  });
});

const unread = async (who: Identity & { userId: string }, of = who.userId): Promise<unknown> => {
  const { _entities: found } = await ask<{ _entities: object[] }>(
    subgraph,
    who,
    `{ _entities(representations: [{ __typename: "User", id: "${of}" }]) {
      ... on User { unreadNotifications notifications(filter: { read: { eq: false } }) { totalCount } } } }`,
  );
  return found[0];
};

const mark = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { markNotificationRead(id: "${id}") { read readAt } }`);

describe('reading', () => {
  test('is the user’s own', async () => {
    const reader = aUser({ role: 'user', tenantId: admin.tenantId });
    const id = await aNotification(subgraph, admin, { userId: reader.userId });
    expect(codes(await mark(colleague, id))).toEqual(['NOT_FOUND']);
    expect(codes(await mark(admin, id))).toEqual(['FORBIDDEN']);
    expect(await unread(reader)).toEqual({ unreadNotifications: 1, notifications: { totalCount: 1 } });
    const { data } = await mark(reader, id);
    expect(data).toEqual({ markNotificationRead: { read: true, readAt: expect.any(String) } });
    expect((await mark(reader, id)).data).toEqual(data);
    expect(await unread(reader)).toEqual({ unreadNotifications: 0, notifications: { totalCount: 0 } });
  });

  test('of all takes none of anybody else’s', async () => {
    const [reader, other] = [0, 1].map(() => aUser({ role: 'user', tenantId: admin.tenantId }));
    if (!reader || !other) throw new Error('There are two');
    for (const { userId } of [reader, reader, other]) await aNotification(subgraph, admin, { userId });
    const markAll = (who: Identity) => ask(subgraph, who, 'mutation { markAllNotificationsRead }');
    expect(await markAll(reader)).toEqual({ markAllNotificationsRead: 2 });
    expect(await markAll(reader)).toEqual({ markAllNotificationsRead: 0 });
    expect(await unread(other)).toMatchObject({ unreadNotifications: 1 });
    expect(await unread(admin, other.userId)).toMatchObject({ unreadNotifications: 1 });
    expect(await unread(reader, other.userId)).toEqual({
      unreadNotifications: 0,
      notifications: { totalCount: 0 },
    });
  });

  test('of many users is counted by one statement', async () => {
    const representations = Array.from({ length: 50 }, () => ({ __typename: 'User', id: newId() }));
    const query = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { unreadNotifications notifications { totalCount } } } }`;
    const statements = await statementsOf(() => ask(subgraph, admin, query, { all: representations }));
    expect(statements).toHaveLength(2);
  });
});

describe('the lists', () => {
  test.each([
    ['type: { eq: WARNING }', 1],
    ['channel: { in: [IN_APP] }', 2],
    ['read: { eq: true }', 0],
    ['metadata: { contains: { kind: "a" } }', 1],
    ['createdAt: { gt: "2020-01-01T00:00:00Z" }', 2],
    ['createdAt: { lt: "2020-01-01T00:00:00Z" }', 0],
  ])('are filtered by %s', async (filter, count) => {
    const reader = aUser();
    await aNotification(subgraph, reader, { type: 'WARNING', metadata: { kind: 'a' } });
    await aNotification(subgraph, reader);
    const query = `{ notifications(filter: { ${filter} }, orderBy: { field: CREATED_AT }) { totalCount } }`;
    expect(await ask(subgraph, reader, query)).toEqual({ notifications: { totalCount: count } });
  });

  test('take one statement for each table', async () => {
    const reader = aUser();
    for (let index = 0; index < 3; index += 1) await aNotification(subgraph, reader);
    const query = `{ notifications { totalCount edges { node { title user { id } tenant { id }
      deliveries { totalCount edges { node { status notification { message } } } } } } } }`;
    expect(await statementsOf(() => ask(subgraph, reader, query))).toHaveLength(3);
  });
});

test('deleting takes the deliveries along, and a user deletes nobody else’s', async () => {
  const id = await aNotification(subgraph, admin, { userId: member.userId });
  const remove = (who: Identity) => run(subgraph, who, `mutation { deleteNotification(id: "${id}") }`);
  expect(codes(await remove(colleague))).toEqual(['NOT_FOUND']);
  expect((await remove(member)).data).toEqual({ deleteNotification: id });
  const query = `{ deliveries(filter: { notificationId: { eq: "${id}" } }) { totalCount } }`;
  expect(await ask(subgraph, admin, query)).toEqual({ deliveries: { totalCount: 0 } });
});
