import { afterAll, describe, expect, test } from '@jest/globals';
import type { SubgraphOperation, SubgraphResult } from '@cdx/kit';
import { aGraph, stopGraphs, type TestGraph } from './testing.ts';

afterAll(stopGraphs);

type Misbehave = (operation: SubgraphOperation) => SubgraphResult | undefined;
const unavailable = {
  message: 'The people service does not answer',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
};

/** Books with authors, who are another subgraph's; both may misbehave. */
function aLibrary(people?: Misbehave, books?: Misbehave): TestGraph {
  const shelf = [
    { title: 'A', author: { id: '1' } },
    { title: 'B', author: { id: '2' } },
    { title: 'C', author: { id: '1' } },
  ];
  return aGraph(
    {
      name: 'books',
      typeDefs: `type Query { books: [Book] strict: [Book!]! count: Int rows: [[Book!]!] }
        type Book { title: String author: Author }
        type Author @key(fields: "id") { id: ID! }
        type Mutation { one: Int two: Int three: Int }`,
      resolvers: {
        Query: {
          books: () => shelf,
          strict: () => shelf,
          count: () => 3,
          rows: () => [[shelf[0]], [shelf[1], shelf[2]]],
        },
        Mutation: {
          one: () => 1,
          two: () => {
            throw new Error('two fails');
          },
          three: () => 3,
        },
      },
      ...(books ? { answer: books } : {}),
    },
    {
      name: 'people',
      typeDefs: `type Query { people: Int }
        type Author @key(fields: "id") { id: ID! name: String age: Int! }
        type Mutation { four: Int }`,
      resolvers: {
        Query: { people: () => 2 },
        Author: {
          __resolveReference: ({ id }: { id: string }) => (id === '3' ? null : { id, age: 50 }),
          name({ id }: { id: string }) {
            if (id === '1') throw new Error('no name');
            return `name ${id}`;
          },
        },
        Mutation: { four: () => 4 },
      },
      ...(people ? { answer: people } : {}),
    },
  );
}

const failing =
  (answer: SubgraphResult): Misbehave =>
  ({ query }) =>
    query.includes('_entities') ? answer : undefined;

describe('an error of an entity', () => {
  test('is told at every place that shows it, with its index', async () => {
    const { data, errors } = await aLibrary().ask('{ books { writer: author { name } } }');
    expect(data).toEqual({
      books: [{ writer: { name: null } }, { writer: { name: 'name 2' } }, { writer: { name: null } }],
    });
    expect(errors.map(({ path }) => path)).toEqual([
      ['books', 0, 'writer', 'name'],
      ['books', 2, 'writer', 'name'],
    ]);
    expect(errors[0]).toMatchObject({ message: 'no name', extensions: { service: 'people' } });
  });

  test('is told in lists of lists', async () => {
    const { errors } = await aLibrary().ask('{ rows { author { name } } }');
    expect(errors.map(({ path }) => path?.join('.'))).toEqual([
      'rows.0.0.author.name',
      'rows.1.1.author.name',
    ]);
  });
});

describe('a fetch that fails as a whole', () => {
  const down = failing({ data: null, errors: [unavailable] });

  test('is told of at each field that it leaves empty, and nowhere else', async () => {
    const { data, errors } = await aLibrary(down).ask('{ books { title author { id name } } people }');
    expect(data).toMatchObject({
      books: [{ title: 'A', author: { id: '1', name: null } }, {}, {}],
      people: 2,
    });
    expect(errors).toEqual(
      [0, 1, 2].map((index) => ({
        ...unavailable,
        path: ['books', index, 'author', 'name'],
        extensions: { ...unavailable.extensions, service: 'people' },
      })),
    );
  });

  test('takes with it the objects that need its values', async () => {
    const { data, errors } = await aLibrary(down).ask('{ books { title author { age } } }');
    expect(data).toEqual({ books: ['A', 'B', 'C'].map((title) => ({ title, author: null })) });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(
      [0, 1, 2].map((index) => `books.${index}.author.age`),
    );
  });

  test('is told of at its root fields', async () => {
    const graph = aLibrary(() => ({ data: null, errors: [unavailable] }));
    const { data, errors } = await graph.ask('{ count many: people }');
    expect(data).toEqual({ count: 3, many: null });
    expect(errors).toMatchObject([{ message: unavailable.message, path: ['many'] }]);
  });

  test('is told of a hundred times at most', async () => {
    const books = Array.from({ length: 150 }, (_, index) => ({
      author: { __typename: 'Author', id: String(index) },
    }));
    const { errors } = await aLibrary(down, () => ({ data: { books } })).ask('{ books { author { name } } }');
    expect(errors).toHaveLength(100);
  });

  test('is told of once where nothing shows it', async () => {
    const { data, errors } = await aLibrary(() => ({ data: { people: 2 }, errors: [unavailable] })).ask(
      '{ people }',
    );
    expect(data).toEqual({ people: 2 });
    expect(errors).toHaveLength(1);
    expect(errors[0]).not.toHaveProperty('path');
  });
});

describe('a subgraph', () => {
  test.each<[string, SubgraphResult]>([
    ['answers fewer entities than asked for', { data: { _entities: [{ name: 'x' }] } }],
    ['answers no entities', { data: {} }],
    ['answers neither data nor errors', {}],
  ])('that %s costs its own fields only', async (_, answer) => {
    const { data, errors } = await aLibrary(failing(answer)).ask('{ books { title author { name } } }');
    expect(data).toMatchObject({ books: [{ title: 'A', author: { name: null } }, {}, {}] });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(
      [0, 1, 2].map((index) => `books.${index}.author.name`),
    );
  });

  test('that knows no such entity leaves it without its fields, and is no error', async () => {
    const books: Misbehave = () => ({
      data: { books: [{ author: { __typename: 'Author', id: '3' } }, null] },
    });
    expect(await aLibrary(undefined, books).ask('{ books { author { name } } }')).toEqual({
      data: { books: [{ author: { name: null } }, null] },
      errors: [],
    });
  });
});

describe('a null where none may be', () => {
  test('goes up to the next place where one may, and is told of where it came from', async () => {
    const books: Misbehave = () => ({ data: { books: [{ author: { __typename: 'Author', id: '3' } }] } });
    const { data, errors } = await aLibrary(undefined, books).ask('{ books { author { age } } }');
    expect(data).toEqual({ books: [{ author: null }] });
    expect(errors).toMatchObject([
      {
        message: 'The Author that this refers to is not there, or not yours to see',
        path: ['books', 0, 'author', 'age'],
        extensions: { code: 'NOT_FOUND' },
      },
    ]);
  });

  test('in a list of what must be there empties all around it', async () => {
    const books: Misbehave = () => ({ data: { strict: [{ title: 'A' }, null] } });
    const { data, errors } = await aLibrary(undefined, books).ask('{ strict { title } }');
    expect(data).toBeNull();
    const message = 'A value that must be there is missing';
    expect(errors).toMatchObject([{ message, path: ['strict', 1], extensions: { code: 'INTERNAL' } }]);
  });
});

describe('mutations', () => {
  test('run one after another across subgraphs, and go on after an error', async () => {
    const graph = aLibrary();
    const { data, errors } = await graph.ask('mutation { one four two three }');
    expect(data).toEqual({ one: 1, four: 4, two: null, three: 3 });
    expect(errors).toMatchObject([{ message: 'two fails', path: ['two'] }]);
    expect(graph.fetched.map(({ subgraph }) => subgraph)).toEqual(['books', 'people', 'books']);
  });
});
