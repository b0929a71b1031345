import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { scopesOfRole } from '@cdx/access';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, uuidToBytes } from '@cdx/kit';
import { aRequest, run } from '@cdx/kit/testing';
import type { Context } from '../context.ts';
import { anAuthSubgraph, password, type Claims } from '../testing.ts';

const { subgraph, register } = await anAuthSubgraph({ ACCESS_TOKEN_SECONDS: '60' });
afterAll(() => subgraph.close());

async function mutate(source: string): Promise<Record<string, unknown>> {
  // Grants name who gave them, so it is an account that exists.
  const { userId } = await granter;
  const { data, errors } = await run(subgraph, anIdentity({ role: 'superadmin', userId }), source);
  expect(errors).toBeUndefined();
  return data ?? {};
}
const granter = register();

/** The claims of the next login, verified as the gateway does. */
async function claimsOf(email: string) {
  const { data } = await run(
    subgraph,
    anonymous,
    `mutation { login(email: "${email}", password: "${password}") { accessToken } }`,
  );
  const { accessToken } = data?.login as { accessToken: string };
  const options = { issuer: 'cdx', audience: 'cdx', algorithms: ['EdDSA'] };
  const { payload } = await jwtVerify<Claims & { scope: string }>(
    accessToken,
    createLocalJWKSet(subgraph.jwks()),
    options,
  );
  return payload;
}

const scopesOf = async (email: string): Promise<string[]> => (await claimsOf(email)).scope.split(' ');

async function aRole(tenantId: string, permissions: readonly string[]): Promise<string> {
  const input = `{ name: "Role ${newId()}", tenantId: "${tenantId}", permissions: ${JSON.stringify(permissions)} }`;
  const { createRole } = await mutate(`mutation { createRole(input: ${input}) { id } }`);
  return (createRole as { id: string }).id;
}

test('an access token says who its owner is, and for how long', async () => {
  const { email, identity, userId } = await register(`Claims ${newId()}`);
  const claims = await claimsOf(email);
  const { tenantId, organizationId } = identity;
  expect(claims).toMatchObject({ sub: userId, tid: tenantId, oid: organizationId, role: 'admin' });
  expect(claims.sid).not.toBe(identity.sessionId);
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
});

test('its scopes are those of the account’s role, of granted roles and single permissions, each once', async () => {
  const { email, identity, userId } = await register(`Scopes ${newId()}`);
  const before = await scopesOf(email);
  expect(before).toContain('clients:provision');
  expect(before).not.toContain('billing:write');
  const role = await aRole(identity.tenantId ?? '', ['billing:write', 'auth:read']);
  await mutate(`mutation { grantRole(userId: "${userId}", roleId: "${role}") { id }
    grantPermission(userId: "${userId}", permission: "clients:drop") { id } }`);
  expect(await scopesOf(email)).toEqual([...before, 'billing:write', 'clients:drop'].toSorted());
  await mutate(`mutation { revokeRole(userId: "${userId}", roleId: "${role}") { id }
    revokePermission(userId: "${userId}", permission: "clients:drop") { id } }`);
  expect(await scopesOf(email)).toEqual(before);
});

test('a grant that has expired gives nothing', async () => {
  const { email, identity, userId } = await register(`Expired ${newId()}`);
  const role = await aRole(identity.tenantId ?? '', ['billing:write']);
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  await mutate(`mutation { grantRole(userId: "${userId}", roleId: "${role}", expiresAt: "${soon}") { id } }`);
  expect(await scopesOf(email)).toContain('billing:write');
  const { db } = subgraph.createContext(aRequest(system)) as Context;
  const expired = {
    where: { userId: uuidToBytes(userId) },
    data: { expiresAt: new Date(Date.now() - 1_000) },
  };
  await db.write((tx) => tx.userRole.updateMany(expired));
  expect(await scopesOf(email)).not.toContain('billing:write');
});

describe('a grant that will expire', () => {
  const inSeconds = (seconds: number): Date => new Date((Math.floor(Date.now() / 1_000) + seconds) * 1_000);
  const grant = (userId: string, roleId: string, until: Date) =>
    mutate(
      `mutation { grantRole(userId: "${userId}", roleId: "${roleId}", expiresAt: "${until.toISOString()}") { id } }`,
    );
  const refresh = async (refreshToken: string) => {
    const source =
      'mutation ($token: String!) { refreshToken(refreshToken: $token) { accessToken expiresIn refreshToken } }';
    const { data, errors } = await run(subgraph, anonymous, source, { token: refreshToken });
    expect(errors).toBeUndefined();
    const tokens = data?.refreshToken as { accessToken: string; expiresIn: number; refreshToken: string };
    return { ...tokens, claims: decodeJwt<Claims & { scope: string }>(tokens.accessToken) };
  };

  test('ends the token with it, and the next token does without it', async () => {
    const { identity, userId, refreshToken } = await register(`Expiring ${newId()}`);
    const role = await aRole(identity.tenantId ?? '', ['billing:write']);
    const until = inSeconds(3);
    await grant(userId, role, until);
    const { claims, expiresIn, ...first } = await refresh(refreshToken);
    expect(claims.scope.split(' ')).toContain('billing:write');
    expect(claims.exp).toBe(until.getTime() / 1_000);
    expect(expiresIn).toBe((claims.exp ?? 0) - (claims.iat ?? 0));
    // A timer may be a moment early.
    await sleep(until.getTime() - Date.now() + 50);
    const options = { issuer: 'cdx', audience: 'cdx' };
    await expect(jwtVerify(first.accessToken, createLocalJWKSet(subgraph.jwks()), options)).rejects.toThrow(
      'exp',
    );
    const second = await refresh(first.refreshToken);
    expect(second.claims.scope.split(' ')).not.toContain('billing:write');
    expect([second.expiresIn, (second.claims.exp ?? 0) - (second.claims.iat ?? 0)]).toEqual([60, 60]);
  });

  test('after the token would end anyway changes nothing of its time', async () => {
    const { identity, userId, refreshToken } = await register(`Later ${newId()}`);
    await grant(userId, await aRole(identity.tenantId ?? '', ['billing:write']), inSeconds(3_600));
    expect((await refresh(refreshToken)).expiresIn).toBe(60);
  });
});

test('a built-in role that is granted gives what the matrix gives it', async () => {
  const { email, userId } = await register();
  const { data } = await run(
    subgraph,
    anIdentity({ role: 'superadmin', userId }),
    '{ roles(first: 1, filter: { name: { eq: "client" } }) { edges { node { id } } } }',
  );
  const { edges } = data?.roles as { edges: { node: { id: string } }[] };
  const id = edges[0]?.node.id ?? '';
  await mutate(`mutation { grantRole(userId: "${userId}", roleId: "${id}") { id } }`);
  expect(await scopesOf(email)).toEqual([...scopesOfRole('client')].sort());
});

test('a permission that the matrix does not know gives no scope', async () => {
  const { email, identity, userId } = await register(`Unknown ${newId()}`);
  const id = await aRole(identity.tenantId ?? '', []);
  const { db } = subgraph.createContext(aRequest(system)) as Context;
  const permissions = ['billing:write', 'everything:write', 'auth:read\nadmin'];
  await db.write((tx) => tx.role.updateMany({ where: { id: Number(id) }, data: { permissions } }));
  await mutate(`mutation { grantRole(userId: "${userId}", roleId: "${id}") { id } }`);
  expect(await scopesOf(email)).toEqual([...scopesOfRole('admin'), 'billing:write'].sort());
});

test('what is revoked ends the logins that had it', async () => {
  const { identity, userId, refreshToken } = await register(`Revoked ${newId()}`);
  const role = await aRole(identity.tenantId ?? '', ['billing:write']);
  const refresh = (token: string) =>
    run(subgraph, anonymous, `mutation { refreshToken(refreshToken: "${token}") { refreshToken } }`);
  await mutate(`mutation { grantRole(userId: "${userId}", roleId: "${role}") { id } }`);
  await mutate(`mutation { revokeRole(userId: "${userId}", roleId: "${role}") { id } }`);
  expect((await refresh(refreshToken)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('a tenant’s role that is named like a built-in one gives the account’s role nothing', async () => {
  const { email, identity } = await register(`Namesake ${newId()}`);
  const input = `{ name: "admin", tenantId: "${identity.tenantId ?? ''}", permissions: ["clients:drop"] }`;
  await mutate(`mutation { createRole(input: ${input}) { id } }`);
  expect(await scopesOf(email)).not.toContain('clients:drop');
});
