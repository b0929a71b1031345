import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SubgraphOperation, SubgraphResult } from '@cdx/kit';
import { aGraph, stopGraphs, type Answer } from './testing.ts';

afterAll(stopGraphs);

type Item = { readonly id: string };

/** What the subgraph of things answers in place of what it knows, if it shall misbehave. */
let misbehave: ((operation: SubgraphOperation) => SubgraphResult | undefined) | undefined;

const graph = aGraph(
  {
    name: 'shelf',
    typeDefs: `type Query { shelf(empty: Boolean): Shelf } type Shelf { best: Book worst: Book owner: Person none: Book all: [Book] }
      type Book @key(fields: "id") { id: ID! } type Person @key(fields: "id") { id: ID! }
      type Mutation { clear: Shelf }`,
    resolvers: {
      Query: {
        shelf: (_: unknown, { empty }: { empty?: boolean }) => (empty ? { owner: { id: '9' } } : full),
      },
      Mutation: { clear: () => full },
    },
  },
  {
    name: 'things',
    typeDefs: `type Book @key(fields: "id") { id: ID! title(of: String, day: Day): String pages: Int! } scalar Day
      type Person @key(fields: "id") { id: ID! name: String books: Int }`,
    resolvers: {
      Book: {
        __resolveReference: ({ id }: Item) => (id === '0' ? null : { id }),
        title: ({ id }: Item, { of, day }: { of?: string; day?: string }) =>
          `${of ?? 'Book'} ${id}${day ? ` on ${day}` : ''}`,
        pages({ id }: Item) {
          if (id === '3') throw new Error('Nobody has counted them');
          return 100;
        },
      },
      Person: {
        __resolveReference: (reference: object) => reference,
        name: ({ id }: Item) => `Person ${id}`,
      },
    },
    answer: (operation) => misbehave?.(operation),
  },
);
const full = {
  best: { id: '1' },
  worst: { id: '2' },
  owner: { id: '9' },
  none: null,
  all: ['1', '3', '0'].map((id) => ({ id })),
};

beforeEach(() => {
  graph.fetched.length = 0;
  misbehave = undefined;
});

/** The fetches from `things`, each by the response keys of its entities and how many it asks for under each. */
const fetches = (): Record<string, number>[] =>
  graph.fetched
    .filter(({ subgraph }) => subgraph === 'things')
    .map(({ variables = {} }) =>
      Object.fromEntries(
        Object.entries(variables).flatMap(([name, value]) =>
          name.startsWith('representations') ? [[name, (value as unknown[]).length]] : [],
        ),
      ),
    );

async function ask(query: string, variables = {}): Promise<Answer> {
  return graph.ask(query, variables);
}

describe('entities of several places and types of one subgraph', () => {
  test('are one fetch', async () => {
    const { data, errors } = await ask(
      '{ shelf { best { title } worst { title pages } owner { name } all { pages } } }',
    );
    expect(fetches()).toEqual([
      { representations0: 1, representations1: 1, representations2: 1, representations3: 3 },
    ]);
    expect(data).toEqual({
      shelf: {
        best: { title: 'Book 1' },
        worst: { title: 'Book 2', pages: 100 },
        owner: { name: 'Person 9' },
        all: [{ pages: 100 }, null, null],
      },
    });
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Nobody has counted them',
        path: ['shelf', 'all', 1, 'pages'],
        extensions: expect.objectContaining({ service: 'things' }),
      }),
      expect.objectContaining({
        path: ['shelf', 'all', 2, 'pages'],
        extensions: { code: 'NOT_FOUND' },
      }),
    ]);
  });

  test('are asked for with the caller’s variables and literals, whatever they are called', async () => {
    const query = `query ($representations: String, $representations0: String) { shelf {
      best { title(of: $representations) } worst { title(of: $representations0, day: "today") } owner { name } } }`;
    const { data, errors } = await ask(query, { representations: 'Novel', representations0: 'Poem' });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      shelf: { best: { title: 'Novel 1' }, worst: { title: 'Poem 2 on today' }, owner: { name: 'Person 9' } },
    });
    expect(fetches()).toHaveLength(1);
  });

  test('are left out of it where there are none, and are a fetch of their own where there are no others', async () => {
    await ask('{ shelf { best { title } none { title } owner { name } } }');
    expect(fetches()).toEqual([{ representations0: 1, representations1: 1 }]);
    const { data } = await ask('{ shelf(empty: true) { best { title } worst { title } owner { name } } }');
    expect(data).toEqual({ shelf: { best: null, worst: null, owner: { name: 'Person 9' } } });
    expect(fetches()[1]).toEqual({ representations: 1 });
  });

  test('are left out of it where a condition leaves them out', async () => {
    const query = `query ($a: Boolean!, $b: Boolean!) { shelf {
      best @include(if: $a) { title } worst @skip(if: $b) { title } owner { name } } }`;
    const asked = async (a: boolean, b: boolean): Promise<unknown> => {
      const { data, errors } = await ask(query, { a, b });
      expect(errors).toEqual([]);
      return (data as { shelf: unknown }).shelf;
    };
    const owner = { name: 'Person 9' };
    expect(await asked(true, false)).toEqual({
      best: { title: 'Book 1' },
      worst: { title: 'Book 2' },
      owner,
    });
    expect(await asked(true, true)).toEqual({ best: { title: 'Book 1' }, owner });
    expect(await asked(false, false)).toEqual({ worst: { title: 'Book 2' }, owner });
    expect(await asked(false, true)).toEqual({ owner });
    expect(fetches().map((one) => Object.keys(one).length)).toEqual([3, 2, 2, 1]);
  });

  test('are one fetch after a mutation, too, which is a fetch by itself', async () => {
    const { data } = await ask('mutation { clear { best { title } owner { name } } }');
    expect(data).toEqual({ clear: { best: { title: 'Book 1' }, owner: { name: 'Person 9' } } });
    expect(fetches()).toEqual([{ representations0: 1, representations1: 1 }]);
  });
});

describe('when the subgraph fails', () => {
  const query = '{ shelf { best { title } owner { name } } }';

  test('each of its fields tells of it', async () => {
    misbehave = () => ({
      data: null,
      errors: [{ message: 'Gone', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
    const { data, errors } = await ask(query);
    expect(data).toEqual({ shelf: { best: { title: null }, owner: { name: null } } });
    expect(errors.map(({ path, message }) => [path, message])).toEqual([
      [['shelf', 'best', 'title'], 'Gone'],
      [['shelf', 'owner', 'name'], 'Gone'],
    ]);
    expect(fetches()).toHaveLength(1);
  });

  test('at one of them so that there is nothing of the others, the others are asked for by themselves', async () => {
    misbehave = ({ query: sent }) =>
      sent.includes('_1:')
        ? { data: null, errors: [{ message: 'No people', path: ['_1'], extensions: { code: 'INTERNAL' } }] }
        : undefined;
    const { data, errors } = await ask(query);
    expect(data).toEqual({ shelf: { best: { title: 'Book 1' }, owner: { name: null } } });
    expect(errors.map(({ path, message }) => [path, message])).toEqual([
      [['shelf', 'owner', 'name'], 'No people'],
    ]);
    expect(fetches()).toEqual([{ representations0: 1, representations1: 1 }, { representations: 1 }]);
  });

  test.each<[string, SubgraphResult, number]>([
    ['says nothing', {}, 2],
    ['answers other entities', { data: { _0: [{ title: 'a' }], _1: [{}, {}] } }, 1],
    ['answers without one of them', { data: { _0: [{ title: 'a' }] } }, 1],
    ['has an error of no place', { data: { _0: [{ title: 'a' }], _1: [{}] }, errors: [{ message: 'x' }] }, 1],
  ])('and %s, that is told', async (_, result, count) => {
    misbehave = () => result;
    expect((await ask(query)).errors).toHaveLength(count);
  });
});
