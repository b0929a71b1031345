import { afterAll, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, makeLogger, newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from '../testing.ts';
import { openSigningKeys } from './signing-keys.ts';

const { subgraph, keysFile, register, eventsOf, mailedToken } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const subject = 'Confirm your e-mail address';
const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

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
