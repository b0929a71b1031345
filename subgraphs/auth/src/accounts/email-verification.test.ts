import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { decodeJwt, type JWTPayload } from 'jose';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, makeLogger, newId, type Role } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { anAuthSubgraph } from '../testing.ts';
import { openSigningKeys } from './signing-keys.ts';

const { subgraph, outbox, keysFile } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const password = 'correct horse';
const subject = 'Confirm your e-mail address';
const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

interface Claims extends JWTPayload {
  readonly sub: string;
  readonly tid: string | null;
  readonly oid: string | null;
  readonly role: Role;
  readonly sid: string;
}

/** A new account: its address, its tokens, and its owner as the gateway would know them. */
async function register(organizationName?: string) {
  const email = `${newId()}@test.example`;
  const { data, errors } = await run(
    subgraph,
    anonymous,
    'mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }',
    { input: { email, password, name: 'Ann', organizationName } },
  );
  expect(errors).toBeUndefined();
  const tokens = data?.register as Record<'accessToken' | 'refreshToken', string>;
  const { sub, tid, oid, role, sid } = decodeJwt<Claims>(tokens.accessToken);
  const identity = anIdentity({ userId: sub, tenantId: tid, organizationId: oid, role, sessionId: sid });
  return { email, ...tokens, identity, userId: sub, sessionId: sid };
}

const codes = ({ errors = [] }: ExecutionResult): unknown[] =>
  errors.map(({ extensions }) => extensions.code);

/** What happened to an account, the first event first. */
async function eventsOf(userId: string): Promise<string[]> {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ authEvents(filter: { userId: { eq: "${userId}" } }, orderBy: { field: CREATED_AT }) {
        edges { node { eventType } } } }`,
  );
  const { edges } = data?.authEvents as { edges: { node: { eventType: string } }[] };
  return edges.map(({ node }) => node.eventType);
}

/** The token in the newest mail to an address with that subject, once it has been delivered. */
async function mailedToken(to: string, subject: string): Promise<string> {
  for (;;) {
    const files = await readdir(outbox).catch(() => []);
    const mails = await Promise.all(files.toSorted().map((file) => readFile(join(outbox, file), 'utf8')));
    const mail = mails.findLast((text) => text.includes(`To: ${to}`) && text.includes(`Subject: ${subject}`));
    const text = mail?.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const token = /token=([\w.-]+)\s/.exec(text ?? '')?.[1];
    if (token) return token;
    await setTimeout(20);
  }
}

const verify = (token: string) =>
  run(subgraph, anonymous, `mutation { verifyEmail(token: "${token}") { id email emailVerified } }`);

const isVerified = async (userId: string): Promise<unknown> => {
  const { data } = await run(subgraph, superadmin, `{ user(id: "${userId}") { emailVerified } }`);
  return data?.user;
};

test('the link that a new account is sent verifies its address, and is noted once', async () => {
  const { email, userId } = await register();
  const token = await mailedToken(email, subject);
  const verified = { verifyEmail: { id: userId, email, emailVerified: true } };
  expect((await verify(token)).data).toEqual(verified);
  expect((await verify(token)).data).toEqual(verified);
  expect(await isVerified(userId)).toEqual({ emailVerified: true });
  expect(await eventsOf(userId)).toEqual(['LOGIN', 'EMAIL_VERIFIED']);
});

test('another link is sent on request until the address is verified', async () => {
  const { email, identity } = await register();
  const request = () => run(subgraph, identity, 'mutation { requestEmailVerification }');
  expect((await request()).data).toEqual({ requestEmailVerification: true });
  await verify(await mailedToken(email, subject));
  expect((await request()).data).toEqual({ requestEmailVerification: false });
});

test('a link to an old address does not verify a new one', async () => {
  const { email, userId } = await register();
  const token = await mailedToken(email, subject);
  const input = `{ email: "${newId()}@test.example" }`;
  await run(subgraph, superadmin, `mutation { updateUser(id: "${userId}", input: ${input}) { id } }`);
  expect(codes(await verify(token))).toEqual(['BAD_USER_INPUT']);
  expect(await isVerified(userId)).toEqual({ emailVerified: false });
});

test('an expired link, and a token that is none of a link, verify nothing', async () => {
  const { email, userId, accessToken } = await register();
  const keys = await openSigningKeys(keysFile, makeLogger('test', 'silent'));
  const expired = await keys.sign({ sub: userId, email }, 'cdx:email-verification', -1);
  keys.close();
  for (const token of [expired, accessToken, 'x', '']) {
    expect(codes(await verify(token))).toEqual(['BAD_USER_INPUT']);
  }
  expect(await isVerified(userId)).toEqual({ emailVerified: false });
});
