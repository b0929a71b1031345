import { createHash } from 'node:crypto';
import { HeaderMap, type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/kit/testing';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../execution/request-context.ts';
import { warmAnswerChannel } from './index.ts';
import { aGatewayOf, recorder, serve, type TestGateway } from './testing.ts';

const sdl = `type Query { hello(name: String = "you"): String who: String broken: String list(size: Int!): [Item!] }
  type Mutation { rename(name: String!): String }
  type Item { id: ID! }`;

const rootValue = {
  hello: ({ name }: { readonly name: string }) => `Hello ${name}`,
  who: (_: unknown, { request }: RequestContext) => request.identity.userId,
  broken() {
    throw new GraphQLError('It does not work', { extensions: { code: 'NOT_FOUND', http: { status: 404 } } });
  },
  list: ({ size }: { readonly size: number }) => Array.from({ length: size }, (_, id) => ({ id })),
  rename: ({ name }: { readonly name: string }) => name,
};

const refusal = new GraphQLError('Too often', {
  extensions: { code: 'RATE_LIMITED', http: { status: 429, headers: new Map([['retry-after', '7']]) } },
});

/** Does what a request asks for in its extensions, as a plugin of whoever extends the product may. */
const meddler: ApolloServerPlugin<RequestContext> = {
  requestDidStart({ request: { extensions } }) {
    const meddle: unknown = extensions?.meddle;
    const failIf = (word: string, error = new Error(word)): Promise<void> =>
      meddle === word ? Promise.reject(error) : Promise.resolve();
    const listener: GraphQLRequestListener<RequestContext> = {
      didResolveSource: () => failIf('fail at the source'),
      didResolveOperation: () => failIf('fail').then(() => failIf('refuse', refusal)),
      responseForOperation() {
        const http = { status: 203, headers: new HeaderMap([['x-canned', 'yes']]) };
        const body = { kind: 'single', singleResult: { data: { hello: 'canned' } } } as const;
        return Promise.resolve(meddle === 'answer' ? { http, body } : null);
      },
      willSendResponse({ response: { http, body } }) {
        if (meddle === 'change' && body.kind === 'single') {
          http.status = 418;
          http.headers.set('x-changed', 'yes').set('content-type', 'application/tea+json');
          body.singleResult.extensions = { tea: true };
        }
        return failIf('fail at the end');
      },
    };
    return failIf('fail at the start').then(() => listener);
  },
};

interface Case {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
  readonly url?: string;
}

const meddled = (meddle: string): Case => ({ body: { query: '{ hello }', extensions: { meddle } } });
const persisted = (text: string, hash = createHash('sha256').update(text).digest('hex')) => ({
  persistedQuery: { version: 1, sha256Hash: hash },
});
const two = 'query One { hello } query Two($size: Int!) { list(size: $size) { id } }';

/** What goes the lane once its document is known. */
const warm: Readonly<Record<string, Case>> = {
  'a query': { body: { query: '{ hello }' } },
  'a query with a name, variables and extensions': {
    body: { query: 'query Hi { hello }', operationName: 'Hi', variables: {}, extensions: { client: 'x' } },
  },
  'nulls for what is not sent': {
    body: { query: '{ hello }', operationName: null, variables: null, extensions: null },
  },
  'one of two operations': { body: { query: two, operationName: 'Two', variables: { size: 2 } } },
  'a caller': {
    body: { query: '{ who }' },
    headers: { authorization: JSON.stringify(anIdentity({ userId: 'ann' })) },
  },
  'the newer media type': {
    body: { query: '{ hello }' },
    headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
  },
  'any media type': { body: { query: '{ hello }' }, headers: { accept: '*/*' } },
  'partial data': { body: { query: '{ hello broken }' } },
  'no data': { body: { query: 'query ($size: Int!) { list(size: $size) { id } }', variables: { size: -1 } } },
  'a wrong variable': { body: { query: two, operationName: 'Two', variables: { size: 'many' } } },
  'a wrong variable, the newer media type': {
    body: { query: two, operationName: 'Two', variables: { size: 'many' } },
    headers: { accept: 'application/graphql-response+json' },
  },
  'a missing variable': { body: { query: two, operationName: 'Two' } },
  'a refusal with a status and headers': meddled('refuse'),
  'a hook that fails': meddled('fail'),
  'a hook that fails at the start': meddled('fail at the start'),
  'a hook that fails at the source': meddled('fail at the source'),
  'a hook that fails at the end': meddled('fail at the end'),
  'an answer of a plugin': meddled('answer'),
  'an answer that a plugin changes': meddled('change'),
};

/** What does not: it is unusual, or never becomes warm. */
const normal: Readonly<Record<string, Case>> = {
  'a mutation': { body: { query: 'mutation { rename(name: "x") }' } },
  'a query in an address': {
    method: 'GET',
    url: '/graphql?query=%7Bhello%7D',
    headers: { 'apollo-require-preflight': '1' },
    body: undefined,
  },
  'parameters beside the body': { body: { query: '{ hello }' }, url: '/graphql?x=1' },
  'a batch': { body: [{ query: '{ hello }' }] },
  'no query': { body: { variables: {} } },
  'a query that is no text': { body: { query: 7 } },
  'variables that are no object': { body: { query: '{ hello }', variables: 'x' } },
  'extensions that are a list': { body: { query: '{ hello }', extensions: [] } },
  'a name that is no text': { body: { query: '{ hello }', operationName: 7 } },
  'an operation that is not there': { body: { query: two, operationName: 'Three' } },
  'no name where there are two': { body: { query: two } },
  'no GraphQL': { body: { query: '{ hello' } },
  'a field that is not there': { body: { query: '{ goodbye }' } },
  'a media type that nobody offers': { body: { query: '{ hello }' }, headers: { accept: 'text/csv' } },
  'a body of another type': { body: '{"query": "{ hello }"}', headers: { 'content-type': 'text/plain' } },
  'a hash of another version': {
    body: { extensions: { persistedQuery: { version: 2, sha256Hash: 'x' } } },
  },
  'a hash that nobody has registered': { body: { extensions: persisted('{ unknown }') } },
  'a hash of another text': { body: { query: '{ hello }', extensions: persisted('{ who }') } },
};

/** One way to answer, with what its plugin has seen. */
class Way {
  readonly gateway: TestGateway = aGatewayOf(sdl, rootValue);
  readonly records: unknown[] = [];
  /** Whether callers are let in. */
  isOpen = true;
  server!: FastifyInstance;

  async start(withLane: boolean): Promise<this> {
    const admit = (): Promise<void> =>
      this.isOpen
        ? Promise.resolve()
        : Promise.reject(
            new GraphQLError('Wait', { extensions: { code: 'RATE_LIMITED', http: { status: 429 } } }),
          );
    this.server = await serve(this.gateway, [recorder(this.records), meddler], { withLane, admit });
    return this;
  }

  /** The answer to a request, all that HTTP says of it, and what the plugin has seen. */
  async ask({ body, headers = {}, method = 'POST', url = '/graphql' }: Case): Promise<object> {
    this.records.length = 0;
    const sent =
      body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await this.server.inject({
      ...{ method, url, ...sent },
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    return {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).filter(([name]) => name !== 'date'),
      text: answer.body,
      seen: [...this.records],
    };
  }
}

let [fast, plain]: Way[] = [];
let answered = 0;
const count = (): void => void (answered += 1);
beforeAll(async () => {
  [fast, plain] = await Promise.all([new Way().start(true), new Way().start(false)]);
  warmAnswerChannel.subscribe(count);
});
afterAll(async () => {
  warmAnswerChannel.unsubscribe(count);
  await Promise.all([fast?.server.close(), plain?.server.close()]);
});

/** Asks both ways a few times; answers how many of the last answers came by the lane. */
async function compare(one: Case, times = 3): Promise<number> {
  let before = 0;
  for (let index = 0; index < times; index += 1) {
    before = answered;
    expect(await fast?.ask(one)).toEqual(await plain?.ask(one));
  }
  return answered - before;
}

describe('the lane and Apollo Server', () => {
  test.each(Object.entries(warm))('answer alike, and show plugins the same: %s', async (_, one) => {
    await compare({ body: { query: '{ hello }' } }, 1);
    expect(await compare(one)).toBe(1);
  });

  test.each(Object.entries(normal))('are one way for what is unusual: %s', async (_, one) => {
    await compare({ body: { query: '{ hello }' } }, 1);
    expect(await compare(one)).toBe(0);
  });

  test('know the same documents by hash', async () => {
    const text = 'query Persisted { hello(name: "hash") }';
    const byHash = { body: { extensions: persisted(text) } };
    expect(await compare({ body: { query: text } })).toBe(1);
    expect(await compare(byHash)).toBe(0);
    expect(await compare({ body: { query: text, extensions: persisted(text) } }, 1)).toBe(0);
    expect(await compare(byHash)).toBe(1);
  });

  test('turn the same callers away, and count each once', async () => {
    const one: Case = { body: { query: '{ hello }' } };
    await compare(one);
    for (const way of [fast, plain]) if (way) way.isOpen = false;
    expect(await compare(one)).toBe(0);
    for (const way of [fast, plain]) if (way) way.isOpen = true;
    expect(await compare(one)).toBe(1);
  });

  test('forget what was valid when the schema changes', async () => {
    const one: Case = { body: { query: '{ hello who }' } };
    expect(await compare(one)).toBe(1);
    for (const way of [fast, plain]) way?.gateway.change('type Query { hello: String }');
    expect(await compare(one)).toBe(0);
    expect(await compare({ body: { query: '{ hello }' } })).toBe(1);
    for (const way of [fast, plain]) way?.gateway.change(sdl);
    expect(await compare(one)).toBe(1);
  });
});
