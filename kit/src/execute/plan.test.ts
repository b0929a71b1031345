import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, test } from '@jest/globals';
import { execute, GraphQLError, parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql';
import fc from 'fast-check';
import { makeLogger } from '../log.ts';
import { prepareDocument } from './prepare.ts';

const typeDefs = parse(`
  directive @link(url: String!, import: [String!]) repeatable on SCHEMA
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { thing(id: ID! = "a"): Thing  things(size: Size, first: Int = 2): [Thing!]  must: Thing!
    named: [Named]  broken: String  lists: Lists  late: [Thing!]!  add(to: Sum!): Int }
  type Mutation { one: Thing  two: Thing! }
  input Sum { left: Int!  right: Int = 2  size: Size = SMALL  more: [Sum!] }
  enum Size { SMALL LARGE }
  interface Named { name: String }
  type Thing implements Named @key(fields: "id") { id: ID!  name: String  size: Size  count: Int  must: String!
    next: Thing  sure: Thing!  both(a: String, b: Int = 1): String  all: [Thing]  made: String  fails: String
    failsLate: String!  strange: Int }
  type Other implements Named { name: String  only: Boolean }
  type Lists { matrix: [[Int!]]  sure: [String!]!  holes: [String!]  none: [Int]  text: [String]  waits: [Thing!] }
`);

const later = <Value>(value: Value): Promise<Value> => new Promise((done) => setImmediate(done, value));
const coded = (): GraphQLError => new GraphQLError('Not found', { extensions: { code: 'NOT_FOUND' } });
const things: Record<string, object> = {
  a: { id: 'a', name: 'A', size: 'small', count: 1, must: 'be', made: () => 'by a method' },
  b: { id: 'b', name: null, size: 'huge', count: 'many', must: null, fails: new Error('as a value') },
};
const resolvers: object = {
  Size: { SMALL: 'small', LARGE: 'large' },
  Query: {
    thing: (_: unknown, { id }: { id: string }) => things[id],
    things: (_: unknown, { first }: { first: number }) => later(Object.values(things).slice(0, first)),
    must: () => null,
    named: () => [things.a, later({ name: 'O', only: true, __typename: 'Other' }), null],
    broken: () => Promise.reject(coded()),
    lists: () => ({
      matrix: [[1, 2], null, [3, null], [later(4)]],
      sure: ['x', later(null)],
      holes: new Set(['x', null]),
      text: 'no list',
      waits: [later(things.a), later(things.b)],
    }),
    late: () => [later(things.a), Promise.reject(coded()), Promise.reject(coded())],
    add: (_: unknown, { to }: { to: { left: number; right: number } }) => to.left + to.right,
  },
  Mutation: { one: () => later(things.a), two: () => null },
  Named: { __resolveType: (value: { __typename?: string }) => value.__typename ?? later('Thing') },
  Thing: {
    next: () => later(things.b),
    sure: () => later(null),
    both: (_: unknown, args: object) => JSON.stringify(args),
    all: () => [things.a, later(things.b), null, later(null), Promise.reject(new Error('one'))],
    failsLate: () => later(null),
    strange: () => Promise.reject(new Error('strange')),
    __resolveReference: ({ id }: { id: string }) =>
      id === 'throws' ? Promise.reject(coded()) : (things[id] ?? null),
  },
};
const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...resolvers } });
const silent = makeLogger('test', 'silent');

interface Asked {
  readonly operationName?: string | undefined;
  readonly variables?: Record<string, unknown>;
}

const asText = ({ data, errors }: ExecutionResult): string =>
  JSON.stringify({
    data,
    errors: errors?.map((error) => [error, error.extensions, error.originalError?.message]),
  });

/** The answers of graphql-js and of the plan, as text. */
async function bothAnswers(
  source: string,
  { operationName, variables = {} }: Asked = {},
  of: GraphQLSchema = schema,
) {
  const document = parse(source, { noLocation: true });
  expect(validate(of, document)).toEqual([]);
  const run = prepareDocument({ schema: of, selecting: (context) => context }, document, silent);
  const contextValue = {};
  const theirs = await execute({
    schema: of,
    document,
    operationName,
    variableValues: variables,
    contextValue,
  });
  const ours = await run({ operationName, variables }, contextValue);
  return {
    theirs: asText(theirs),
    ours: asText(ours),
    again: asText(await run({ operationName, variables }, contextValue)),
  };
}

const entities =
  'query ($all: [_Any!]!) { _entities(representations: $all) { __typename ... on Thing { id name must } } }';

const operations: readonly (readonly [name: string, source: string, asked?: Asked])[] = [
  ['columns', '{ thing { id name size count must made } }'],
  [
    'aliases that objects have a meaning for',
    '{ __proto__: thing { constructor: id __proto__: name toString: size } }',
  ],
  ['nothing found', '{ thing(id: "z") { id } }'],
  ['values that their types refuse', '{ thing(id: "b") { id size count fails } }'],
  ['a null that must not be', '{ thing(id: "b") { id must } }'],
  ['a null at the root that must not be', '{ thing { id } must { id } }'],
  ['a null that must not be in a list', '{ things { id must } }'],
  ['what is promised', '{ things(first: 1) { id next { id name next { id } } } }'],
  ['a promise that must not be null', '{ things(first: 1) { id sure { id } } }'],
  ['a promise that must not be null, deep', '{ thing { next { failsLate } name } }'],
  ['a refusal', '{ broken thing { strange id } }'],
  ['items of all kinds', '{ thing { all { id } } }'],
  ['lists', '{ lists { matrix holes none } }'],
  ['a list with a null that must not be', '{ lists { matrix sure none } }'],
  ['no list at all', '{ lists { text } }'],
  ['a list of promises', '{ lists { waits { id name } } }'],
  ['errors of many items', '{ late { id } }'],
  ['an interface', '{ named { __typename name ... on Other { only } ... on Thing { id } } }'],
  ['arguments', '{ thing { both x: both(a: "x") y: both(b: null) z: both(a: null, b: 3) } }'],
  [
    'arguments by variable',
    'query ($a: String, $b: Int) { thing { both(a: $a, b: $b) } }',
    { variables: { b: 2 } },
  ],
  [
    'defaults of variables',
    'query ($b: Int = 7, $s: Size = LARGE) { thing { both(b: $b) } things(size: $s) { id } }',
  ],
  ['a null where a default is', 'query ($b: Int = 7) { thing { both(b: $b) } }', { variables: { b: null } }],
  [
    'an argument that may not be null',
    'query ($id: ID = "a") { thing(id: $id) { id } }',
    { variables: { id: null } },
  ],
  ['an input', '{ add(to: { left: 1, more: [{ left: 2 }] }) }'],
  ['an input by variable', 'query ($to: Sum!) { add(to: $to) }', { variables: { to: { left: 1 } } }],
  [
    'a wrong input',
    'query ($to: Sum!) { add(to: $to) }',
    { variables: { to: { left: 'x', more: [{}], z: 1 } } },
  ],
  ['a missing variable', 'query ($to: Sum!) { add(to: $to) }'],
  ['a wrong enum', 'query ($s: Size) { things(size: $s) { id } }', { variables: { s: 'HUGE' } }],
  [
    'fragments',
    '{ thing { ...F next { ...F } id } } fragment F on Thing { name ... on Named { name n: name } id }',
  ],
  ['fields named twice', '{ thing { next { id } } thing { next { name } count } }'],
  ...[true, false].map((yes): [string, string, Asked] => [
    `fields to skip and to include: ${yes}`,
    'query ($y: Boolean!) { thing { id @skip(if: $y) name @include(if: $y) ...F @include(if: $y) ... @skip(if: $y) { count } } } fragment F on Thing { must }',
    { variables: { y: yes } },
  ]),
  ['one operation of two', 'query A { thing { id } } query B { things { name } }', { operationName: 'B' }],
  [
    'an operation that is not there',
    'query A { thing { id } } query B { things { name } }',
    { operationName: 'C' },
  ],
  ['no operation of two', 'query A { thing { id } } query B { things { name } }'],
  [
    'introspection',
    '{ __typename __schema { queryType { name } } __type(name: "Thing") { fields { name type { kind } } } }',
  ],
  ['a mutation', 'mutation { one { id next { id } } two { id } }'],
  ...['a', 'z', 'throws'].map((id): [string, string, Asked] => [
    `the entity ${id}`,
    entities,
    {
      variables: {
        all: [
          { __typename: 'Thing', id: 'a' },
          { __typename: 'Thing', id },
        ],
      },
    },
  ]),
  ['an entity of no type', entities, { variables: { all: [{ __typename: 'Nothing', id: 'a' }] } }],
  ['entities that are none', entities, { variables: { all: 'x' } }],
];

describe('a planned document', () => {
  test.each(operations)('answers as graphql-js does, to the byte: %s', async (_, source, ...[asked]) => {
    const { theirs, ours, again } = await bothAnswers(source, asked);
    expect(ours).toBe(theirs);
    expect(again).toBe(theirs);
  });

  test('gives the data of graphql-js, whatever is selected', async () => {
    // Not the fields that may not be null: of two of them that fail, graphql-js leaves one rejection to nobody.
    const leaf = fc.constantFrom(
      'id',
      'name',
      'size',
      'count',
      'made',
      'fails',
      'strange',
      'x: both(a: "1")',
    );
    const { selection } = fc.letrec<{ selection: string }>((tie) => ({
      selection: fc
        .array(
          fc.oneof(
            { maxDepth: 3, withCrossShrink: true },
            leaf,
            fc
              .tuple(fc.constantFrom('next', 'all', 'again: next'), tie('selection'))
              .map(([name, of]) => `${name} ${of}`),
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((fields) => `{ ${fields.join(' ')} }`),
    }));
    await fc.assert(
      fc.asyncProperty(selection, async (of) => {
        const { theirs, ours } = await bothAnswers(`{ thing ${of} things ${of} }`);
        const dataOf = (text: string): unknown => (JSON.parse(text) as ExecutionResult).data;
        expect(JSON.stringify(dataOf(ours))).toBe(JSON.stringify(dataOf(theirs)));
      }),
      { numRuns: 50 },
    );
  });

  test('is left to graphql-js where a type decides itself what is of it', async () => {
    const own = buildSubgraphSchema({
      typeDefs,
      resolvers: { ...resolvers, Other: { __isTypeOf: () => true } },
    });
    const { theirs, ours } = await bothAnswers('{ named { name ... on Other { only } } }', {}, own);
    expect(ours).toBe(theirs);
  });
});
