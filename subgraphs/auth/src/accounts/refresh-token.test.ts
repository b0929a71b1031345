import { afterAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, uuidToBytes } from '@cdx/kit';
import { aRequest, codes, run } from '@cdx/kit/testing';
import type { Context } from '../context.ts';
import { anAuthSubgraph, password } from '../testing.ts';

const { subgraph, register, eventsOf } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const refresh = (refreshToken: string) =>
  run(
    subgraph,
    anonymous,
    'mutation ($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { accessToken refreshToken } }',
    { refreshToken },
  );

const refreshed = async (refreshToken: string): Promise<Tokens> => {
  const { data, errors } = await refresh(refreshToken);
  expect(errors).toBeUndefined();
  return data?.refreshToken as Tokens;
};

const login = async (email: string): Promise<Tokens> => {
  const { data } = await run(
    subgraph,
    anonymous,
    `mutation { login(email: "${email}", password: "${password}") { accessToken refreshToken } }`,
  );
  return data?.login as Tokens;
};

/** Whether each login of a user goes on, the first one first. */
async function sessionsOf(userId: string): Promise<boolean[]> {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ sessions(filter: { userId: { eq: "${userId}" } }, orderBy: { field: CREATED_AT }) { edges { node { isActive } } } }`,
  );
  const { edges } = data?.sessions as { edges: { node: { isActive: boolean } }[] };
  return edges.map(({ node }) => node.isActive);
}

describe('a refresh token', () => {
  test('is exchanged for a new pair of the same login', async () => {
    const { refreshToken, sessionId, userId } = await register();
    const next = await refreshed(refreshToken);
    expect(next.refreshToken).not.toBe(refreshToken);
    expect(decodeJwt(next.accessToken)).toMatchObject({ sub: userId, sid: sessionId });
    await refreshed(next.refreshToken);
    expect(await sessionsOf(userId)).toEqual([true]);
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'TOKEN_REFRESH', 'TOKEN_REFRESH']);
  });

  test('that is used again ends its login and all that followed from it, and no other login', async () => {
    const { email, refreshToken, userId } = await register();
    const other = await login(email);
    const next = await refreshed(refreshToken);
    expect(codes(await refresh(refreshToken))).toEqual(['UNAUTHENTICATED']);
    expect(await sessionsOf(userId)).toEqual([false, true]);
    expect((await eventsOf(userId)).slice(2)).toEqual(['TOKEN_REFRESH', 'TOKEN_REUSE']);
    expect(codes(await refresh(next.refreshToken))).toEqual(['UNAUTHENTICATED']);
    await refreshed(other.refreshToken);
  });

  test('that two use at the same time is exchanged once, and its login ends', async () => {
    const { refreshToken, userId } = await register();
    const results = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(results.flatMap(codes)).toEqual(['UNAUTHENTICATED']);
    expect(await sessionsOf(userId)).toEqual([false]);
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'TOKEN_REFRESH', 'TOKEN_REUSE']);
  });

  test('that has expired is refused, which is no reuse', async () => {
    const { refreshToken, userId } = await register();
    const { db } = subgraph.createContext(aRequest(system)) as Context;
    const expired = {
      where: { userId: uuidToBytes(userId) },
      data: { expiresAt: new Date(Date.now() - 1_000) },
    };
    await db.write((tx) => tx.authToken.updateMany(expired));
    expect(codes(await refresh(refreshToken))).toEqual(['UNAUTHENTICATED']);
    expect(await eventsOf(userId)).toEqual(['LOGIN']);
  });

  test('that nobody was given is refused like a used one', async () => {
    const { refreshToken } = await register();
    await refreshed(refreshToken);
    expect(JSON.stringify(await refresh(newId()))).toBe(JSON.stringify(await refresh(refreshToken)));
  });

  test('of an account that has lost its access is refused', async () => {
    const { refreshToken, userId } = await register();
    const close = `mutation { updateUser(id: "${userId}", input: { isActive: false }) { isActive } }`;
    expect((await run(subgraph, superadmin, close)).data).toEqual({ updateUser: { isActive: false } });
    expect(codes(await refresh(refreshToken))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('logging out', () => {
  const logout = (refreshToken: string) =>
    run(subgraph, anonymous, `mutation { logout(refreshToken: "${refreshToken}") }`);

  test('ends the login of the token, once', async () => {
    const { email, refreshToken, userId } = await register();
    await login(email);
    expect((await logout(refreshToken)).data).toEqual({ logout: true });
    expect((await logout(refreshToken)).data).toEqual({ logout: false });
    expect((await logout(newId())).data).toEqual({ logout: false });
    expect(codes(await refresh(refreshToken))).toEqual(['UNAUTHENTICATED']);
    expect(await sessionsOf(userId)).toEqual([false, true]);
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'LOGIN', 'LOGOUT']);
  });

  test('everywhere ends all logins of the caller and answers their number', async () => {
    const { email, identity, refreshToken, userId } = await register();
    const second = await login(email);
    const bystander = await register();
    const { data } = await run(subgraph, identity, 'mutation { logoutEverywhere }');
    expect(data).toEqual({ logoutEverywhere: 2 });
    for (const token of [refreshToken, second.refreshToken]) {
      expect(codes(await refresh(token))).toEqual(['UNAUTHENTICATED']);
    }
    expect(await sessionsOf(userId)).toEqual([false, false]);
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'LOGIN', 'LOGOUT']);
    await refreshed(bystander.refreshToken);
  });
});
