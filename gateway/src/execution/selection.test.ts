import { afterAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { aGraph, stopGraphs } from './testing.ts';

afterAll(stopGraphs);

const graph = aGraph(
  {
    name: 'a',
    typeDefs: `type Query { pets: [Pet!]! any: [Any] cat: Cat }
      interface Pet { id: ID! name: String } union Any = Cat | Dog
      type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int }
      type Dog implements Pet @key(fields: "id") { id: ID! name: String tricks: [String!] }
      type Subscription { pets: Pet }`,
    resolvers: {
      Query: {
        pets: () => [
          { __typename: 'Cat', id: '1', name: 'Tom', lives: 9 },
          { __typename: 'Dog', id: '2', name: 'Rex', tricks: ['sit'] },
        ],
        any: () => [{ __typename: 'Dog', id: '2', tricks: [] }, null],
        cat: () => ({ id: '1', name: 'Tom', lives: 9 }),
      },
      Subscription: { pets: () => ({ __typename: 'Cat', id: '1', name: 'Tom' }) },
    },
  },
  {
    name: 'b',
    typeDefs: `type Cat @key(fields: "id") { id: ID! color(of: String): String }
      type Dog @key(fields: "id") { id: ID! color(of: String): Color } enum Color { BROWN }`,
    resolvers: {
      Cat: { color: (_: unknown, { of = 'fur' }: { of?: string }) => `${of} black` },
      Dog: { color: () => 'BROWN' },
    },
  },
);

async function dataOf(query: string, variables = {}): Promise<unknown> {
  const { data, errors } = await graph.ask(query, variables);
  expect(errors).toEqual([]);
  return data;
}

describe('fragments', () => {
  test('apply by type: inline, named, nested, on interfaces and unions', async () => {
    const query = `{ pets { ...P ... on Cat { ... on Any { ... on Cat { lives } } } } any { ... on Pet { id } ...D } }
      fragment P on Pet { n: name ...D } fragment D on Dog { tricks color }`;
    expect(await dataOf(query)).toEqual({
      pets: [
        { n: 'Tom', lives: 9 },
        { n: 'Rex', tricks: ['sit'], color: 'BROWN' },
      ],
      any: [{ id: '2', tricks: [], color: 'BROWN' }, null],
    });
  });

  test('may give one key to different fields of different types', async () => {
    const query = '{ pets { ... on Cat { x: color(of: "eyes") } ... on Dog { x: name } } }';
    expect(await dataOf(query)).toEqual({ pets: [{ x: 'eyes black' }, { x: 'Rex' }] });
  });
});

describe('__typename', () => {
  test('is told everywhere, under any alias', async () => {
    const query =
      '{ a: __typename pets { b: __typename } any { __typename } cat { __typename c: __typename } }';
    expect(await dataOf(query)).toEqual({
      a: 'Query',
      pets: [{ b: 'Cat' }, { b: 'Dog' }],
      any: [{ __typename: 'Dog' }, null],
      cat: { __typename: 'Cat', c: 'Cat' },
    });
  });

  test('needs no subgraph at the root', async () => {
    graph.fetched.length = 0;
    expect(
      await dataOf('mutation ($x: Boolean = true) { __typename @skip(if: $x) }'.replace('mutation', 'query')),
    ).toEqual({});
    expect(await dataOf('{ __typename }')).toEqual({ __typename: 'Query' });
    expect(graph.fetched).toEqual([]);
  });
});

describe('conditions', () => {
  const query = `query ($yes: Boolean!, $no: Boolean = false) { cat {
    id @include(if: $no) name @skip(if: $no) lives @skip(if: $yes) lives @include(if: true)
    color @include(if: $yes) @skip(if: $yes) ... @include(if: $no) { color } } }`;

  test('let in what one of its selections lets in', async () => {
    expect(await dataOf(query, { yes: true })).toEqual({ cat: { name: 'Tom', lives: 9 } });
    const other = { yes: false, no: true };
    expect(await dataOf(query, other)).toEqual({ cat: { id: '1', lives: 9, color: 'fur black' } });
  });

  test('leave fields in the order in which they are let in', async () => {
    const ordered = 'query ($no: Boolean!) { cat { name @include(if: $no) id name } }';
    expect(JSON.stringify(await dataOf(ordered, { no: false }))).toBe('{"cat":{"id":"1","name":"Tom"}}');
    expect(JSON.stringify(await dataOf(ordered, { no: true }))).toBe('{"cat":{"name":"Tom","id":"1"}}');
  });
});

describe('response keys', () => {
  test('may be the names of what every object has', async () => {
    const data = await dataOf(
      '{ cat { constructor: id toString: name hasOwnProperty: color valueOf: lives } }',
    );
    expect(data).toEqual({
      cat: { constructor: '1', toString: 'Tom', hasOwnProperty: 'fur black', valueOf: 9 },
    });
    expect(await dataOf('{ constructor: cat { toString: color } }')).toEqual({
      constructor: { toString: 'fur black' },
    });
  });

  test.each(['{ cat { __proto__: id color } }', '{ __proto__: cat { id color } }'])(
    'may be __proto__: %s',
    async (query) => {
      const data = JSON.stringify(await dataOf(query));
      expect(data).toContain('"__proto__":');
      expect(data).toContain('"color":"fur black"');
      expect(({} as { color?: unknown }).color).toBeUndefined();
    },
  );

  test('may be the keys that an entity is known by', async () => {
    expect(await dataOf('{ cat { id: name color } }')).toEqual({ cat: { id: 'Tom', color: 'fur black' } });
    expect(await dataOf('{ pets { __typename: name ... on Cat { color } } }')).toEqual({
      pets: [{ __typename: 'Tom', color: 'fur black' }, { __typename: 'Rex' }],
    });
  });
});

test('the schema is answered beside data', async () => {
  const query = `query ($name: String!) { __schema { queryType { name } } cat { color } t: __type(name: $name) { ...K } }
    fragment K on __Type { kind }`;
  expect(await dataOf(query, { name: 'Pet' })).toEqual({
    __schema: { queryType: { name: 'Query' } },
    cat: { color: 'fur black' },
    t: { kind: 'INTERFACE' },
  });
});

test('the schema is answered as the newest introspection asks for it, which planners do not know', async () => {
  const options = { inputValueDeprecation: true, specifiedByUrl: true, oneOf: true };
  const answer = await graph.ask(getIntrospectionQuery(options));
  expect(answer.errors).toEqual([]);
  const { __schema: described } = answer.data as IntrospectionQuery;
  const cat = described.types.find(({ name }) => name === 'Cat');
  expect(cat).toMatchObject({ kind: 'OBJECT', fields: expect.arrayContaining([expect.anything()]) });
  const query = `query ($name: String!, $schema: Boolean!) { ... on Query { __schema @include(if: $schema) { ...S } ...T } }
    fragment S on __Schema { queryType { ...K } } fragment T on Query { __type(name: $name) { ...K } }
    fragment K on __Type { kind isOneOf }`;
  const type = { kind: 'OBJECT', isOneOf: null };
  expect(await dataOf(query, { name: 'Cat', schema: true })).toEqual({
    ...{ __schema: { queryType: type }, __type: type },
  });
  expect(await dataOf(query, { name: 'Cat', schema: false })).toEqual({ __type: type });
});

test('a subscription is executed for one event, whose entity other services add to', async () => {
  expect(await dataOf('subscription { pets { name ... on Cat { color } } }')).toEqual({
    pets: { name: 'Tom', color: 'fur black' },
  });
});
