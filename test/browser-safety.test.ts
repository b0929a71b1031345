import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { ask, codesOf, logIn, superadmin } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';

const ours = 'https://app.example';
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway('embedded', { ...testEnvironment(), CORS_ORIGINS: ours });
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
type Method = 'GET' | 'POST' | 'OPTIONS';

async function send(method: Method, path: string, headers: Headers = {}, body: string | null = null) {
  const answer = await request(gateway.url + path, { method, headers, body });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

const json = { 'content-type': 'application/json' };

describe('a page of another origin', () => {
  const preflight = (origin: string) =>
    send('OPTIONS', '/graphql', {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    });

  test('may ask when its origin is allowed, without the browser’s own credentials', async () => {
    const { status, headers } = await preflight(ours);
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe(ours);
    expect(headers['access-control-allow-headers']).toBe('authorization,content-type');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers.vary).toMatch(/origin/i);
    const answer = await send('POST', '/graphql', { ...json, origin: ours }, '{"query":"{ __typename }"}');
    expect(answer.headers['access-control-allow-origin']).toBe(ours);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'may not when its origin is %s',
    async (origin) => {
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
      const answer = await send('POST', '/graphql', { ...json, origin }, '{"query":"{ __typename }"}');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );
});

describe('a request that a browser sends for any page without asking', () => {
  const parameters = (query: string): string => `/graphql?${new URLSearchParams({ query }).toString()}`;
  const mutation = 'mutation { logoutEverywhere }';

  test.each<[string, Method, string, Headers, string | null, number]>([
    ['a query in an address', 'GET', parameters('{ __typename }'), {}, null, 400],
    [
      'a query in an address, of type text',
      'GET',
      parameters('{ __typename }'),
      { 'content-type': 'text/plain' },
      null,
      400,
    ],
    ['a text', 'POST', '/graphql', { 'content-type': 'text/plain' }, '{"query":"{ __typename }"}', 400],
    [
      'a form',
      'POST',
      '/graphql',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'query={__typename}',
      415,
    ],
    [
      'a form with files',
      'POST',
      '/graphql',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x--',
      415,
    ],
    [
      'a mutation in an address, even after asking',
      'GET',
      parameters(mutation),
      { 'apollo-require-preflight': '1' },
      null,
      405,
    ],
  ])('is not executed: %s', async (_, method, path, headers, body, status) => {
    const answer = await send(method, path, headers, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(JSON.parse(answer.text)).not.toHaveProperty('data');
  });
});

describe('every answer', () => {
  test.each(['/playground/', '/playground/settings.json', '/health', '/nowhere'])(
    'of %s keeps other sites out',
    async (path) => {
      const { headers } = await send('GET', path);
      const policy = String(headers['content-security-policy']).split(';');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  test('by TLS, and no other, tells the browser to stay with TLS', async () => {
    expect((await send('GET', '/health')).headers['strict-transport-security']).toBeUndefined();
    const byTls = await send('GET', '/health', { 'x-forwarded-proto': 'https' });
    expect(byTls.headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe.each([['production'], ['development']])('in %s', (mode) => {
  let served: TestGateway;
  beforeAll(async () => {
    served = await aGateway('distributed', { ...testEnvironment(), NODE_ENV: mode });
  });
  afterAll(() => served.close());

  const isProduction = mode === 'production';

  test(isProduction ? 'nobody may ask for the schema' : 'the schema may be asked for', async () => {
    const answer = await ask(served, '{ __schema { queryType { name } } }');
    expect(new Set(codesOf(answer))).toEqual(new Set(isProduction ? ['BAD_USER_INPUT'] : []));
    const typo = await ask(served, '{ mee { id } }');
    expect(typo.text.includes('Did you mean')).toBe(!isProduction);
  });

  test.each<[string, (token: string) => Promise<unknown>]>([
    ['a parse error', () => ask(served, '{ me {')],
    ['an unknown field', () => ask(served, '{ nothing }')],
    ['a wrong variable', () => ask(served, 'query ($id: ID!) { user(id: $id) { id } }')],
    ['a wrong argument', (token) => ask(served, '{ users(first: 1000) { totalCount } }', { token })],
    ['a missing right', () => ask(served, 'mutation { deleteUser(id: "x") }')],
    ['a bad token', () => ask(served, '{ me { id } }', { token: 'garbage' })],
    [
      'a subgraph that is down',
      async (token) => {
        await served.servers.get('templates')?.close();
        return ask(served, '{ personaTemplates { totalCount } }', { token });
      },
    ],
  ])('%s says nothing of what is inside', async (_, fail) => {
    const { errors } = (await fail(await logIn(served, superadmin))) as {
      readonly errors: readonly { readonly extensions: object }[];
    };
    expect(errors.length).toBeGreaterThan(0);
    const allowed = ['code', 'service', 'field', 'expected', 'retryAfterSeconds'];
    for (const error of errors) {
      expect(['message', 'locations', 'path', 'extensions']).toEqual(
        expect.arrayContaining(Object.keys(error)),
      );
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(error.extensions)));
    }
    expect(JSON.stringify(errors)).not.toMatch(
      /node_modules|stacktrace|\.[jt]s:\d|127\.0\.0\.1|ECONN|prisma|select /i,
    );
  });
});

test('the schema may be asked for in production where the setting says so', async () => {
  const open = await aGateway('embedded', {
    ...testEnvironment(),
    NODE_ENV: 'production',
    INTROSPECTION: 'whole',
  });
  const answer = await ask(open, '{ __schema { queryType { name } } }');
  await open.close();
  expect(answer.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
});
