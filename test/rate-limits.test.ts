import { afterEach, describe, expect, test } from '@jest/globals';
import { clientUser, logIn, superadmin } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { bearer, post, type HttpAnswer } from './support/post.ts';
import { aRedis } from './support/redis.ts';

const started: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
});

async function aLimitedGateway(env: NodeJS.ProcessEnv): Promise<TestGateway> {
  const gateway = await aGateway('embedded', { ...testEnvironment(), ...env });
  started.push(gateway);
  return gateway;
}

const me = { query: '{ me { email } }' };

/** Sends requests one after another; answers their statuses. */
async function statuses(count: number, send: (index: number) => Promise<HttpAnswer>): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await send(index)).status);
  return answers;
}

describe('requests', () => {
  test('over the rate are answered with 429, a code, and when to try again', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '3' });
    expect(await statuses(3, () => post(gateway, me))).toEqual([200, 200, 200]);
    const { status, headers, body } = await post(gateway, me);
    expect(status).toBe(429);
    const [error] = body.errors ?? [];
    expect(error?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 3 });
    const seconds = error?.extensions.retryAfterSeconds;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(headers['retry-after']).toBe(String(seconds));
    expect(error?.message).toContain('at most 3 a minute');
  });

  test('of callers are counted for each of them, wherever they come from', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_PER_MINUTE: '2' });
    const [one, other] = [await logIn(gateway, clientUser), await logIn(gateway, superadmin)];
    expect(await statuses(3, () => post(gateway, me, bearer(one)))).toEqual([200, 200, 429]);
    expect(await statuses(2, () => post(gateway, me, bearer(other)))).toEqual([200, 200]);
  });

  test('with tokens that are no good count for the address, so that guessing is limited', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '2' });
    expect(await statuses(3, (index) => post(gateway, me, bearer(`guess-${index}`)))).toEqual([
      401, 401, 429,
    ]);
    expect((await post(gateway, me)).status).toBe(429);
  });

  test('are not limited where the limit is 0', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0' });
    expect(new Set(await statuses(20, () => post(gateway, me)))).toEqual(new Set([200]));
  });
});

describe('the address of a sender', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('is the connection’s, whatever a header says', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '2' });
    const answers = await statuses(3, (index) => post(gateway, me, from(`192.0.2.${index}`)));
    expect(answers).toEqual([200, 200, 429]);
  });

  test('is what a proxy says that is trusted', async () => {
    const gateway = await aLimitedGateway({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1', TRUST_PROXY: 'loopback' });
    const answers = await statuses(3, (index) => post(gateway, me, from(`192.0.2.${index}`)));
    expect(answers).toEqual([200, 200, 200]);
    // What a caller wrote into the header itself stands before what the proxy added, and is not believed.
    expect((await post(gateway, me, from('198.51.100.1, 192.0.2.1'))).status).toBe(429);
  });

  test('that must be a network is checked at the start', async () => {
    await expect(aLimitedGateway({ TRUST_PROXY: 'loopback,everyone' })).rejects.toThrow(
      /TRUST_PROXY.*everyone/,
    );
  });
});

describe('attempts to log in', () => {
  const attempt = (aliases: readonly string[]) => ({
    query: `mutation { ${aliases.map((alias) => `${alias}: refreshToken(refreshToken: "guess") { accessToken }`).join(' ')} }`,
  });

  test('are counted by themselves, each in an operation with several', async () => {
    const gateway = await aLimitedGateway({ LOGIN_ATTEMPTS_PER_MINUTE: '3' });
    const codes = async (aliases: readonly string[]): Promise<(string | undefined)[]> =>
      (await post(gateway, attempt(aliases))).body.errors?.map(({ extensions }) => extensions.code) ?? [];
    expect(await codes(['a', 'b'])).not.toContain('RATE_LIMITED');
    expect(await codes(['a', 'b'])).toEqual(['RATE_LIMITED']);
    const { status, headers } = await post(gateway, attempt(['a']));
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await post(gateway, me)).status).toBe(200);
  });
});

describe('gateways that share a Redis', () => {
  test('count together, and each for itself when it is gone', async () => {
    const redis = await aRedis();
    const env = { REDIS_URL: redis.url, RATE_LIMIT_ANONYMOUS_PER_MINUTE: '4' };
    const [one, other] = [await aLimitedGateway(env), await aLimitedGateway(env)];
    const alternate = (index: number): Promise<HttpAnswer> => post(index % 2 === 0 ? one : other, me);
    expect(await statuses(4, alternate)).toEqual([200, 200, 200, 200]);
    expect(await statuses(2, alternate)).toEqual([429, 429]);
    await redis.stop();
    const fresh = await aLimitedGateway(env);
    expect(await statuses(5, () => post(fresh, me))).toEqual([200, 200, 200, 200, 429]);
  });

  test('go on answering when it dies under them', async () => {
    const redis = await aRedis();
    const gateway = await aLimitedGateway({ REDIS_URL: redis.url, RATE_LIMIT_ANONYMOUS_PER_MINUTE: '3' });
    expect((await post(gateway, me)).status).toBe(200);
    await redis.stop();
    expect(await statuses(4, () => post(gateway, me))).toEqual([200, 200, 200, 429]);
  });
});
