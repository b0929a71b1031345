import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph, register, mailedToken } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const anEmail = (): string => `${newId()}@test.example`;

const update = (id: string, input: Readonly<Record<string, unknown>>, by: Identity = superadmin) =>
  run(
    subgraph,
    by,
    `mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) {
        email name role isActive emailVerified crmUserId } }`,
    { id, input },
  );

const refreshes = async (refreshToken: string): Promise<boolean> => {
  const source = `mutation { refreshToken(refreshToken: "${refreshToken}") { expiresIn } }`;
  return (await run(subgraph, anonymous, source)).errors === undefined;
};

describe('updating a user', () => {
  test('changes what is given and nothing else', async () => {
    const { email, userId, refreshToken } = await register();
    const { data } = await update(userId, { name: 'Bea' });
    const before = {
      email,
      name: 'Bea',
      role: 'USER',
      isActive: true,
      emailVerified: false,
      crmUserId: null,
    };
    expect(data).toEqual({ updateUser: before });
    const crmUserId = Math.floor(Math.random() * 2 ** 31);
    expect((await update(userId, { crmUserId })).data).toEqual({ updateUser: { ...before, crmUserId } });
    expect(await refreshes(refreshToken)).toBe(true);
  });

  test.each([{ isActive: false }, { role: 'SUPERADMIN' }])(
    'by %j ends all logins of the user',
    async (input) => {
      const { userId, refreshToken } = await register();
      expect((await update(userId, input)).errors).toBeUndefined();
      expect(await refreshes(refreshToken)).toBe(false);
      const { data } = await run(
        subgraph,
        superadmin,
        `{ user(id: "${userId}") { sessions(filter: { isActive: { eq: true } }) { totalCount } } }`,
      );
      expect(data).toEqual({ user: { sessions: { totalCount: 0 } } });
    },
  );

  test('by a new address takes the proof of the old one away', async () => {
    const { email, userId } = await register();
    const verify = `mutation { verifyEmail(token: "${await mailedToken(email, 'Confirm')}") { id } }`;
    expect((await run(subgraph, anonymous, verify)).errors).toBeUndefined();
    expect((await update(userId, { email })).data).toMatchObject({ updateUser: { emailVerified: true } });
    expect((await update(userId, { email: anEmail() })).data).toMatchObject({
      updateUser: { emailVerified: false },
    });
  });

  test.each([
    ['BAD_USER_INPUT', { email: 'x' }],
    ['BAD_USER_INPUT', { name: null }],
    ['BAD_USER_INPUT', { isActive: null }],
    ['BAD_USER_INPUT', { role: 'ADMIN' }],
  ])('is answered %s for %j, and changes nothing', async (code, input) => {
    const { userId } = await register();
    const before = await update(userId, {});
    expect(codes(await update(userId, input))).toEqual([code]);
    expect(await update(userId, {})).toEqual(before);
  });

  test('to an address that is taken is a conflict, of nobody is not found', async () => {
    const [one, other] = [await register(), await register()];
    expect(codes(await update(one.userId, { email: other.email }))).toEqual(['CONFLICT']);
    expect(codes(await update(newId(), { name: 'X' }))).toEqual(['NOT_FOUND']);
    expect(codes(await update('x', { name: 'X' }))).toEqual(['NOT_FOUND']);
  });
});

describe('deleting a user', () => {
  const remove = (id: string, by: Identity = superadmin) =>
    run(subgraph, by, `mutation { deleteUser(id: "${id}") }`);

  test('takes the account with all that is its own', async () => {
    const { userId, sessionId, refreshToken } = await register();
    expect((await remove(userId)).data).toEqual({ deleteUser: userId });
    const { data } = await run(
      subgraph,
      superadmin,
      `{ user(id: "${userId}") { id } sessions(filter: { id: { eq: "${sessionId}" } }) { edges { cursor } } }`,
    );
    expect(data).toEqual({ user: null, sessions: { edges: [] } });
    expect(await refreshes(refreshToken)).toBe(false);
    expect(codes(await remove(userId))).toEqual(['NOT_FOUND']);
  });

  test('is refused for oneself, however the id is written, as is taking one’s own access', async () => {
    const { userId } = await register();
    const self = anIdentity({ role: 'superadmin', userId });
    await update(userId, { role: 'SUPERADMIN' });
    for (const id of [userId, userId.toUpperCase()]) {
      expect(codes(await remove(id, self))).toEqual(['FORBIDDEN']);
      expect(codes(await update(id, { isActive: false }, self))).toEqual(['FORBIDDEN']);
      expect(codes(await update(id, { role: 'USER' }, self))).toEqual(['FORBIDDEN']);
    }
    const { data } = await run(subgraph, self, '{ me { role isActive } }');
    expect(data).toEqual({ me: { role: 'SUPERADMIN', isActive: true } });
  });
});
