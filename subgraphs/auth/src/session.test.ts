import { afterAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, uuidToBytes, type Identity } from '@cdx/kit';
import { aRequest, codes, run } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { anAuthSubgraph, password, type Claims } from './testing.ts';

const { subgraph, register, eventsOf } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

/** One more login of an account. */
async function login(email: string): Promise<string> {
  const source = `mutation { login(email: "${email}", password: "${password}") { accessToken } }`;
  const { data } = await run(subgraph, anonymous, source);
  return decodeJwt<Claims>((data?.login as { accessToken: string }).accessToken).sid;
}

const revoke = (identity: Identity, id: string) =>
  run(subgraph, identity, `mutation { revokeSession(id: "${id}") { id isActive } }`);

test('the caller’s logins are listed newest first, and the current one is marked', async () => {
  const { email, identity, sessionId } = await register();
  const second = await login(email);
  const { data } = await run(
    subgraph,
    identity,
    '{ sessions { totalCount edges { node { id isCurrent isActive ipAddress userAgent user { email } } } } }',
  );
  const same = { isActive: true, ipAddress: '127.0.0.1', userAgent: 'test', user: { email } };
  expect(data).toEqual({
    sessions: {
      totalCount: 2,
      edges: [
        { node: { id: second, isCurrent: false, ...same } },
        { node: { id: sessionId, isCurrent: true, ...same } },
      ],
    },
  });
});

test('those that have ended or expired can be left out', async () => {
  const { email, identity, sessionId } = await register();
  const [ended, expired] = [await login(email), await login(email)];
  await revoke(identity, ended);
  const { db } = subgraph.createContext(aRequest(system)) as Context;
  await db.write((tx) =>
    tx.session.updateMany({
      where: { id: uuidToBytes(expired) },
      data: { expiresAt: new Date(Date.now() - 1_000) },
    }),
  );
  const { data } = await run(
    subgraph,
    identity,
    '{ sessions(activeOnly: true) { totalCount edges { node { id } } } all: sessions { totalCount } }',
  );
  expect(data).toEqual({
    sessions: { totalCount: 1, edges: [{ node: { id: sessionId } }] },
    all: { totalCount: 3 },
  });
});

describe('ending a login', () => {
  test('of one’s own ends it alone and is noted once', async () => {
    const { email, identity, sessionId, refreshToken, userId } = await register();
    const other = await login(email);
    const ended = await revoke(identity, sessionId);
    expect(ended.data).toEqual({ revokeSession: { id: sessionId, isActive: false } });
    expect(await revoke(identity, sessionId)).toEqual(ended);
    const refresh = `mutation { refreshToken(refreshToken: "${refreshToken}") { expiresIn } }`;
    expect(codes(await run(subgraph, anonymous, refresh))).toEqual(['UNAUTHENTICATED']);
    const { data } = await run(
      subgraph,
      identity,
      '{ sessions(activeOnly: true) { edges { node { id } } } }',
    );
    expect(data).toEqual({ sessions: { edges: [{ node: { id: other } }] } });
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'LOGIN', 'LOGOUT']);
  });

  test('of anybody is for superadmins: it is forbidden to tenant admins, and not found by others', async () => {
    const { identity } = await register(`Sessions ${newId()}`);
    const input = `{ email: "${newId()}@test.example", name: "Bob", role: CLIENT, organizationId: "${identity.organizationId ?? ''}" }`;
    const made = await run(subgraph, superadmin, `mutation { createUser(input: ${input}) { id } }`);
    const userId = (made.data?.createUser as { id: string }).id;
    const client = anIdentity({ ...identity, role: 'client', userId });
    const sessionId = identity.sessionId ?? '';
    expect(codes(await revoke(client, sessionId))).toEqual(['NOT_FOUND']);
    expect(codes(await revoke((await register()).identity, sessionId))).toEqual(['NOT_FOUND']);
    expect(codes(await revoke(anIdentity({ ...identity, userId }), sessionId))).toEqual(['FORBIDDEN']);
    expect((await revoke(superadmin, sessionId)).data).toEqual({
      revokeSession: { id: sessionId, isActive: false },
    });
    expect(codes(await revoke(superadmin, 'x'))).toEqual(['NOT_FOUND']);
  });
});
