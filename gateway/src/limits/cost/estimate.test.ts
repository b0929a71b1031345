import { describe, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { composeSupergraph } from '../../compose/index.ts';
import { readCostDirectives } from './directives.ts';
import { compileCost } from './estimate.ts';

const sdl = `
  type Query {
    me: User
    users(first: Int, last: Int, filter: UserFilter): UserConnection
    tiers: [Tier!]! @listSize(assumedSize: 4)
    names: [String!]
    search(limit: Int = 10, exact: Boolean @cost(weight: 7)): [User!]
      @listSize(slicingArguments: ["limit"], requireOneSlicingArgument: false)
    archive(first: Int): UserConnection
      @listSize(slicingArguments: ["first"], assumedSize: 3, sizedFields: ["edges"], requireOneSlicingArgument: false)
    things: [Thing!] @listSize(assumedSize: 2)
  }
  type Mutation { rename(name: String): User login: User @cost(weight: 50) }
  type User { id: ID! name: String tier: Tier friends(first: Int): UserConnection report: String @cost(weight: 20) }
  type Tier @cost(weight: 3) { name: String }
  union Thing = User | Tier
  type UserConnection { edges: [UserEdge!]! totalCount: Int! }
  type UserEdge { node: User! cursor: String! }
  input UserFilter { name: String }`;

function estimate(query: string, variables: Record<string, unknown> = {}): number {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])';
  const supergraph = composeSupergraph([{ name: 'a', url: 'http://a', typeDefs: parse(`${link} ${sdl}`) }]);
  const schema = buildSchema(supergraph, { assumeValidSDL: true });
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation');
  return compileCost(schema, readCostDirectives(supergraph), document, operation)(variables);
}

describe('the cost of', () => {
  test.each([
    ['scalars is nothing, and of an object 1', '{ me { id name } }', 1],
    ['a list of scalars is nothing', '{ names }', 0],
    [
      'a connection is itself, and an edge and a node for each of its page',
      '{ users(first: 5) { edges { node { id } } } }',
      11,
    ],
    ['a page backwards is the same', '{ users(last: 5) { edges { node { id } } } }', 11],
    ['a page without a size is that of fifty', '{ users { edges { node { id } } } }', 101],
    ['a connection that is only counted is the connection', '{ users(first: 200) { totalCount } }', 1],
    [
      'pages inside pages multiplies',
      '{ users(first: 5) { edges { node { friends(first: 3) { edges { node { id } } } } } } }',
      46,
    ],
    ['an empty page is the connection', '{ users(first: 0) { edges { node { id } } } }', 1],
    ['a mutation has ten more', 'mutation { rename(name: "x") { id } }', 11],
    ['introspection is nothing', '{ __schema { types { fields { name } } } __typename }', 0],
    ['the same field under two names counts twice', '{ a: me { id } b: me { id } }', 2],
  ])('%s', (_, query, cost) => {
    expect(estimate(query)).toBe(cost);
  });

  test('fragments is that of their fields, wherever they are spread', () => {
    const query = `{ users(first: 2) { ...Page ... on UserConnection { edges { cursor } } } }
      fragment Page on UserConnection { edges { node { ... on User { tier { name } } } } }`;
    expect(estimate(query)).toBe(1 + 2 * (1 + 1 + 3) + 2);
  });

  test('what @skip and @include leave out is nothing', () => {
    const query =
      'query ($no: Boolean!) { a: me @include(if: $no) { id } b: me @skip(if: $no) { id } c: me @skip(if: true) { id } }';
    expect(estimate(query, { no: false })).toBe(1);
    expect(estimate(query, { no: true })).toBe(1);
  });
});

describe('the size of a page', () => {
  const query = 'query ($n: Int) { users(first: $n) { edges { node { id } } } }';

  test('may be a variable, and has its default', () => {
    expect(estimate(query, { n: 7 })).toBe(15);
    expect(estimate(query.replace('Int)', 'Int = 3)'))).toBe(7);
    expect(estimate(query.replace('Int)', 'Int = 3)'), { n: 4 })).toBe(9);
  });

  test.each([[{}], [{ n: null }], [{ n: 'many' }]])('that is none counts as fifty: %j', (variables) => {
    expect(estimate(query, variables)).toBe(101);
  });

  test('that is negative makes nothing cheaper', () => {
    expect(estimate(query, { n: -1_000_000 })).toBe(1);
  });
});

describe('@cost', () => {
  test('on a type holds for every field that returns it', () => {
    expect(estimate('{ me { tier { name } } }')).toBe(1 + 3);
  });

  test('on a field holds instead of the type’s', () => {
    expect(estimate('mutation { login { id } }')).toBe(10 + 50);
    expect(estimate('{ me { report } }')).toBe(1 + 20);
  });

  test('on an argument is added where the argument is given', () => {
    expect(estimate('{ search(limit: 2, exact: true) { id } }')).toBe(2 + 7);
    expect(estimate('{ search(limit: 2) { id } }')).toBe(2);
  });

  test('of a union is that of its dearest member', () => {
    expect(estimate('{ things { ... on User { tier { name } } ... on Tier { name } } }')).toBe(2 * (3 + 3));
  });
});

describe('@listSize', () => {
  test('says how long a list is that takes no size', () => {
    expect(estimate('{ tiers { name } }')).toBe(4 * 3);
  });

  test('names the argument that does, and the argument’s default holds', () => {
    expect(estimate('{ search(limit: 6) { id } }')).toBe(6);
    expect(estimate('{ search { id } }')).toBe(10);
  });

  test('holds before the convention of connections', () => {
    expect(estimate('{ archive { edges { node { id } } } }')).toBe(1 + 3 * 2);
    expect(estimate('{ archive(first: 5) { edges { node { id } } } }')).toBe(1 + 5 * 2);
  });
});

test('directives are read under the names that subgraphs import them by', () => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
    import: [{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@size" }])`;
  const typeDefs = parse(`${link} type Query { a: [Int] @size(assumedSize: 9) @price(weight: 2) }`);
  const { weights, listSizes } = readCostDirectives(
    composeSupergraph([{ name: 'a', url: 'http://a', typeDefs }]),
  );
  expect(weights.get('Query.a')).toBe(2);
  expect(listSizes.get('Query.a')?.assumedSize).toBe(9);
});
