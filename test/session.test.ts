import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { ask, at, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, type TestGateway } from './support/gateways.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway('embedded');
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;

interface SessionAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The one cookie that was set, as the browser gets it. */
  readonly cookie: string;
  readonly text: string;
}

/** Asks as a page of the gateway's own origin would, but for the headers of a test. */
async function session(
  method: 'POST' | 'DELETE',
  path: string,
  options: { readonly body?: string; readonly cookie?: string; readonly headers?: Headers } = {},
): Promise<SessionAnswer> {
  const { statusCode, headers, body } = await request(`${gateway.url}/session${path}`, {
    method,
    headers: {
      origin: gateway.url,
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...options.headers,
    },
    body: method === 'POST' ? (options.body ?? '{}') : null,
  });
  return {
    status: statusCode,
    headers,
    cookie: String(headers['set-cookie'] ?? ''),
    text: await body.text(),
  };
}

const credentials = (email: string, password = 'cdx-demo'): { body: string } => ({
  body: JSON.stringify({ email, password }),
});

/** What a browser sends back of a cookie. */
const sent = ({ cookie }: SessionAnswer): string => cookie.split(';', 1)[0] ?? '';
const valueOf = (answer: SessionAnswer): string => sent(answer).split('=')[1] ?? '';
const codesOf = ({ text }: SessionAnswer): string[] =>
  (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors.map(
    ({ extensions }) => extensions.code,
  );
const tokenOf = ({ text }: SessionAnswer): string =>
  (JSON.parse(text) as { accessToken: string }).accessToken;

describe('a login of a page', () => {
  test('answers with the user and an access token that the graph takes', async () => {
    const answer = await session('POST', '', credentials(superadmin));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      accessToken: expect.any(String),
      expiresIn: 900,
      user: {
        id: expect.any(String),
        email: superadmin,
        name: expect.any(String),
        role: 'SUPERADMIN',
      },
    });
    const me = await ask(gateway, '{ me { email } }', { token: tokenOf(answer) });
    expect(at(me, 'me', 'email')).toBe(superadmin);
  });

  test('keeps the refresh token in a cookie for itself alone, and nowhere in the answer', async () => {
    const answer = await session('POST', '', credentials(superadmin));
    expect(answer.cookie).toMatch(/^cdx_refresh=[\w-]{43}; Path=\/session; HttpOnly; SameSite=Strict$/);
    expect(answer.text).not.toContain(valueOf(answer));
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('has a Secure cookie where the page came by TLS', async () => {
    const headers = { origin: 'https://cdx.example', 'sec-fetch-site': 'same-origin' };
    const answer = await session('POST', '', { ...credentials(superadmin), headers });
    expect(answer.cookie).toContain('; Secure');
  });

  test('ends the one that it replaces', async () => {
    const first = await session('POST', '', credentials(superadmin));
    const second = await session('POST', '', { ...credentials(tenantAdmin), cookie: sent(first) });
    expect(second.status).toBe(200);
    expect((await session('POST', '/refresh', { cookie: sent(first) })).status).toBe(401);
    expect((await session('POST', '/refresh', { cookie: sent(second) })).status).toBe(200);
  });

  test('with a wrong password is refused, and sets nothing', async () => {
    const answer = await session('POST', '', credentials('nobody@cdx.example', 'not the password'));
    expect([answer.status, codesOf(answer), answer.cookie]).toEqual([401, ['UNAUTHENTICATED'], '']);
  });

  test.each(['{', '[]', '{}', '{"email": 7, "password": "x"}', '{"email": "x"}'])(
    'with the body %s is refused',
    async (body) => {
      const answer = await session('POST', '', { body });
      expect([answer.status, codesOf(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    },
  );
});

describe('a login goes on', () => {
  test('with a new cookie each time, and the one before is worth nothing', async () => {
    const first = await session('POST', '', credentials(tenantAdmin));
    const second = await session('POST', '/refresh', { cookie: sent(first) });
    expect(second.status).toBe(200);
    expect(JSON.parse(second.text)).toMatchObject({ user: { email: tenantAdmin } });
    expect(valueOf(second)).not.toBe(valueOf(first));
    const reused = await session('POST', '/refresh', { cookie: sent(first) });
    expect([reused.status, codesOf(reused)]).toEqual([401, ['UNAUTHENTICATED']]);
    expect(reused.cookie).toMatch(/^cdx_refresh=; .*Expires=Thu, 01 Jan 1970/);
  });

  test('in two pages that are loaded at once', async () => {
    const first = await session('POST', '', credentials(tenantAdmin));
    const both = await Promise.all([
      session('POST', '/refresh', { cookie: sent(first) }),
      session('POST', '/refresh', { cookie: sent(first) }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await session('POST', '/refresh', { cookie: sent(both[0]) })).status).toBe(200);
  });

  test('until it is ended', async () => {
    const first = await session('POST', '', credentials(tenantAdmin));
    const ended = await session('DELETE', '', { cookie: sent(first) });
    expect([ended.status, ended.text]).toEqual([204, '']);
    expect(ended.cookie).toMatch(/^cdx_refresh=; .*Expires=Thu, 01 Jan 1970/);
    expect((await session('POST', '/refresh', { cookie: sent(first) })).status).toBe(401);
  });

  test('where there is none, nobody is logged in, and that is no error', async () => {
    expect((await session('POST', '/refresh')).status).toBe(204);
    expect((await session('DELETE', '')).status).toBe(204);
  });
});

describe('a page that is not ours', () => {
  const cases: readonly [string, Headers][] = [
    ['of another site', { origin: 'https://evil.example' }],
    ['of another site behind a proxy', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of another origin of the same site', { 'sec-fetch-site': 'same-site' }],
    ['in a sandbox', { origin: 'null' }],
  ];
  test.each(cases)('%s cannot log in, refresh or log out', async (_, headers) => {
    const first = await session('POST', '', credentials(tenantAdmin));
    const cookie = sent(first);
    const answers = [
      await session('POST', '', { ...credentials(tenantAdmin), headers }),
      await session('POST', '/refresh', { cookie, headers }),
      await session('DELETE', '', { cookie, headers }),
    ];
    for (const answer of answers)
      expect([answer.status, codesOf(answer), answer.cookie]).toEqual([403, ['FORBIDDEN'], '']);
    expect((await session('POST', '/refresh', { cookie })).status).toBe(200);
  });

  test('and a form, whose type no browser asks about, are refused', async () => {
    const form = { 'content-type': 'text/plain' };
    const answer = await session('POST', '', { ...credentials(tenantAdmin), headers: form });
    expect([answer.status, answer.cookie]).toEqual([415, '']);
  });

  test('and a request that does not say where it comes from is refused', async () => {
    const { statusCode } = await request(`${gateway.url}/session/refresh`, { method: 'POST' });
    expect(statusCode).toBe(403);
  });
});
