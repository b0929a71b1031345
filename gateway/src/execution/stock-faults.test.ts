/** What Apollo's gateway gets wrong, each shown beside ours: when an update of it mends one, its line here fails. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { aGraph, stopGraphs, type TestGraph, type TestSubgraph } from './testing.ts';

afterAll(stopGraphs);

async function expectFault(graph: TestGraph, query: string, data: unknown, variables = {}): Promise<void> {
  expect((await graph.ask(query, variables)).data).toEqual(data);
  expect((await graph.askStock(query, variables)).data).not.toEqual(data);
}

const prices: TestSubgraph = {
  name: 'prices',
  typeDefs: `type Query { products: [Product!]! }
    type Product @key(fields: "id") { id: ID! name: String price(currency: String): Int category: Category }
    type Category { fee(currency: String): Int }`,
  resolvers: {
    Query: { products: () => [{ id: '1', name: 'Pen', category: {} }] },
    Product: { price: (_: unknown, { currency }: { currency?: string }) => (currency === 'EUR' ? 20 : 10) },
    Category: { fee: (_: unknown, { currency }: { currency?: string }) => (currency === 'EUR' ? 4 : 2) },
  },
};
interface Priced {
  readonly price: number;
  readonly category: { readonly fee: number };
}
const shipping: TestSubgraph = {
  name: 'shipping',
  typeDefs: `type Product @key(fields: "id") { id: ID! price(currency: String): Int @external
      category: Category @external
      dollars: Int @requires(fields: "price(currency: \\"USD\\")")
      euros: Int @requires(fields: "price(currency: \\"EUR\\")")
      feeInEuros: Int @requires(fields: "category { fee(currency: \\"EUR\\") }")
      note(text: String): String }
    type Category @external { fee(currency: String): Int }`,
  resolvers: {
    Product: {
      __resolveReference: (reference: object) => reference,
      dollars: ({ price }: Priced) => price + 1,
      euros: ({ price }: Priced) => price + 2,
      feeInEuros: ({ category }: Priced) => category.fee,
      note: (_: unknown, { text }: { text?: string }) => text,
    },
  },
};

describe('arguments in @requires', () => {
  const graph = aGraph(prices, shipping);

  test('are not those of the client’s own use of the field', async () => {
    await expectFault(graph, '{ products { price(currency: "EUR") dollars } }', {
      products: [{ price: 20, dollars: 11 }],
    });
  });

  test('differ between two fields that require the same one', async () => {
    await expectFault(graph, '{ products { dollars euros } }', { products: [{ dollars: 11, euros: 22 }] });
  });

  test('differ also below an object, and beside variables', async () => {
    const query = `query ($text: String, $currency: String) { products {
      dollars euros feeInEuros note(text: $text) price category { fee(currency: $currency) } } }`;
    const { data, errors } = await graph.ask(query, { text: 'hi', currency: 'USD' });
    expect(errors).toEqual([]);
    const product = { dollars: 11, euros: 22, feeInEuros: 4, note: 'hi', price: 10, category: { fee: 2 } };
    expect(data).toEqual({ products: [product] });
  });

  test('cost no more fetches than there are different ones', async () => {
    graph.fetched.length = 0;
    await graph.ask('{ products { dollars feeInEuros } }');
    expect(graph.fetched.map(({ subgraph }) => subgraph)).toEqual(['prices', 'shipping']);
  });
});

test('a subgraph is entered anew by a resolvable key, though others come first', async () => {
  const a = {
    name: 'a',
    typeDefs: `type Part @key(fields: "id") @key(fields: "place { row }", resolvable: false) {
        id: ID! place: Place! name: String }
      type Place @shareable { row: Int! shelf: Int! }`,
    resolvers: { Part: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `part ${id}` }) } },
  };
  const b = {
    name: 'b',
    typeDefs: `type Query { part: Part }
      type Part @key(fields: "place { row }", resolvable: false) @key(fields: "id place { shelf }")
        @key(fields: "id", resolvable: false) {
        id: ID! place: Place! name: String @external label: String @requires(fields: "name") }
      type Place @shareable { row: Int! shelf: Int! }`,
    resolvers: {
      Query: { part: () => ({ id: '7', place: { row: 1, shelf: 2 } }) },
      Part: {
        __resolveReference: ({
          id,
          place,
          name,
        }: {
          id?: string;
          place: { shelf?: number };
          name: string;
        }) => (id !== undefined && place.shelf !== undefined ? { name } : null),
        label: ({ name }: { name: string }) => `<${name}>`,
      },
    },
  };
  await expectFault(aGraph(a, b), '{ part { label } }', { part: { label: '<part 7>' } });
});

test('a field of an interface that nothing implements is an error, no empty answer', async () => {
  const a = {
    name: 'a',
    typeDefs: 'type Query { node: Node } interface Node @key(fields: "id") { id: ID! }',
    resolvers: { Query: { node: () => ({ __typename: 'Node', id: '1' }) } },
  };
  const b = {
    name: 'b',
    typeDefs: `type Query { other: Node }
      type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }`,
    resolvers: { Query: { other: () => ({ id: '1', field: 'foo' }) } },
  };
  const graph = aGraph(a, b);
  expect((await graph.ask('{ other { id field } }')).data).toEqual({ other: { id: '1', field: 'foo' } });
  expect(await graph.ask('{ node { field } }')).toMatchObject({
    data: null,
    errors: [{ message: 'No service can answer what is asked of node' }],
  });
  expect((await graph.askStock('{ node { field } }')).errors).toEqual([]);
});

describe('conditions', () => {
  const graph = aGraph(
    {
      name: 'a',
      typeDefs: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! size: Int }',
      resolvers: { Query: { thing: () => ({ id: '1', size: 3 }) } },
    },
    {
      name: 'b',
      typeDefs: `type Thing @key(fields: "id") { id: ID! size: Int @external
        label: String @requires(fields: "size") color: String }`,
      resolvers: {
        Thing: {
          __resolveReference: (reference: object) => ({ ...reference, color: 'red' }),
          label: ({ size }: { size: number }) => `size ${size}`,
        },
      },
    },
  );

  test.each([true, false])('of a field with @requires leave its neighbours alone (%p)', async (no) => {
    const query = 'query ($no: Boolean!) { thing { label @skip(if: $no) color } }';
    const all = { thing: { label: 'size 3', color: 'red' } };
    if (no) await expectFault(graph, query, { thing: { color: 'red' } }, { no });
    else expect((await graph.ask(query, { no })).data).toEqual(all);
  });

  test('that leave nothing of an object leave the object', async () => {
    const query = 'query ($yes: Boolean!) { thing @include(if: $yes) { size @skip(if: true) } }';
    await expectFault(graph, query, { thing: {} }, { yes: true });
  });

  test('of values and literals are decided before anything is fetched', async () => {
    graph.fetched.length = 0;
    await graph.ask('query ($no: Boolean! = true) { thing { label @skip(if: $no) size } }');
    await graph.ask('{ thing { size label @include(if: false) } }');
    expect(graph.fetched.map(({ subgraph }) => subgraph)).toEqual(['a', 'a']);
  });
});

test('a client’s variable may be named representations', async () => {
  const graph = aGraph(
    {
      name: 'a',
      typeDefs: 'type Query { user: User } type User @key(fields: "id") { id: ID! }',
      resolvers: { Query: { user: () => ({ id: '1' }) } },
    },
    {
      name: 'b',
      typeDefs: 'type User @key(fields: "id") { id: ID! echo(text: String, no: Boolean): String }',
      resolvers: { User: { echo: (_: unknown, { text }: { text?: string }) => text ?? 'nothing' } },
    },
  );
  const query = 'query ($representations: String) { user { echo(text: $representations) } }';
  await expectFault(graph, query, { user: { echo: 'hi' } }, { representations: 'hi' });
  expect((await graph.ask(query)).data).toEqual({ user: { echo: 'nothing' } });
  const conditional =
    'query ($representations: Boolean!) { user { id echo @include(if: $representations) } }';
  expect((await graph.ask(conditional, { representations: false })).data).toEqual({ user: { id: '1' } });
});

test('an alias may be the name of a key or of the type', async () => {
  const graph = aGraph(prices, shipping);
  const query = '{ products { id: name __typename: name note(text: "hi") } }';
  await expectFault(graph, query, { products: [{ id: 'Pen', __typename: 'Pen', note: 'hi' }] });
});
