import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import type { Subgraph, SubgraphRequest } from '../context/subgraph.ts';
import { fixedSecrets, readSecrets } from '../identity/secrets.ts';
import { deadlineHeader, identityHeader, signIdentity } from '../identity/signed.ts';
import { makeLogger } from '../log.ts';
import { anIdentity } from '../testing/index.ts';
import { productVersion } from '../version.ts';
import { serveSubgraph } from './serve.ts';

const secrets = readSecrets('a secret of the tests with 32 characters or more');
const caller = anIdentity({ userId: 'ann', role: 'client', tenantId: 'acme' });
const request = { identity: caller, requestId: 'r1', ipAddress: null, userAgent: null };
const whoAsks = '{ caller { userId tenantId requestId } }';

/** What has reached the resolvers of the subgraph. */
const reached: SubgraphRequest[] = [];
let isDatabaseUp = true;
let isClosed = false;

/** A subgraph that answers who asks, and one that waits until nobody waits for it. */
function aSubgraph(): Subgraph {
  const typeDefs =
    parse(`type Query { caller: Caller! echo(text: String!): String! patience: String! broken: Int }
    type Mutation { change(tenantId: ID): Int }
    type Caller { userId: ID tenantId: ID requestId: String! }`);
  const resolvers: object = {
    Mutation: {
      change(
        _: unknown,
        { tenantId = null }: { readonly tenantId?: string | null },
        { onChange }: SubgraphRequest,
      ) {
        if (tenantId !== null) onChange?.({ domain: 'things', tenantId });
        return 1;
      },
    },
    Query: {
      caller(_: unknown, __: unknown, context: SubgraphRequest) {
        reached.push(context);
        return { ...context.identity, requestId: context.requestId };
      },
      echo: (_: unknown, { text }: { readonly text: string }) => text,
      patience: (_: unknown, __: unknown, context: SubgraphRequest) =>
        new Promise((resolve) => {
          reached.push(context);
          context.signal.addEventListener('abort', () => resolve('given up'));
        }),
      broken() {
        throw new Error('password of the database: 1234');
      },
    },
  };
  return {
    name: 'things',
    typeDefs,
    schema: buildSubgraphSchema({ typeDefs, resolvers: { ...resolvers } }),
    createContext: (context) => context,
    selecting: (context) => context,
    recordAccess: () => Promise.resolve(),
    checkHealth: () => (isDatabaseUp ? Promise.resolve() : Promise.reject(new Error('no database'))),
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  };
}

let server: FastifyInstance;
let url: string;
beforeAll(async () => {
  server = await serveSubgraph(aSubgraph(), {
    host: '127.0.0.1',
    port: 0,
    secrets: fixedSecrets(...secrets),
    log: makeLogger('test', 'silent'),
    documents: { '/.well-known/jwks.json': () => ({ keys: [] }) },
  });
  url = server.listeningOrigin;
});
afterAll(async () => {
  await server.close();
  expect(isClosed).toBe(true);
});
afterEach(() => {
  jest.useRealTimers();
  reached.length = 0;
});

type Headers = Readonly<Record<string, string>>;

async function post(body: string, headers: Headers): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, answer: await response.json() };
}

function signed(headers: Headers = {}): Headers {
  return { [identityHeader]: signIdentity(secrets, 'things', request), ...headers };
}

const ask = async (query: string, headers: Headers = {}) => post(JSON.stringify({ query }), signed(headers));

describe('a subgraph’s server asked by one who is not the gateway', () => {
  const forger = readSecrets('a guess at the secret of 32 characters or more');
  const cases: readonly [string, () => Headers][] = [
    ['without an identity', () => ({})],
    ['with nonsense', () => ({ [identityHeader]: 'nonsense' })],
    ['with a forged identity', () => ({ [identityHeader]: signIdentity(forger, 'things', request) })],
    [
      'with an identity for another subgraph',
      () => ({ [identityHeader]: signIdentity(secrets, 'others', request) }),
    ],
    [
      'with an identity that has expired',
      () => {
        jest.useFakeTimers({ now: Date.now() - 61_000 });
        const headers = signed();
        jest.useRealTimers();
        return headers;
      },
    ],
  ];

  test.each(cases)('%s refuses, and executes nothing', async (_, headers) => {
    const { status, answer } = await post(JSON.stringify({ query: whoAsks }), headers());
    expect(status).toBe(401);
    const extensions = { code: 'UNAUTHENTICATED' };
    expect(answer).toEqual({ errors: [{ message: 'A signed identity is needed', extensions }] });
    expect(reached).toEqual([]);
  });

  test('is refused before it has sent its body', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n{',
    );
    const answer = await new Response(Readable.toWeb(socket) as ReadableStream).text();
    expect(answer).toMatch(/^HTTP\/1.1 401 [^]*UNAUTHENTICATED/);
  });

  const get = async (path: string): Promise<unknown> => (await fetch(url + path)).json();

  test('says that it runs, that its database answers, and what is public', async () => {
    expect(await get('/health')).toEqual({ status: 'up', version: productVersion });
    expect(await get('/ready')).toEqual({ status: 'ready' });
    expect(await get('/.well-known/jwks.json')).toEqual({ keys: [] });
  });

  test('says that its database is down, and not why', async () => {
    isDatabaseUp = false;
    const response = await fetch(`${url}/ready`);
    isDatabaseUp = true;
    expect([response.status, await response.json()]).toEqual([503, { status: 'down' }]);
    expect(await get('/health')).toEqual({ status: 'up', version: productVersion });
  });

  test('has nothing else', async () => {
    expect((await fetch(`${url}/graphql?query={__typename}`)).status).toBe(404);
    const nowhere = await fetch(`${url}/`);
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('a subgraph’s server asked by the gateway', () => {
  test('answers as the caller whom the gateway names', async () => {
    const { status, answer } = await ask(whoAsks);
    expect(status).toBe(200);
    expect(answer).toEqual({ data: { caller: { userId: 'ann', tenantId: 'acme', requestId: 'r1' } } });
  });

  test('takes variables and the name of an operation', async () => {
    const query = 'query A($text: String!) { echo(text: $text) } query B { echo(text: "b") }';
    const body = JSON.stringify({ query, operationName: 'A', variables: { text: 'a' } });
    expect((await post(body, signed())).answer).toEqual({ data: { echo: 'a' } });
  });

  test('tells what a mutation has changed, and of a query nothing', async () => {
    const change = (argument: string) => ask(`mutation { change${argument} }`);
    const changes = [{ domain: 'things', tenantId: 'acme' }];
    expect((await change('(tenantId: "acme")')).answer).toEqual({
      data: { change: 1 },
      extensions: { changes },
    });
    expect((await change('')).answer).toEqual({ data: { change: 1 }, extensions: { changes: [] } });
    expect((await ask('{ echo(text: "a") }')).answer).toEqual({ data: { echo: 'a' } });
  });

  test('tells what is wrong with an operation, by a code', async () => {
    const extensions = { code: 'BAD_USER_INPUT', service: 'things' };
    expect((await ask('{ nothing }')).answer).toMatchObject({ errors: [{ extensions }] });
    expect((await ask('{ caller ')).answer).toMatchObject({ errors: [{ extensions }] });
  });

  test('keeps the words of an error that nobody meant for the caller', async () => {
    const { answer } = await ask('{ broken }');
    expect(answer).toMatchObject({ data: { broken: null }, errors: [{ extensions: { code: 'INTERNAL' } }] });
    expect(JSON.stringify(answer)).not.toContain('1234');
  });

  test.each([
    ['no JSON', '{ "query": '],
    ['empty', ''],
    ['a list', '[]'],
    ['without a query', '{}'],
    ['with variables that are no object', '{"query": "{ __typename }", "variables": "x"}'],
  ])('refuses a body that is %s', async (_, body) => {
    const { status, answer } = await post(body, signed());
    expect(status).toBe(400);
    expect(answer).toEqual({
      errors: [
        { message: expect.stringMatching(/^The body must be /), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
  });

  test('takes a body of megabytes, and refuses one of more than sixteen', async () => {
    const bodyOf = (length: number): string =>
      JSON.stringify({ query: '{ echo(text: "a") }', variables: { text: 'x'.repeat(length) } });
    expect((await post(bodyOf(8_000_000), signed())).status).toBe(200);
    const { status, answer } = await post(bodyOf(17_000_000), signed());
    expect(status).toBe(413);
    const message = 'The body must have at most 16777216 bytes';
    expect(answer).toEqual({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('work that nobody waits for any more', () => {
  test('is given up at its deadline', async () => {
    const started = performance.now();
    const { answer } = await ask('{ patience }', { [deadlineHeader]: String(Date.now() + 1_000) });
    expect(answer).toEqual({ data: { patience: 'given up' } });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('is not begun when its deadline has passed before it comes', async () => {
    const { status, answer } = await ask(whoAsks, { [deadlineHeader]: String(Date.now() - 1) });
    expect(status).toBe(200);
    const extensions = { code: 'DEADLINE_EXCEEDED' };
    expect(answer).toEqual({ errors: [{ message: 'The request came after its deadline', extensions }] });
    expect(reached).toEqual([]);
  });

  test('is given up when the gateway leaves', async () => {
    const leaving = new AbortController();
    const body = JSON.stringify({ query: '{ patience }' });
    const headers = { 'content-type': 'application/json', ...signed() };
    const asked = fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal });
    while (reached.length === 0) await sleep(10);
    expect(reached[0]?.signal.aborted).toBe(false);
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    while (reached[0]?.signal.aborted === false) await sleep(10);
  });

  test.each([{}, { [deadlineHeader]: 'soon' }])('has a minute when its headers are %j', async (headers) => {
    await ask(whoAsks, headers);
    expect(Math.abs((reached[0]?.deadlineMs ?? 0) - Date.now() - 60_000)).toBeLessThan(5_000);
  });
});
