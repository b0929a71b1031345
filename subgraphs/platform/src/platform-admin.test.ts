import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aPlatformSubgraph, asOwner, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const owner = { ...anIdentity({ role: 'superadmin' }), userId: newId() };

const grant = (who: Identity, userId: string, level: string) =>
  run(
    subgraph,
    who,
    `mutation { grantPlatformAdmin(userId: "${userId}", level: ${level}) { user { id } level grantedBy { id } } }`,
  );
const revoke = (who: Identity, userId: string) =>
  run(subgraph, who, `mutation { revokePlatformAdmin(userId: "${userId}") }`);

const forget = (userId: string) =>
  run(subgraph, system, `mutation { forgetUserInPlatform(userId: "${userId}") }`);

/** All owners there are, the demo's among them. */
async function owners(): Promise<string[]> {
  const source = '{ platformAdmins(filter: { level: { eq: OWNER } }) { edges { node { userId } } } }';
  const { platformAdmins } = await ask<{ platformAdmins: { edges: { node: { userId: string } }[] } }>(
    subgraph,
    superadmin,
    source,
  );
  return platformAdmins.edges.map(({ node }) => node.userId);
}

async function levelOf(userId: string): Promise<unknown> {
  const { data } = await run(
    subgraph,
    superadmin,
    `query ($all: [_Any!]!) { platformAdmin(userId: "${userId}") { level }
      _entities(representations: $all) { ... on User { platformAdmin { level } } ... on PlatformAdmin { level } } }`,
    {
      all: [
        { __typename: 'User', id: userId },
        { __typename: 'PlatformAdmin', userId },
      ],
    },
  );
  const [ofUser, entity] = data?._entities as [{ platformAdmin: unknown }, unknown];
  expect([ofUser.platformAdmin, entity]).toEqual([data?.platformAdmin, data?.platformAdmin]);
  return (data?.platformAdmin as { level: unknown } | null)?.level;
}

beforeAll(async () => {
  // The product itself may make an owner whether there is one or not.
  expect((await grant(system, owner.userId, 'OWNER')).errors).toBeUndefined();
});

describe('who answers for the platform', () => {
  test('is put down with who has said so, and changed in place', async () => {
    const userId = newId();
    const { data } = await grant(superadmin, userId, 'SUPPORT');
    const grantedBy = { id: superadmin.userId };
    expect(data?.grantPlatformAdmin).toEqual({ user: { id: userId }, level: 'SUPPORT', grantedBy });
    await grant(owner, userId, 'SUPERADMIN');
    expect(await levelOf(userId)).toBe('SUPERADMIN');
    expect((await revoke(superadmin, userId)).data).toEqual({ revokePlatformAdmin: userId });
    expect(await levelOf(userId)).toBeUndefined();
    expect(codes(await revoke(superadmin, userId))).toEqual(['NOT_FOUND']);
  });

  test('is listed by level', async () => {
    const userId = newId();
    await grant(superadmin, userId, 'SUPPORT');
    const { data } = await run(
      subgraph,
      superadmin,
      `{ platformAdmins(filter: { userId: { in: ["${userId}", "${owner.userId}"] } }, orderBy: { field: LEVEL }) {
        totalCount edges { node { userId level } } } }`,
    );
    expect(data?.platformAdmins).toEqual({
      totalCount: 2,
      edges: [{ node: { userId: owner.userId, level: 'OWNER' } }, { node: { userId, level: 'SUPPORT' } }],
    });
  });

  test('is asked by a UUID', async () => {
    expect(codes(await grant(superadmin, 'nobody', 'SUPPORT'))).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['a tenant’s admin', aUser()],
    ['an admin with the scopes', aUser({ scopes: ['platform:read', 'platform:write'] })],
  ])('is no concern of %s', async (_, who) => {
    const userId = newId();
    const results = [
      await grant(who, userId, 'SUPPORT'),
      await revoke(who, owner.userId),
      await run(subgraph, who, '{ platformAdmins { totalCount } }'),
      await run(subgraph, who, `{ platformAdmin(userId: "${owner.userId}") { level } }`),
    ];
    expect(results.map(codes)).toEqual(results.map(() => ['FORBIDDEN']));
    expect(await levelOf(userId)).toBeUndefined();
  });
});

describe('owners', () => {
  test('are made, changed and taken away by owners alone', async () => {
    const second = { ...anIdentity({ role: 'superadmin' }), userId: newId() };
    expect(codes(await grant(superadmin, second.userId, 'OWNER'))).toEqual(['FORBIDDEN']);
    expect(await levelOf(second.userId)).toBeUndefined();
    await grant(owner, second.userId, 'OWNER');
    expect(codes(await grant(superadmin, second.userId, 'SUPPORT'))).toEqual(['FORBIDDEN']);
    expect(codes(await revoke(superadmin, second.userId.toUpperCase()))).toEqual(['FORBIDDEN']);
    expect(await levelOf(second.userId)).toBe('OWNER');
    expect(codes(await revoke(second, second.userId))).toEqual([]);
  });

  test('are forgotten with their accounts, but for the last one', async () => {
    const others = (await owners()).filter((userId) => userId !== owner.userId);
    expect(others).not.toEqual([]);
    try {
      for (const userId of others)
        expect((await forget(userId)).data).toEqual({ forgetUserInPlatform: true });
      const { errors } = await forget(owner.userId.toUpperCase());
      expect(errors?.[0]).toMatchObject({
        message: `User ${owner.userId} is the last owner of the platform; make somebody else an owner first`,
        extensions: { code: 'CONFLICT', field: 'userId' },
      });
      expect(await owners()).toEqual([owner.userId]);
    } finally {
      for (const userId of others) await grant(system, userId, 'OWNER');
    }
  });

  test('are never all gone', async () => {
    const keep = 'update platform.platform_admins set level = $1 where level = $2';
    await expect(asOwner(keep, ['support', 'owner'])).rejects.toThrow('the platform keeps an owner');
    await expect(asOwner("delete from platform.platform_admins where level = 'owner'")).rejects.toThrow(
      'the platform keeps an owner',
    );
  });
});
