/** The directives of the federation specification, each as a client sees what they do. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { aGraph, stopGraphs, type TestGraph } from './testing.ts';

afterAll(stopGraphs);

async function expectData(graph: TestGraph, query: string, data: unknown): Promise<void> {
  expect(await graph.ask(query)).toEqual({ data, errors: [] });
}
const asked = ({ fetched }: TestGraph): string[] => fetched.map(({ subgraph }) => subgraph);
const asItCame = { __resolveReference: (reference: object) => reference };

test('@provides saves a fetch, on its path alone', async () => {
  const graph = aGraph(
    {
      name: 'reviews',
      typeDefs: `type Query { review: Review } type Review { author: User @provides(fields: "name") editor: User }
        type User @key(fields: "id") { id: ID! name: String @external }`,
      resolvers: {
        Query: { review: () => ({ author: { id: '1', name: 'Ann' }, editor: { id: '2' } }) },
      },
    },
    {
      name: 'users',
      typeDefs: 'type User @key(fields: "id") { id: ID! name: String @shareable }',
      resolvers: { User: { ...asItCame, name: ({ id }: { id: string }) => `name ${id}` } },
    },
  );
  await expectData(graph, '{ review { author { name } } }', { review: { author: { name: 'Ann' } } });
  expect(asked(graph)).toEqual(['reviews']);
  await expectData(graph, '{ review { editor { name } } }', { review: { editor: { name: 'name 2' } } });
});

test('@override takes a field over, and @shareable fields come from wherever it is near', async () => {
  const graph = aGraph(
    {
      name: 'old',
      typeDefs: `type Query { bill: Bill }
        type Bill @key(fields: "id") { id: ID! amount: Int place: Place @shareable }
        type Place @shareable { x: Int y: Int }`,
      resolvers: { Query: { bill: () => ({ id: '1', amount: 1, place: { x: 1, y: 2 } }) } },
    },
    {
      name: 'new',
      typeDefs: `type Bill @key(fields: "id") { id: ID! amount: Int @override(from: "old") place: Place @shareable }
        type Place @shareable { x: Int y: Int }`,
      resolvers: { Bill: { ...asItCame, amount: () => 2, place: () => ({ x: 1, y: 2 }) } },
    },
  );
  await expectData(graph, '{ bill { place { x y } } }', { bill: { place: { x: 1, y: 2 } } });
  expect(asked(graph)).toEqual(['old']);
  await expectData(graph, '{ bill { amount } }', { bill: { amount: 2 } });
});

describe('interface objects', () => {
  const graph = aGraph(
    {
      name: 'media',
      typeDefs: `type Query { media: [Media] }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String }`,
      resolvers: {
        Query: {
          media: () => [
            { __typename: 'Book', id: 'b', title: 'Ulysses', pages: 730 },
            { __typename: 'Film', id: 'f', title: 'Alien' },
          ],
        },
        Media: {
          __resolveReference: ({ id }: { id: string }) =>
            id === 'b'
              ? { __typename: 'Book', id, title: 'Ulysses', pages: 730 }
              : { __typename: 'Film', id },
        },
        Book: asItCame,
        Film: asItCame,
      },
    },
    {
      name: 'ratings',
      typeDefs: `type Query { best: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
      resolvers: {
        Query: { best: () => [{ id: 'b' }, { id: 'f' }] },
        Media: { ...asItCame, stars: ({ id }: { id: string }) => (id === 'b' ? 5 : 4) },
      },
    },
  );

  test('add fields to all implementations', async () => {
    await expectData(graph, '{ media { title stars ... on Book { pages more: stars } } }', {
      media: [
        { title: 'Ulysses', stars: 5, pages: 730, more: 5 },
        { title: 'Alien', stars: 4 },
      ],
    });
  });

  test('need no type where none is asked for, and get it where one is', async () => {
    graph.fetched.length = 0;
    await expectData(graph, '{ best { id stars } }', {
      best: [
        { id: 'b', stars: 5 },
        { id: 'f', stars: 4 },
      ],
    });
    expect(asked(graph)).toEqual(['ratings']);
    await expectData(graph, '{ best { __typename stars ... on Book { pages } } }', {
      best: [
        { __typename: 'Book', stars: 5, pages: 730 },
        { __typename: 'Film', stars: 4 },
      ],
    });
  });
});

describe('unions that overlap', () => {
  const graph = aGraph(
    {
      name: 'a',
      typeDefs: `type Query { both: Item @shareable onlyA: Item } union Item = Book | Song
        type Book @key(fields: "id") { id: ID! title: String @shareable a: String } type Song { length: Int }`,
      resolvers: {
        Query: {
          both: () => ({ __typename: 'Book', id: '1', title: 'T' }),
          onlyA: () => ({ __typename: 'Song', length: 3 }),
        },
        Book: { ...asItCame, a: () => 'from a' },
      },
    },
    {
      name: 'b',
      typeDefs: `type Query { both: Item @shareable onlyB: Item } union Item = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @shareable b: String } type Film { minutes: Int }`,
      resolvers: {
        Query: {
          both: () => ({ __typename: 'Book', id: '1', title: 'T' }),
          onlyB: () => ({ __typename: 'Film', minutes: 90 }),
        },
        Book: { ...asItCame, b: () => 'from b' },
      },
    },
  );
  const fields = '{ ... on Book { title a b } ... on Song { length } ... on Film { minutes } }';

  test('have the members of each', async () => {
    await expectData(graph, `{ both ${fields} onlyA ${fields} onlyB ${fields} }`, {
      both: { title: 'T', a: 'from a', b: 'from b' },
      onlyA: { length: 3 },
      onlyB: { minutes: 90 },
    });
  });

  test('are empty objects where a subgraph has no such member', async () => {
    await expectData(graph, '{ onlyA { ... on Film { minutes } } }', { onlyA: {} });
  });
});

test('values of an enum and types that callers must not see are null', async () => {
  const graph = aGraph({
    name: 'a',
    typeDefs: `type Query { color: Color colors: [Color!] thing: Thing }
      enum Color { RED SECRET @inaccessible } union Thing = Open | Hidden
      type Open { x: Int } type Hidden @inaccessible { x: Int }`,
    resolvers: {
      Query: {
        color: () => 'SECRET',
        colors: () => ['RED', 'SECRET'],
        thing: () => ({ __typename: 'Hidden', x: 1 }),
      },
    },
  });
  const { data, errors } = await graph.ask('{ color colors thing { __typename ... on Open { x } } }');
  expect(data).toEqual({ color: null, colors: null, thing: null });
  expect(errors.map(({ path }) => path?.join('.'))).toEqual(['color', 'colors.1']);
  expect(JSON.stringify(errors)).not.toContain('SECRET');
});
