import { ApolloServer } from '@apollo/server';
import { afterAll, describe, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { readCacheHints } from './hints.ts';
import { policyOf, type OperationPolicy } from './policy.ts';

const directive = `enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION`;
const link = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@policy", "@composeDirective", "@requires", "@external"])
  @link(url: "https://specs.cdx.example/cacheControl/v0.1", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")`;
const sdl = `type Query {
    tiers: [Tier!] @cacheControl(maxAge: 300, scope: PUBLIC)
    tier: Tier
    me: User
    word: String @cacheControl(maxAge: 30, scope: PUBLIC)
    plain: String
    note: Note @cacheControl(maxAge: 20)
    never: String @cacheControl(maxAge: 0)
    page: TierConnection @cacheControl(maxAge: 100, scope: PUBLIC)
    named: Named @cacheControl(maxAge: 50, scope: PUBLIC)
    things: [Thing!] @cacheControl(maxAge: 50, scope: PUBLIC)
  }
  type Mutation { rename: Tier }
  interface Named { name: String }
  union Thing = Tier | Note
  type Tier implements Named @cacheControl(maxAge: 60, scope: PUBLIC) {
    name: String
    short: String @cacheControl(maxAge: 5, scope: PUBLIC)
    own: String @cacheControl(scope: PRIVATE)
    owner: User
    box: Box @cacheControl(inheritMaxAge: true)
    page: TierConnection
  }
  type Box { size: Int }
  type User { name: String }
  type Note implements Named { text: String  name: String @cacheControl(maxAge: 7, scope: PUBLIC) }
  type TierConnection { edges: [TierEdge!] pageInfo: PageInfo totalCount: Int }
  type TierEdge { node: Tier cursor: String }
  type PageInfo { hasNextPage: Boolean }`;

/** The policy of a query in a supergraph; what is valid for it is checked. */
function policyIn(supergraph: string, query: string): OperationPolicy | undefined {
  const schema = buildSchema(supergraph, { assumeValidSDL: true });
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation');
  return policyOf(schema, readCacheHints(supergraph), document, operation);
}

const compose = (...subgraphs: readonly string[]): string =>
  composeSupergraph(
    subgraphs.map((text, index) => ({
      ...{ name: `graph${index}`, url: `http://graph${index}` },
      typeDefs: parse(`${link} ${directive} ${text}`),
    })),
  );

const supergraph = compose(sdl);
const shared = (maxAge: number) => ({ maxAge, isShared: true, domains: ['graph0'] });
const personal = (maxAge: number) => ({ maxAge, isShared: false, domains: ['graph0'] });

const tier = { __typename: 'Tier', name: 'basic', box: { size: 1 }, owner: { name: 'Ann' } };
const apollo = new ApolloServer({
  typeDefs: `${directive} ${sdl}`,
  resolvers: {
    Query: {
      tiers: () => [tier],
      tier: () => tier,
      note: () => ({ text: 'x' }),
      me: () => ({ name: 'Ann' }),
    },
  },
});
afterAll(() => apollo.stop());

/** The header that Apollo Server itself sends. */
async function headerOf(query: string): Promise<string | undefined> {
  const { http } = await apollo.executeOperation({ query });
  return http.headers.get('cache-control');
}

describe('an answer is kept as Apollo Server says', () => {
  test.each<[string, string, OperationPolicy | undefined]>([
    ['as long as its field', '{ tiers { name } }', shared(300)],
    ['as long as its type, where the field says nothing', '{ tier { name } }', shared(60)],
    ['as short as the shortest of its fields', '{ tiers { name short } word }', shared(5)],
    ['for one caller, where a part is', '{ tier { name own } }', personal(60)],
    ['as an object that inherits', '{ tier { box { size } } }', shared(60)],
    ['not, where a root field says nothing', '{ word plain }', undefined],
    ['not, where an object says nothing', '{ tiers { owner { name } } }', undefined],
    ['not, where a part may not be', '{ word never }', undefined],
    ['whatever it is called', 'query A { a: word ...B } fragment B on Query { tiers { name } }', shared(30)],
    ['with the names of types', '{ __typename word tier { __typename } }', shared(30)],
  ])('%s', async (_, query, policy) => {
    expect(policyIn(supergraph, query)).toEqual(policy);
    const header = policy && `max-age=${policy.maxAge}, ${policy.isShared ? 'public' : 'private'}`;
    expect(await headerOf(query)).toBe(header ?? 'no-store');
  });
});

describe('more carefully than Apollo Server', () => {
  test.each<[string, string, OperationPolicy | undefined]>([
    ['a hint without a scope is for one caller', '{ note { text } }', personal(20)],
    ['what may be left out counts', 'query ($no: Boolean!) { word plain @include(if: $no) }', undefined],
    ['of an interface, all that it may be counts', '{ named { name } }', shared(7)],
    ['of a union, what is asked of it', '{ things { ... on Tier { short } } }', shared(5)],
    ['the schema is never kept', '{ word __schema { types { name } } }', undefined],
    ['nothing but the name of a type is nothing to keep', '{ __typename }', undefined],
    ['a mutation’s answer is never kept', 'mutation { rename { name } }', undefined],
  ])('%s', (_, query, policy) => {
    expect(policyIn(supergraph, query)).toEqual(policy);
  });
});

describe('the parts of a connection', () => {
  test('are as the connection', () => {
    const query = '{ page { totalCount pageInfo { hasNextPage } edges { cursor node { name } } } }';
    expect(policyIn(supergraph, query)).toEqual(shared(60));
  });

  test('are not, where the connection says nothing', () => {
    expect(policyIn(supergraph, '{ tier { page { totalCount } } }')).toBeUndefined();
  });
});

test('what a policy decides is never kept', () => {
  const decided = compose(`type Query {
      open: String @cacheControl(maxAge: 9)
      field: String @cacheControl(maxAge: 9) @policy(policies: [["hours"]])
      type: Secret @cacheControl(maxAge: 9)
    }
    type Secret @policy(policies: [["hours"]]) { name: String }`);
  expect(policyIn(decided, '{ open }')).toEqual(personal(9));
  expect(policyIn(decided, '{ open field }')).toBeUndefined();
  expect(policyIn(decided, '{ type { name } }')).toBeUndefined();
});

test('an answer is of all subgraphs that its fields may be read from', () => {
  const composed = compose(
    `type Query { thing: Thing @cacheControl(maxAge: 9) }
     type Thing @key(fields: "id") { id: ID! one: Int both: Int @shareable weight: Int }`,
    `type Thing @key(fields: "id") { id: ID! two: Int both: Int @shareable }`,
    `type Thing @key(fields: "id") { id: ID! weight: Int @external three: Int @requires(fields: "weight") }`,
  );
  const domainsOf = (query: string): readonly string[] | undefined => policyIn(composed, query)?.domains;
  expect(domainsOf('{ thing { one } }')).toEqual(['graph0']);
  expect(domainsOf('{ thing { two } }')).toEqual(['graph0', 'graph1']);
  expect(domainsOf('{ thing { both } }')).toEqual(['graph0', 'graph1']);
  expect(domainsOf('{ thing { three } }')).toEqual(['graph0', 'graph1', 'graph2']);
});

test('hints are read under the name that subgraphs import them by', () => {
  const renamed = composeSupergraph([
    {
      ...{ name: 'graph0', url: 'http://graph0' },
      typeDefs: parse(`extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
        @link(url: "https://specs.cdx.example/cacheControl/v0.1", import: [{ name: "@cacheControl", as: "@keep" }])
        @composeDirective(name: "@keep")
        directive @keep(maxAge: Int) on FIELD_DEFINITION
        type Query { word: String @keep(maxAge: 3) }`),
    },
  ]);
  expect(policyIn(renamed, '{ word }')).toEqual(personal(3));
});
