import { afterAll, describe, expect, test } from '@jest/globals';
import { anonymous, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph, password } from '../testing.ts';

const { subgraph, register, eventsOf } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const newPassword = 'battery staple';

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

describe('changing a password', () => {
  const change = (identity: Identity, currentPassword: string, next = newPassword) =>
    run(
      subgraph,
      identity,
      `mutation ($currentPassword: String!, $next: String!) {
        changePassword(currentPassword: $currentPassword, newPassword: $next) }`,
      { currentPassword, next },
    );

  test('ends the other logins and not this one', async () => {
    const { email, identity, refreshToken, userId } = await register();
    const { data } = await login(email, password);
    const other = data?.login as { refreshToken: string };
    expect((await change(identity, password)).data).toEqual({ changePassword: true });
    expect(await refreshes(other.refreshToken)).toBe(false);
    expect(await refreshes(refreshToken)).toBe(true);
    expect(codes(await login(email, password))).toEqual(['UNAUTHENTICATED']);
    expect((await login(email, newPassword)).errors).toBeUndefined();
    expect(await eventsOf(userId)).toContain('PASSWORD_CHANGE');
  });

  test('needs the current one, and wrong ones count like failed log-ins', async () => {
    const { email, identity, userId } = await register();
    for (let n = 0; n < 5; n++) {
      const result = await change(identity, 'wrong');
      expect(codes(result)).toEqual(['BAD_USER_INPUT']);
      expect(result.errors?.[0]?.extensions.field).toBe('currentPassword');
    }
    expect(codes(await change(identity, password))).toEqual(['RATE_LIMITED']);
    expect(codes(await login(email, password))).toEqual(['RATE_LIMITED']);
    expect(await eventsOf(userId)).toEqual(['LOGIN', ...(Array(5).fill('FAILED_LOGIN') as string[])]);
  });

  test('refuses a short new one and changes nothing', async () => {
    const { email, identity, refreshToken } = await register();
    const result = await change(identity, password, 'short');
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe('changePassword.newPassword');
    expect((await login(email, password)).errors).toBeUndefined();
    expect(await refreshes(refreshToken)).toBe(true);
  });
});
