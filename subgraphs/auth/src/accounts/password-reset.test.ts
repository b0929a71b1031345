import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, makeLogger, newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph, password } from '../testing.ts';
import { openSigningKeys } from './signing-keys.ts';

const { subgraph, outbox, keysFile, register, eventsOf, mailedToken } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const newPassword = 'battery staple';
const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

const login = (email: string, guess: string) =>
  run(
    subgraph,
    anonymous,
    'mutation ($email: String!, $guess: String!) { login(email: $email, password: $guess) { refreshToken } }',
    { email, guess },
  );

const refreshes = async (refreshToken: string): Promise<boolean> => {
  const source = `mutation { refreshToken(refreshToken: "${refreshToken}") { expiresIn } }`;
  return (await run(subgraph, anonymous, source)).errors === undefined;
};

describe('resetting a password', () => {
  const subject = 'Set a new password';
  const request = (email: string) =>
    run(subgraph, anonymous, `mutation { requestPasswordReset(email: "${email}") }`);
  const reset = (token: string, next = newPassword) =>
    run(
      subgraph,
      anonymous,
      'mutation ($token: String!, $next: String!) { resetPassword(token: $token, newPassword: $next) }',
      { token, next },
    );

  test('by the link in the mail ends all logins, and works once', async () => {
    const { email, refreshToken, userId } = await register();
    expect((await request(email.toUpperCase())).data).toEqual({ requestPasswordReset: true });
    const token = await mailedToken(email, subject);
    expect((await reset(token)).data).toEqual({ resetPassword: true });
    expect(codes(await reset(token, 'yet another one'))).toEqual(['BAD_USER_INPUT']);
    expect(await refreshes(refreshToken)).toBe(false);
    expect((await login(email, newPassword)).errors).toBeUndefined();
    expect(await eventsOf(userId)).toEqual(['LOGIN', 'PASSWORD_RESET', 'LOGIN']);
  });

  test('with one link twice at the same time succeeds once', async () => {
    const { email } = await register();
    await request(email);
    const token = await mailedToken(email, subject);
    const results = await Promise.all([reset(token, 'the first one'), reset(token, 'the second one')]);
    expect(results.flatMap(codes)).toEqual(['BAD_USER_INPUT']);
  });

  test('opens an address that was locked', async () => {
    const { email } = await register();
    for (let n = 0; n < 5; n++) await login(email, 'wrong');
    expect(codes(await login(email, password))).toEqual(['RATE_LIMITED']);
    await request(email);
    await reset(await mailedToken(email, subject));
    expect((await login(email, newPassword)).errors).toBeUndefined();
  });

  test('is answered alike for an address without an account, and nothing is sent there', async () => {
    const unknown = `${newId()}@test.example`;
    const { email } = await register();
    expect(await request(unknown)).toEqual(await request(email));
    await mailedToken(email, subject);
    const mails = await Promise.all(
      (await readdir(outbox)).map((file) => readFile(join(outbox, file), 'utf8')),
    );
    expect(mails.filter((mail) => mail.includes(unknown))).toEqual([]);
  });

  test('refuses a link to an address that the account no longer has', async () => {
    const { email, userId } = await register();
    await request(email);
    const token = await mailedToken(email, subject);
    const moved = `mutation { updateUser(id: "${userId}", input: { email: "${newId()}@test.example" }) { id } }`;
    expect((await run(subgraph, superadmin, moved)).errors).toBeUndefined();
    expect(codes(await reset(token))).toEqual(['BAD_USER_INPUT']);
  });

  test('refuses expired, forged and other tokens, and leaves the password', async () => {
    const { email, accessToken } = await register();
    const verification = await mailedToken(email, 'Confirm your e-mail address');
    await request(email);
    const token = await mailedToken(email, subject);
    const { sub = '', fingerprint } = decodeJwt(token);
    const claims = { sub, fingerprint };
    const keys = await openSigningKeys(keysFile, makeLogger('test', 'silent'));
    const expired = await keys.sign(claims, 'cdx:password-reset', -1);
    keys.close();
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('cdx')
      .setAudience('cdx:password-reset')
      .setExpirationTime('1h')
      .sign(Buffer.from('x'.repeat(32)));
    const [header, payload] = token.split('.');
    const unsigned = `${header ?? ''}.${payload ?? ''}.`;
    for (const bad of [expired, forged, unsigned, accessToken, verification, '', 'x'.repeat(2_001)]) {
      expect(codes(await reset(bad))).toEqual(['BAD_USER_INPUT']);
    }
    expect((await login(email, password)).errors).toBeUndefined();
  });
});
