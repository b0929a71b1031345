import { afterAll, describe, expect, test } from '@jest/globals';
import { aGraph, stopGraphs, type TestGraph } from './testing.ts';

afterAll(stopGraphs);

const representations = ({ fetched }: TestGraph): unknown[] =>
  fetched.flatMap(({ variables }) => (variables?.representations as unknown[] | undefined) ?? []);

describe('an entity', () => {
  const owners = Array.from({ length: 100 }, () => ({ owner: { id: '1' } }));
  const make = (): TestGraph =>
    aGraph(
      {
        name: 'things',
        typeDefs: `type Query { things: [Thing!]! grid: [[User]] many(count: Int): [User!]! }
          type Thing { owner: User } type User @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            things: () => owners,
            grid: () => [[{ id: '1' }, null], null, [{ id: '2' }]],
            many: (_: unknown, { count }: { count: number }) =>
              Array.from({ length: count }, (__, index) => ({ id: String(index) })),
          },
        },
      },
      {
        name: 'users',
        typeDefs: `type User @key(fields: "id") { id: ID! name(case: Case, filter: Filter): String friend: User data: Json }
          enum Case { UPPER LOWER } input Filter { first: Int, tags: [String!] } scalar Json`,
        resolvers: {
          User: {
            __resolveReference: (reference: object) => reference,
            name: ({ id }: { id: string }, args: object) => `${id}${JSON.stringify(args)}`,
            friend: ({ id }: { id: string }) => ({ id: String(Number(id) + 1) }),
            data: () => ({ id: 1, __typename: 'Not', list: [null, { a: [] }] }),
          },
        },
      },
    );

  test('that shows a hundred times is asked for once', async () => {
    const graph = make();
    const { data } = await graph.ask('{ things { owner { name } } }');
    expect(representations(graph)).toEqual([{ __typename: 'User', id: '1' }]);
    expect(data).toEqual({ things: owners.map(() => ({ owner: { name: '1{}' } })) });
  });

  test('is found in lists of lists with nulls', async () => {
    const { data, errors } = await make().ask('{ grid { name } }');
    expect(data).toEqual({ grid: [[{ name: '1{}' }, null], null, [{ name: '2{}' }]] });
    expect(errors).toEqual([]);
  });

  test('is asked for with variables, enums and input objects, one named representations among them', async () => {
    const query = `query ($representations: Int, $tag: String! = "t") { things {
      owner { name(case: UPPER, filter: { first: $representations, tags: [$tag] }) } } }`;
    const { data, errors } = await make().ask(query, { representations: 5 });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      things: [
        { owner: { name: '1{"case":"UPPER","filter":{"first":5,"tags":["t"]}}' } },
        ...owners.slice(1).map(() => ({})),
      ],
    });
  });

  test('has scalars that are objects, untouched', async () => {
    const { data } = await make().ask('{ many(count: 1) { data } }');
    expect(data).toEqual({ many: [{ data: { id: 1, __typename: 'Not', list: [null, { a: [] }] } }] });
  });

  test('is one of ten thousand, or fifty levels down', async () => {
    const graph = make();
    const wide = await graph.ask('{ many(count: 10000) { name } }');
    expect((wide.data as { many: unknown[] }).many[9999]).toEqual({ name: '9999{}' });
    const deep = `${'friend { '.repeat(50)}id${' }'.repeat(50)}`;
    const { data } = await graph.ask(`{ many(count: 1) { ${deep} } }`);
    expect(JSON.stringify(data)).toContain('"id":"50"');
  });
});

describe('keys', () => {
  test('lead from one to another through a subgraph that has both', async () => {
    const user = (fields: object) => ({
      User: { __resolveReference: (reference: object) => ({ ...reference, ...fields }) },
    });
    const graph = aGraph(
      {
        name: 'a',
        typeDefs: 'type Query { user: User } type User @key(fields: "id") { id: ID! }',
        resolvers: { Query: { user: () => ({ id: '1' }) } },
      },
      {
        name: 'b',
        typeDefs: `type User @key(fields: "id") @key(fields: "login { realm name }") { id: ID! login: Login! }
          type Login @shareable { realm: String! name: String! }`,
        resolvers: user({ login: { realm: 'r', name: 'n' } }),
      },
      {
        name: 'c',
        typeDefs: `type User @key(fields: "login { realm name }") { login: Login! seen: String }
          type Login @shareable { realm: String! name: String! }`,
        resolvers: user({ seen: 'today' }),
      },
    );
    expect((await graph.ask('{ user { seen } }')).data).toEqual({ user: { seen: 'today' } });
    expect(representations(graph)).toEqual([
      { __typename: 'User', id: '1' },
      { __typename: 'User', login: { realm: 'r', name: 'n' } },
    ]);
  });
});

describe('@requires', () => {
  test('of lists and through several subgraphs is given whole', async () => {
    const give = { __resolveReference: (reference: object) => reference };
    const graph = aGraph(
      {
        name: 'a',
        typeDefs: `type Query { box: Box } type Box @key(fields: "id") { id: ID! items: [Item] }
          type Item @shareable { weight: Int size: Size } type Size @shareable { width: Int }`,
        resolvers: {
          Query: {
            box: () => ({ id: '1', items: [{ weight: 1, size: { width: 2 } }, null, { size: null }] }),
          },
        },
      },
      {
        name: 'b',
        typeDefs: `type Box @key(fields: "id") { id: ID! items: [Item] @external
          total: Int @requires(fields: "items { weight size { width } }") }
          type Item @shareable { weight: Int size: Size } type Size @shareable { width: Int }`,
        resolvers: { Box: { ...give, total: ({ items }: { items: unknown[] }) => items.length } },
      },
      {
        name: 'c',
        typeDefs: `type Box @key(fields: "id") { id: ID! total: Int @external
          label: String @requires(fields: "total") }`,
        resolvers: { Box: { ...give, label: ({ total }: { total: number }) => `${total} items` } },
      },
    );
    expect((await graph.ask('{ box { label } }')).data).toEqual({ box: { label: '3 items' } });
    expect(representations(graph)).toEqual([
      {
        __typename: 'Box',
        id: '1',
        items: [{ weight: 1, size: { width: 2 } }, null, { weight: null, size: null }],
      },
      { __typename: 'Box', id: '1', total: 3 },
    ]);
  });
});
