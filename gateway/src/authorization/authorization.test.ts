import { LocalGraphQLDataSource, ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { anonymous, makeLogger, type Identity } from '@cdx/kit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';
import { acceptPolicies, authorizeGateway, type AuthorizationMode, type Policy } from './index.ts';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"])`;

/** A shop: what is open, what needs a login, scopes (either of two ways), or a policy; and things of several kinds. */
const shop = parse(`${federation}
  type Query {
    open: String
    mine: String @authenticated
    report: Report @requiresScopes(scopes: [["report:read", "shop"], ["all"]])
    vault: String @policy(policies: [["safe"]])
    customers: [Customer!]!
    things: [Thing]
    anything: [Anything]
    strict: Strict!
  }
  type Mutation { open: String close: String @requiresScopes(scopes: [["shop"]]) }
  type Report { total: Int }
  type Customer @key(fields: "id") { id: ID! name: String email: String @requiresScopes(scopes: [["email"]]) }
  interface Thing { id: ID! name: String }
  type Book implements Thing { id: ID! name: String pages: Int }
  type Gold implements Thing @requiresScopes(scopes: [["gold"]]) { id: ID! name: String carat: Int }
  union Anything = Book | Gold
  type Strict { value: Int! secret: Int! @authenticated inner: Strict }
`);
/** Another service, which makes labels of e-mail addresses and so needs what those need. */
const labels = parse(`${federation}
  type Customer @key(fields: "id") {
    id: ID!
    email: String @external
    label: String @requires(fields: "email") @requiresScopes(scopes: [["email"]])
  }
`);

/** The fields that the services were asked for, in their order. */
const asked: string[] = [];
const note =
  <Value>(name: string, value: Value) =>
  (): Value => {
    asked.push(name);
    return value;
  };
const [book, gold] = [
  { __typename: 'Book', id: 'b', name: 'Ulysses', pages: 730 },
  { __typename: 'Gold', id: 'g', name: 'Bar', carat: 24 },
];
const strict = { value: note('value', 1), secret: note('secret', 2), inner: () => strict };
const resolvers = {
  Query: {
    open: note('open', 'yes'),
    mine: note('mine', 'me'),
    report: note('report', { total: 3 }),
    vault: note('vault', 'diamonds'),
    customers: note('customers', [{ id: '1' }, { id: '2' }]),
    things: note('things', [book, gold]),
    anything: note('anything', [book, gold]),
    strict: note('strict', strict),
  },
  Mutation: { open: note('open', 'opened'), close: note('close', 'closed') },
  Customer: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    name: ({ id }: { id: string }) => `Customer ${id}`,
    email: ({ id }: { id: string }) => {
      asked.push('email');
      return `${id}@shop.example`;
    },
  },
};
const labelResolvers = {
  Customer: {
    __resolveReference: (reference: object) => reference,
    label: ({ email }: { email: string }) => {
      asked.push('label');
      return `<${email}>`;
    },
  },
};

const servers: ApolloServer<RequestContext>[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));
beforeEach(() => void asked.splice(0));

const policies = new Map<string, Policy>([['safe', ({ ipAddress }) => ipAddress === '10.0.0.1']]);

const supergraphSdl = composeSupergraph([
  { name: 'shop', url: 'http://shop', typeDefs: shop },
  { name: 'labels', url: 'http://labels', typeDefs: labels },
]);

function aServer(mode: AuthorizationMode = 'filter'): ApolloServer<RequestContext> {
  const sources = new Map([
    ['shop', new LocalGraphQLDataSource(buildSubgraphSchema([{ typeDefs: shop, resolvers }]))],
    [
      'labels',
      new LocalGraphQLDataSource(buildSubgraphSchema([{ typeDefs: labels, resolvers: labelResolvers }])),
    ],
  ]);
  const gateway = new ApolloGateway({
    supergraphSdl: acceptPolicies({ initialize: () => Promise.resolve({ supergraphSdl }) }),
    buildService({ name }) {
      const source = sources.get(name);
      if (!source) throw new Error(`No service ${name}`);
      return source;
    },
  });
  const log = makeLogger('test', 'silent');
  const server = new ApolloServer<RequestContext>({
    gateway: authorizeGateway(gateway, { mode, policies, log }),
  });
  servers.push(server);
  return server;
}

interface Caller {
  readonly scopes?: readonly string[];
  readonly ipAddress?: string;
}
const nobody = null;

async function run(
  server: ApolloServer<RequestContext>,
  query: string,
  caller: Caller | null,
  variables: Record<string, unknown> = {},
): Promise<{ data: unknown; paths: string[]; codes: unknown[]; extensions: unknown }> {
  const identity: Identity = caller
    ? { ...anonymous, userId: 'ann', role: 'user', scopes: caller.scopes ?? [] }
    : anonymous;
  const contextValue = makeRequestContext({
    identity,
    requestId: 'test',
    ipAddress: caller?.ipAddress ?? null,
    userAgent: null,
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 10_000,
  });
  const { body } = await server.executeOperation({ query, variables }, { contextValue });
  if (body.kind !== 'single') throw new Error('One answer is expected');
  const { data, errors = [], extensions } = body.singleResult;
  return {
    data: data && (JSON.parse(JSON.stringify(data)) as unknown),
    paths: errors.map(({ path = [] }) => path.join('.')),
    codes: [...new Set(errors.map((error) => error.extensions?.code))],
    extensions,
  };
}

const unauthorized = ['UNAUTHORIZED_FIELD_OR_TYPE'];

describe('what the caller may not ask for', () => {
  const server = aServer();

  test('is null with an error at its path, and is not fetched; the rest is answered', async () => {
    const answer = await run(server, '{ mine open vault }', nobody);
    expect(answer).toMatchObject({
      data: { mine: null, open: 'yes', vault: null },
      paths: ['mine', 'vault'],
      codes: unauthorized,
    });
    expect(Object.keys(answer.data as object)).toEqual(['mine', 'open', 'vault']);
    expect(asked).toEqual(['open']);
  });

  test('is not fetched at all when nothing else is asked', async () => {
    expect(await run(server, '{ mine secret: vault }', nobody)).toMatchObject({
      data: { mine: null, secret: null },
      paths: ['mine', 'secret'],
    });
    expect(asked).toEqual([]);
  });

  test('is found behind aliases, fragments and spreads', async () => {
    const query = `query { ...A a: mine ... { b: mine } ... on Query { c: mine } open } fragment A on Query { ...B d: mine } fragment B on Query { e: mine }`;
    const { data, paths } = await run(server, query, nobody);
    expect(data).toEqual({ a: null, b: null, c: null, d: null, e: null, open: 'yes' });
    expect(paths.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toEqual(['open']);
  });

  test('in a list is told once, with @ for its places', async () => {
    expect(await run(server, '{ customers { name email } }', {})).toMatchObject({
      data: {
        customers: [
          { name: 'Customer 1', email: null },
          { name: 'Customer 2', email: null },
        ],
      },
      paths: ['customers.@.email'],
    });
    expect(asked).toEqual(['customers']);
  });

  test('is a mutation that does not run, between others that do', async () => {
    expect(await run(server, 'mutation { a: open close b: open }', {})).toMatchObject({
      data: { a: 'opened', close: null, b: 'opened' },
      paths: ['close'],
    });
    expect(asked).toEqual(['open', 'open']);
  });

  test('is not told where a directive leaves it out anyhow', async () => {
    const query = 'query ($no: Boolean!) { open mine @include(if: $no) ... @skip(if: true) { vault } }';
    expect(await run(server, query, nobody, { no: false })).toMatchObject({
      data: { open: 'yes' },
      paths: [],
    });
    expect((await run(server, query, nobody, { no: true })).paths).toEqual(['mine']);
  });

  test('takes its non-null ancestors with it, up to the next that may be null', async () => {
    expect(await run(server, '{ strict { value secret } open }', nobody)).toMatchObject({
      data: null,
      paths: ['strict.secret'],
    });
    expect(await run(server, '{ strict { value inner { secret value } } }', nobody)).toMatchObject({
      data: { strict: { value: 1, inner: null } },
      paths: ['strict.inner.secret'],
    });
    expect(asked).not.toContain('secret');
  });

  test('does not change what is said of wrong variables', async () => {
    const query = 'query ($no: Boolean!) { mine open @include(if: $no) }';
    expect(await run(server, query, nobody, { no: 'x' })).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(asked).toEqual([]);
  });
});

describe('a requirement is met', () => {
  const server = aServer();

  test.each<[string, string, Caller | null, boolean]>([
    ['by logging in', 'mine', {}, true],
    ['not without', 'mine', nobody, false],
    ['by all scopes of one list', 'report { total }', { scopes: ['shop', 'report:read'] }, true],
    ['by the scope of another list', 'report { total }', { scopes: ['all'] }, true],
    ['not by some of a list', 'report { total }', { scopes: ['report:read'] }, false],
    ['not by a scope that only contains it', 'report { total }', { scopes: ['all '] }, false],
    ['by a policy that says so for this request', 'vault', { ipAddress: '10.0.0.1' }, true],
    ['not by a policy that says no', 'vault', { ipAddress: '10.0.0.2' }, false],
  ])('%s', async (_, field, caller, isMet) => {
    const { data, codes } = await run(server, `{ it: ${field} }`, caller);
    expect(data).toEqual({ it: isMet ? expect.anything() : null });
    expect(codes).toEqual(isMet ? [] : unauthorized);
  });

  test('for each caller anew, whoever asked the same before', async () => {
    for (const caller of [{}, nobody, {}, nobody]) {
      expect((await run(server, '{ mine }', caller)).data).toEqual({ mine: caller ? 'me' : null });
    }
  });
});

describe('@requires', () => {
  const server = aServer();

  test('does not fetch for a field what its caller may not see', async () => {
    expect(await run(server, '{ customers { id label } }', {})).toMatchObject({
      data: {
        customers: [
          { id: '1', label: null },
          { id: '2', label: null },
        ],
      },
    });
    expect(asked).toEqual(['customers']);
  });

  test('fetches it for who may', async () => {
    const { data, codes } = await run(server, '{ customers { label } }', { scopes: ['email'] });
    expect(data).toEqual({ customers: [{ label: '<1@shop.example>' }, { label: '<2@shop.example>' }] });
    expect(codes).toEqual([]);
  });
});

describe('on interfaces and unions', () => {
  const server = aServer();
  const goldDigger: Caller = { scopes: ['gold'] };

  test('a field of all kinds needs what each kind needs', async () => {
    expect(await run(server, '{ things { name ... on Book { pages } } }', {})).toMatchObject({
      data: { things: [{ name: null, pages: 730 }, { name: null }] },
      paths: ['things.@.name'],
    });
    expect((await run(server, '{ things { name } }', goldDigger)).data).toEqual({
      things: [{ name: 'Ulysses' }, { name: 'Bar' }],
    });
  });

  test('a fragment on a kind needs what that kind needs', async () => {
    const query = '{ anything { __typename ... on Book { name } ... on Gold { name carat } } }';
    expect(await run(server, query, {})).toMatchObject({
      data: {
        anything: [
          { __typename: 'Book', name: 'Ulysses' },
          { __typename: 'Gold', name: null, carat: null },
        ],
      },
      paths: ['anything.@.name', 'anything.@.carat'],
    });
    expect((await run(server, query, goldDigger)).codes).toEqual([]);
  });

  test('a hidden fragment is cut even where it spreads a fragment of a visible type', async () => {
    const query = '{ things { ... on Gold { ...T } } open } fragment T on Thing { name }';
    expect(await run(server, query, {})).toMatchObject({
      data: { things: null, open: 'yes' },
      paths: ['things.@.name'],
    });
    expect(asked).toEqual(['open']);
  });
});

describe('the mode', () => {
  test('reject refuses the whole operation', async () => {
    const server = aServer('reject');
    expect(await run(server, '{ open mine }', nobody)).toMatchObject({ data: null, codes: unauthorized });
    expect(asked).toEqual([]);
    expect((await run(server, '{ open }', nobody)).data).toEqual({ open: 'yes' });
  });

  test('dry-run answers everything and reports what would be refused', async () => {
    const server = aServer('dry-run');
    expect(await run(server, '{ open customers { email } }', nobody)).toMatchObject({
      data: { open: 'yes', customers: [{ email: '1@shop.example' }, { email: '2@shop.example' }] },
      codes: [],
      extensions: { unauthorizedPaths: [['customers', '@', 'email']] },
    });
  });
});
