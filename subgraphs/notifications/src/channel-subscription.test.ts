import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aNotificationsSubgraph, aSubscription, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

const subscribe = (who: Identity, input: object) =>
  run(
    subgraph,
    who,
    `mutation ($input: SubscribeChannelInput!) { subscribeChannel(input: $input) {
      id tenantId user { id } channel address isActive } }`,
    { input },
  );

const pushKeys = {
  p256dh: Buffer.alloc(65, 4).toString('base64url'),
  auth: Buffer.alloc(16, 1).toString('base64url'),
};
const endpoint = 'https://updates.push.services.mozilla.com/wpush/v2/a';

const count = async (who: Identity): Promise<unknown> =>
  (
    await ask<{ channelSubscriptions: { totalCount: number } }>(
      subgraph,
      who,
      '{ channelSubscriptions { totalCount } }',
    )
  ).channelSubscriptions.totalCount;

describe('an address', () => {
  test('is the caller’s own, in small letters, and once however often it is given', async () => {
    const user = aUser({ role: 'user' });
    const input = { channel: 'EMAIL', address: 'Ann@Example.com' };
    const first = await subscribe(user, input);
    expect(first.data?.subscribeChannel).toMatchObject({
      ...{ tenantId: user.tenantId, user: { id: user.userId }, address: 'ann@example.com', isActive: true },
    });
    expect((await subscribe(user, input)).data).toEqual(first.data);
    expect(await count(user)).toBe(1);
  });

  test.each([
    ['in the app', { channel: 'IN_APP', address: 'x' }],
    ['of e-mail without a domain', { channel: 'EMAIL', address: 'ann' }],
    ['of e-mail with a second line', { channel: 'EMAIL', address: 'ann@example.com\nBcc: b@example.com' }],
    ['of a telephone without a country', { channel: 'SMS', address: '079 123 45 67' }],
    ['of a browser without keys', { channel: 'PUSH', address: endpoint }],
    [
      'of a browser with a key that is too short',
      { channel: 'PUSH', address: endpoint, pushKeys: { ...pushKeys, p256dh: 'abc' } },
    ],
    ['of a browser that is no URL of the web', { channel: 'PUSH', address: 'file:///etc/passwd', pushKeys }],
    ['of e-mail with keys', { channel: 'EMAIL', address: 'ann@example.com', pushKeys }],
    ['of nobody', { channel: 'EMAIL', address: 'ann@example.com', userId: 'x' }],
  ])('%s is refused', async (_, input) => {
    expect(codes(await subscribe(aUser(), input))).toEqual(['BAD_USER_INPUT']);
  });

  test('of another user is given by admins of the tenant alone', async () => {
    const admin = aUser();
    const input = { channel: 'PUSH', address: endpoint, pushKeys, userId: newId() };
    expect(codes(await subscribe(admin, input))).toEqual([]);
    for (const role of ['user', 'client'] as const)
      expect(codes(await subscribe(aUser({ role, tenantId: admin.tenantId }), input))).toEqual(['FORBIDDEN']);
    expect(codes(await subscribe(aUser(), { ...input, tenantId: admin.tenantId }))).toEqual(['FORBIDDEN']);
    expect(codes(await subscribe(aSuperadmin(), { ...input, tenantId: admin.tenantId }))).toEqual([]);
    expect(await count(admin)).toBe(1);
  });

  test('is seen and taken away by whose it is, and by admins of the tenant', async () => {
    const user = aUser({ role: 'user' });
    const id = await aSubscription(subgraph, user);
    const remove = (who: Identity) => run(subgraph, who, `mutation { unsubscribeChannel(id: "${id}") }`);
    for (const other of [aUser(), aUser({ role: 'user', tenantId: user.tenantId })]) {
      expect(await count(other)).toBe(0);
      expect(codes(await remove(other))).toEqual(['NOT_FOUND']);
    }
    const admin = aUser({ tenantId: user.tenantId });
    expect(await count(admin)).toBe(1);
    expect((await remove(admin)).data).toEqual({ unsubscribeChannel: id });
    expect(await count(user)).toBe(0);
  });
});
