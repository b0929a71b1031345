import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, system, type Subgraph } from '@cdx/kit';
import { aRequest, codes, run } from '@cdx/kit/testing';
import type { Context } from '../context.ts';
import { anAuthSubgraph } from '../testing.ts';
import { demoPassword } from '../demo-logins.ts';
import { hashPassword } from './passwords.ts';

const { subgraph } = await anAuthSubgraph();
const { subgraph: demoSubgraph } = await anAuthSubgraph({ CDX_DEMO: 'true' });
afterAll(() => Promise.all([subgraph.close(), demoSubgraph.close()]));

const password = 'correct horse';
const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const anEmail = (): string => `${newId()}@test.example`;
async function anAccount(): Promise<string> {
  const email = anEmail();
  const { errors } = await run(
    subgraph,
    anonymous,
    'mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }',
    { input: { email, password, name: 'Ann' } },
  );
  expect(errors).toBeUndefined();
  return email;
}

const login = (email: string, guess = password, on: Subgraph = subgraph) =>
  run(
    on,
    anonymous,
    `mutation ($email: String!, $guess: String!) { login(email: $email, password: $guess) {
        accessToken refreshToken expiresIn user { email role lastLogin } } }`,
    { email, guess },
  );

const fail = async (email: string, times: number): Promise<void> => {
  for (let n = 0; n < times; n++) expect(codes(await login(email, 'wrong'))).toEqual(['UNAUTHENTICATED']);
};

async function eventsOf(email: string): Promise<string[]> {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ userByEmail(email: "${email}") { authEvents(orderBy: { field: CREATED_AT }) { edges { node { eventType } } } } }`,
  );
  const user = data?.userByEmail as { authEvents: { edges: { node: { eventType: string } }[] } };
  return user.authEvents.edges.map(({ node }) => node.eventType);
}

describe('logging in', () => {
  test('takes the address in any case and gives a pair of tokens', async () => {
    const email = await anAccount();
    const { data, errors } = await login(` ${email.toUpperCase()} `);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      login: {
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        refreshToken: expect.stringMatching(/^[\w-]{43}$/),
        expiresIn: 900,
        user: { email, role: 'USER', lastLogin: expect.any(String) },
      },
    });
    expect(await eventsOf(email)).toEqual(['LOGIN', 'LOGIN']);
  });

  test('answers a wrong password and an unknown address with the same error', async () => {
    const email = await anAccount();
    const wrong = await login(email, 'wrong');
    const unknown = await login(anEmail(), 'wrong');
    expect(codes(wrong)).toEqual(['UNAUTHENTICATED']);
    expect(JSON.stringify(unknown)).toBe(JSON.stringify(wrong));
    expect(await eventsOf(email)).toEqual(['LOGIN', 'FAILED_LOGIN']);
  });

  test('takes as long for an unknown address as for a wrong password', async () => {
    const shortest = async (emails: readonly string[]): Promise<number> => {
      const times: number[] = [];
      for (const email of emails) {
        const start = performance.now();
        await login(email, 'wrong');
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const email = await anAccount();
    const wrong = await shortest([email, email, email, email]);
    expect(await shortest([anEmail(), anEmail(), anEmail(), anEmail()])).toBeGreaterThan(wrong / 3);
  });

  test('is refused to an account without access, like a wrong password', async () => {
    const email = await anAccount();
    const { data } = await run(subgraph, superadmin, `{ userByEmail(email: "${email}") { id } }`);
    const { id } = data?.userByEmail as { id: string };
    await run(
      subgraph,
      superadmin,
      `mutation { updateUser(id: "${id}", input: { isActive: false }) { id } }`,
    );
    expect(JSON.stringify(await login(email))).toBe(JSON.stringify(await login(anEmail(), 'wrong')));
  });

  test.each([
    [{ email: 'a'.repeat(256), guess: 'x' }, 'login.email'],
    [{ email: 'a', guess: 'x'.repeat(201) }, 'login.password'],
  ])('refuses what is too long to be one: %#', async ({ email, guess }, field) => {
    const result = await login(email, guess);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
  });
});

describe('after failures', () => {
  const waitOf = (result: ExecutionResult): unknown => result.errors?.[0]?.extensions.retryAfterSeconds;

  test('five are free, then the wait grows with each, for the right password too', async () => {
    const email = await anAccount();
    await fail(email, 5);
    const locked = await login(email);
    expect(codes(locked)).toEqual(['RATE_LIMITED']);
    expect(waitOf(locked)).toBe(1);
    await setTimeout(1_050);
    await fail(email, 1);
    expect(waitOf(await login(email))).toBe(2);
    await setTimeout(2_050);
    expect((await login(email)).errors).toBeUndefined();
  });

  test('an address without an account is locked alike', async () => {
    const [email, unknown] = [await anAccount(), anEmail()];
    await fail(email, 5);
    const locked = await login(email);
    await fail(unknown, 5);
    expect(JSON.stringify(await login(unknown))).toBe(JSON.stringify(locked));
  });

  test('a success begins the count anew', async () => {
    const email = await anAccount();
    await fail(email, 4);
    expect((await login(email)).errors).toBeUndefined();
    await fail(email, 4);
    expect((await login(email)).errors).toBeUndefined();
  });

  test('many guesses at once are all counted', async () => {
    const email = await anAccount();
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => login(email, `guess ${n}`)));
    const answers = results.flatMap(codes);
    expect(answers.slice(0, 5)).toEqual(Array(5).fill('UNAUTHENTICATED'));
    expect(answers.slice(5)).toEqual(Array(7).fill('RATE_LIMITED'));
    expect(await eventsOf(email)).toEqual(['LOGIN', ...(Array(5).fill('FAILED_LOGIN') as string[])]);
  });
});

test('the demo password opens an account that has it in demo data alone', async () => {
  const email = await anAccount();
  const passwordHash = await hashPassword(demoPassword);
  const { db } = subgraph.createContext(aRequest(system)) as Context;
  await db.write((tx) => tx.user.updateMany({ where: { email }, data: { passwordHash } }));
  expect(JSON.stringify(await login(email, demoPassword))).toBe(
    JSON.stringify(await login(anEmail(), demoPassword)),
  );
  expect((await login(email, demoPassword, demoSubgraph)).errors).toBeUndefined();
  expect(codes(await login(await anAccount(), demoPassword, demoSubgraph))).toEqual(['UNAUTHENTICATED']);
});
