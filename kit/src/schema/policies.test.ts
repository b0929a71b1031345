import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, test } from '@jest/globals';
import { graphql, parse, type ExecutionResult } from 'graphql';
import { system, type Identity } from '../identity/identity.ts';
import { anIdentity, aRequest } from '../testing/index.ts';
import { enforcePolicies } from './policies.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
    import: ["@key", "@authenticated", "@requiresScopes"])
  type Query {
    open: Int
    mine: Int @authenticated
    things: [Thing!] @requiresScopes(scopes: [["things:read"]])
    openThing: Thing
    either: Int @requiresScopes(scopes: [["a", "b"], ["c"]])
  }
  type Mutation { change: Int @requiresScopes(scopes: [["things:write"]]) }
  type Thing @key(fields: "id") @requiresScopes(scopes: [["things:read"]]) { id: ID! }
  type User @key(fields: "id") { id: ID! thingCount: Int @requiresScopes(scopes: [["things:read"]]) }
`);

/** The fields whose resolvers ran. */
let reached: string[] = [];
const reach =
  (name: string, value: unknown = 1) =>
  (): unknown => {
    reached.push(name);
    return value;
  };
const thing = { id: '1' };
const resolvers: object = {
  Query: {
    open: reach('open'),
    mine: reach('mine'),
    things: reach('things', [thing]),
    openThing: reach('openThing', thing),
    either: reach('either'),
  },
  Mutation: { change: reach('change') },
  Thing: { __resolveReference: reach('Thing', thing) },
  User: { thingCount: reach('thingCount') },
};
const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...resolvers } });
enforcePolicies(schema);

function ask(identity: Identity, source: string, variableValues = {}): Promise<ExecutionResult> {
  reached = [];
  return graphql({ schema, source, variableValues, contextValue: aRequest(identity) });
}

const aCaller = (...scopes: readonly string[]): Identity =>
  anIdentity({ userId: 'ann', role: 'user', scopes });
const errorsOf = ({ errors = [] }: ExecutionResult): unknown[] =>
  errors.map(({ message, extensions }) => [extensions.code, message]);
const refused = (scope: string): unknown[] => [['FORBIDDEN', `This needs the permission ${scope}`]];
const notLoggedIn = [['UNAUTHENTICATED', 'Log in to do this']];

describe('a subgraph keeps the policies of its own schema', () => {
  test.each([
    ['{ mine }', anIdentity(), notLoggedIn],
    ['{ things { id } }', anIdentity(), notLoggedIn],
    ['{ things { id } }', aCaller('things:write'), refused('things:read')],
    ['{ either }', aCaller('a'), refused('b')],
    ['mutation { change }', aCaller('things:read'), refused('things:write')],
  ])('%s is refused before its resolver runs: %#', async (source, identity, errors) => {
    expect(errorsOf(await ask(identity, source))).toEqual(errors);
    expect(reached).toEqual([]);
  });

  test.each([
    ['{ open }', anIdentity()],
    ['{ mine }', aCaller()],
    ['{ things { id } }', aCaller('things:read')],
    ['{ either }', aCaller('b', 'a')],
    ['{ either }', aCaller('c')],
    ['mutation { change }', aCaller('things:write')],
    ['{ mine things { id } either }', system],
  ])('%s is answered to who may: %#', async (source, identity) => {
    expect((await ask(identity, source)).errors).toBeUndefined();
  });

  test('a root field without a policy is refused by its type’s', async () => {
    expect(errorsOf(await ask(aCaller(), '{ openThing { id } }'))).toEqual(refused('things:read'));
    expect(reached).toEqual([]);
  });

  test('an entity is refused alone, and the others of the fetch are answered', async () => {
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on Thing { id } ... on User { id } } }`;
    const all = [
      { __typename: 'Thing', id: '1' },
      { __typename: 'User', id: '2' },
    ];
    const result = await ask(aCaller(), source, { all });
    expect(errorsOf(result)).toEqual(refused('things:read'));
    expect(result.data).toEqual({ _entities: [null, { id: '2' }] });
    expect(reached).toEqual([]);
  });

  test('a field that is added to another domain’s entity is refused by its own policy', async () => {
    const source =
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on User { thingCount } } }';
    const all = [{ __typename: 'User', id: '2' }];
    expect(errorsOf(await ask(aCaller(), source, { all }))).toEqual(refused('things:read'));
    expect((await ask(aCaller('things:read'), source, { all })).data).toEqual({
      _entities: [{ thingCount: 1 }],
    });
  });
});
