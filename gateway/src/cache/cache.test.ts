import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/kit/testing';
import { makeLogger, type Identity, type RowsChanged } from '@cdx/kit';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import type { RequestContext } from '../execution/request-context.ts';
import { aGatewayOf, serve } from '../fast-lane/testing.ts';
import { cacheParts, responseCache, type ResponseCacheParts } from './index.ts';

const directive = `enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION`;
const sdl = `${directive}
  type Query {
    shared(of: Int): Int @cacheControl(maxAge: 60, scope: PUBLIC)
    personal: Int @cacheControl(maxAge: 30, scope: PRIVATE)
    broken: Int @cacheControl(maxAge: 60, scope: PUBLIC)
    nothing: Int @cacheControl(maxAge: 60, scope: PUBLIC)
    slow: Int @cacheControl(maxAge: 60, scope: PUBLIC)
    plain: Int
  }
  type Mutation { change(tenant: ID): Int }`;
const supergraph = composeSupergraph([
  {
    ...{ name: 'things', url: 'http://things' },
    typeDefs: parse(`extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
      @link(url: "https://specs.cdx.example/cacheControl/v0.1", import: ["@cacheControl"])
      @composeDirective(name: "@cacheControl") ${sdl}`),
  },
]);

const ann = anIdentity({
  userId: 'ann',
  tenantId: 'acme',
  role: 'client',
  scopes: ['a:read', 'b:read'],
  sessionId: 'one',
});
const anonymous = anIdentity();
const superadmin = anIdentity({ userId: 'sue', role: 'superadmin' });

interface Answer {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly header: unknown;
  readonly age: unknown;
  readonly vary: unknown;
}

type Ask = (identity: Identity, query: string, variables?: object) => Promise<Answer>;

/** A gateway that counts what it executes, each time with another answer. */
class Site {
  executed = 0;
  #letSlowGo: () => void = () => undefined;
  readonly #slow = new Promise<void>((resolve) => (this.#letSlowGo = resolve));
  server!: FastifyInstance;

  async start(parts: ResponseCacheParts, withLane: boolean): Promise<Ask> {
    const next = (): number => (this.executed += 1);
    const rootValue = {
      shared: next,
      personal: next,
      nothing: () => next() && null,
      plain: next,
      broken() {
        next();
        throw new GraphQLError('It does not work', { extensions: { code: 'NOT_FOUND' } });
      },
      slow: async () => {
        const value = next();
        await this.#slow;
        return value;
      },
      change: ({ tenant = null }: { readonly tenant?: string | null }, { request }: RequestContext) => {
        request.onChange?.({ domain: 'things', tenantId: tenant });
        return next();
      },
    };
    const gateway = aGatewayOf(sdl, rootValue, supergraph);
    this.server = await serve(gateway, [responseCache(parts)], { withLane });
    servers.push(this.server);
    return (identity, query, variables = {}) => this.#ask(identity, query, variables);
  }

  letSlowGo(): void {
    this.#letSlowGo();
  }

  async #ask(identity: Identity, query: string, variables: object): Promise<Answer> {
    const response = await this.server.inject({
      ...{ method: 'POST', url: '/graphql', payload: { query, variables } },
      headers: { authorization: JSON.stringify(identity) },
    });
    const { data = null } = response.json<{ data?: Answer['data'] }>();
    const { 'cache-control': header, age, vary } = response.headers;
    return { data, header, age, vary };
  }
}

const servers: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const inMemory = (): ResponseCacheParts =>
  cacheParts({ redis: undefined, settings: { RESPONSE_CACHE_MB: 1 }, log: makeLogger('test', 'silent') });

describe.each([
  ['Apollo Server', false],
  ['the fast lane', true],
])('an answer by %s', (_, withLane) => {
  let site: Site;
  const start = (parts = inMemory()): Promise<Ask> => {
    site = new Site();
    return site.start(parts, withLane);
  };

  /** Whether the last of some questions was answered by what was kept. */
  const isKept = async (...questions: readonly (() => Promise<Answer>)[]): Promise<boolean> => {
    let before = 0;
    for (const question of questions) {
      before = site.executed;
      await question();
    }
    return site.executed === before;
  };

  test('is kept, and says how long and how old it is', async () => {
    const ask = await start();
    const first = await ask(ann, '{ shared }');
    expect(first).toMatchObject({ data: { shared: 1 }, header: 'max-age=60, private', age: undefined });
    expect(first.vary).toBe('Origin, Authorization');
    expect(await ask(ann, '{ shared }')).toEqual({ ...first, age: '0' });
    expect(await ask(ann, '{ shared }')).toEqual({ ...first, age: '0' });
    expect(site.executed).toBe(1);
  });

  test('is kept for its variables, its name and its text', async () => {
    const ask = await start();
    const query = 'query ($of: Int) { shared(of: $of) }';
    const one = () => ask(ann, query, { of: 1 });
    expect(await isKept(one, one)).toBe(true);
    expect(await isKept(one, () => ask(ann, query, { of: 2 }))).toBe(false);
    expect(await isKept(one, () => ask(ann, 'query B($of: Int) { shared(of: $of) }', { of: 1 }))).toBe(false);
  });

  const others: readonly [string, Partial<Identity>, shared: boolean][] = [
    ['the same caller at another login', { sessionId: 'two' }, true],
    ['another user with the same rights', { userId: 'bob', sessionId: 'two' }, true],
    ['another user of another tenant', { userId: 'bob', tenantId: 'globex' }, false],
    ['the same user in another tenant', { tenantId: 'globex' }, false],
    ['the same user in another organization', { organizationId: 'org' }, false],
    ['the same user with another role', { role: 'admin' }, false],
    ['the same user with one right more', { scopes: ['a:read', 'b:read', 'c:read'] }, false],
    ['the same user with one right less', { scopes: ['a:read'] }, false],
    ['nobody', { userId: null, tenantId: null, role: 'anonymous', scopes: [], sessionId: null }, false],
  ];
  test.each(others)('is not seen by %s, unless it is shared', async (__, parts, shared) => {
    const ask = await start();
    const other = { ...ann, ...parts };
    for (const query of ['{ shared }', '{ personal }']) {
      const isSeen = await isKept(
        () => ask(ann, query),
        () => ask(other, query),
      );
      expect(isSeen).toBe(shared && query === '{ shared }');
    }
  });

  test('is the same whatever the order of the rights', async () => {
    const ask = await start();
    const turned = { ...ann, scopes: [...ann.scopes].reverse() };
    expect(
      await isKept(
        () => ask(ann, '{ shared }'),
        () => ask(turned, '{ shared }'),
      ),
    ).toBe(true);
  });

  test('to nobody in particular may be kept on the way', async () => {
    const ask = await start();
    expect((await ask(anonymous, '{ shared }')).header).toBe('max-age=60, public');
    expect((await ask(anonymous, '{ shared personal }')).header).toBe('max-age=30, private');
  });

  test.each([
    ['without a hint', ann, '{ plain }'],
    ['of which a part has none', ann, '{ shared plain }'],
    ['with an error', ann, '{ shared broken }'],
    ['of a superadmin', superadmin, '{ shared }'],
    ['of the product itself', anIdentity({ role: 'system' }), '{ shared }'],
    ['of a mutation', ann, 'mutation { change }'],
  ])('%s is not kept, and says so', async (__, identity, query) => {
    const ask = await start();
    expect(
      await isKept(
        () => ask(identity, query),
        () => ask(identity, query),
      ),
    ).toBe(false);
    expect(await ask(identity, query)).toMatchObject({ header: 'no-store', age: undefined });
  });

  test('that is null is kept as well', async () => {
    const ask = await start();
    const nothing = () => ask(ann, '{ nothing }');
    expect(await isKept(nothing, nothing)).toBe(true);
  });

  test.each<[string, string | null, boolean]>([
    ['of its tenant', 'acme', false],
    ['of another tenant', 'globex', true],
    ['of what all tenants share', null, false],
  ])('is forgotten after a change of its rows: %s', async (__, tenant, stays) => {
    const ask = await start();
    const read = () => ask(ann, '{ shared }');
    await read();
    await ask(anonymous, 'mutation ($tenant: ID) { change(tenant: $tenant) }', { tenant });
    expect(await isKept(read)).toBe(stays);
    expect(await isKept(read)).toBe(true);
  });

  test('that was being made when its rows changed is not kept for later', async () => {
    const ask = await start();
    const read = () => ask(ann, '{ slow }');
    const reading = read();
    while (site.executed === 0) await turn();
    await ask(ann, 'mutation { change }');
    site.letSlowGo();
    await reading;
    expect(await isKept(read)).toBe(false);
  });

  test('to a mutation comes when the change is known', async () => {
    let letKnow: () => void = () => undefined;
    const known = new Promise<void>((resolve) => (letKnow = resolve));
    const parts = inMemory();
    const advance = (change: RowsChanged): Promise<void> => known.then(() => parts.epochs.advance(change));
    const ask = await start({ ...parts, epochs: { ...parts.epochs, advance } });
    let isAnswered = false;
    const answer = ask(ann, 'mutation { change }').then(() => (isAnswered = true));
    while (site.executed === 0) await turn();
    await turn();
    expect(isAnswered).toBe(false);
    letKnow();
    await answer;
  });

  test('is not kept, and made all the same, while nobody knows what has changed', async () => {
    const parts = inMemory();
    const current = () => Promise.reject(new Error('away'));
    const ask = await start({ ...parts, epochs: { ...parts.epochs, current } });
    const read = () => ask(ann, '{ shared }');
    expect(await isKept(read, read)).toBe(false);
    expect(await read()).toMatchObject({ data: { shared: 3 }, header: 'no-store' });
  });
});
