import { afterAll, describe, expect, test } from '@jest/globals';
import type { GatewayInterface, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { buildSchema, GraphQLScalarType, Kind, parse, type DocumentNode } from 'graphql';
import { aGraph, plansOf, stopGraphs, type Answer } from '../testing.ts';
import { shareOperations } from './share-operations.ts';

afterAll(stopGraphs);

/** A scalar that reads texts as literals and whole numbers as values: whoever mixes the two up is found out. */
const Moment = new GraphQLScalarType<string, string>({
  name: 'Moment',
  parseValue: (value) => {
    if (typeof value === 'number') return `number ${value}`;
    throw new TypeError('A moment as a value is a number');
  },
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING) return `text ${node.value}`;
    throw new TypeError('A moment in a document is a text');
  },
});

const echo = (_: unknown, args: object): string =>
  JSON.stringify(args, (__, value: unknown) =>
    typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))
      ? `the number ${Object.is(value, -0) ? '-0' : value}`
      : value,
  );

const graph = aGraph(
  {
    name: 'a',
    typeDefs: `scalar Moment enum Color { RED BLUE } type Query { item(id: ID, n: Int): Item
        all(ids: [ID!], rate: Float = 1.5, text: String = "none", color: Color! = RED, flag: Boolean): String
        find(filter: Filter, order: [Order!]): String
        since(at: Moment, range: Range): String }
      input Filter { name: String = "any" color: Color and: [Filter!] n: Int! = 3 }
      input Order { by: String! down: Boolean = false }
      input Range { from: Moment! to: Moment }
      type Mutation { rename(id: ID!, to: String): String }
      type Item @key(fields: "id") { id: ID! n: Int }`,
    resolvers: {
      Moment: Moment,
      Query: { item: (_: unknown, args: object) => ({ ...args }), all: echo, find: echo, since: echo },
      Mutation: { rename: echo },
    },
  },
  {
    name: 'b',
    typeDefs: 'type Item @key(fields: "id") { id: ID! label(of: String, size: Int): String }',
    resolvers: {
      Item: { label: ({ id }: { id: string }, { of }: { of?: string }) => `${of ?? 'plain'} ${id}` },
    },
  },
);

/** The answer, after it is seen that a plan of the document's own gives the same. */
async function ask(query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const answer = await graph.ask(query, variables);
  expect(answer).toEqual(await graph.askUnshared(query, variables));
  return answer;
}

describe('documents that differ in literals alone', () => {
  test('have one plan for a hundred of them, and each its own answer', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const plans = await plansOf(async () => {
      for (const n of numbers) {
        const { data } = await graph.ask(`{ item(id: "${n}", n: ${n * 7}) { id n label(of: "item ${n}") } }`);
        expect(data).toEqual({ item: { id: String(n), n: n * 7, label: `item ${n} ${n}` } });
      }
    });
    expect(plans).toBe(1);
  });

  test('have one plan however they are spaced and commented', async () => {
    const texts = ['{all(flag:true)}', 'query { all(flag: false) }', '# A comment\n{ all(flag: null), }'];
    const plans = await plansOf(() => Promise.all(texts.map((text) => graph.ask(text))));
    expect(plans).toBe(1);
  });

  test('have one plan where a custom scalar keeps its literal', async () => {
    const plans = await plansOf(async () => {
      for (const day of [1, 2, 3]) {
        const { data } = await graph.ask(`{ since(at: "day ${day}", range: { from: "${day}" }) }`);
        expect(data).toEqual({ since: `{"at":"text day ${day}","range":{"from":"text ${day}"}}` });
      }
    });
    expect(plans).toBe(1);
  });

  test('have one plan for what is written beside variables in an argument', async () => {
    const plans = await plansOf(async () => {
      for (const name of ['x', 'y']) {
        const query = `query ($n: Int!) { find(filter: { n: $n, and: [{ name: "${name}", n: 1 }] }) }`;
        const { data } = await graph.ask(query, { n: 5 });
        expect(data).toEqual({ find: `{"filter":{"name":"any","and":[{"name":"${name}","n":1}],"n":5}}` });
      }
    });
    expect(plans).toBe(1);
  });

  test('have a plan each where they differ in what a plan depends on', async () => {
    const texts = [
      '{ item { n label @skip(if: true) } }',
      '{ item { n label @skip(if: false) } }',
      '{ item { n x: label } }',
    ];
    expect(await plansOf(() => Promise.all(texts.map((text) => graph.ask(text))))).toBe(3);
  });
});

describe('a literal means what it meant', () => {
  test.each([
    ['{ all }', '{"rate":1.5,"text":"none","color":"RED"}'],
    ['{ all(rate: null, text: null, flag: null) }', '{"rate":null,"text":null,"color":"RED","flag":null}'],
    ['{ all(ids: 12345678901234567890, color: BLUE) }', /"ids":\["12345678901234567890"\]/],
    ['{ all(ids: ["a", 7], rate: 3) }', /"ids":\["a","7"\],"rate":3/],
    ['{ all(rate: 25e-1, text: """ a\n  "b" $literal0 \\u0041""") }', /"rate":2.5,"text":"/],
    [
      '{ find(filter: {}, order: { by: "name" }) }',
      /"filter":{"name":"any","n":3}.*{"by":"name","down":false}/,
    ],
    ['{ find(filter: { name: null, color: BLUE, and: { n: 1 } }) }', /"name":null,"color":"BLUE","and":\[{/],
    ['query ($at: Moment) { since(at: $at, range: { from: "a", to: null }) }', /{"from":"text a","to":null}/],
    ['mutation { rename(id: 1, to: "b") }', '{"id":"1","to":"b"}'],
  ])('%s', async (query, expected) => {
    const { data, errors } = await ask(query);
    expect(errors).toEqual([]);
    const [text] = Object.values(data as Record<string, string>);
    if (typeof expected === 'string') expect(text).toBe(expected);
    else expect(text).toMatch(expected);
  });

  test('also where JSON has no such number, and where the planner alone would have changed or refused it', async () => {
    const { data } = await graph.ask('{ zero: all(rate: -0) large: all(rate: 2e999) }');
    expect(data).toEqual({
      zero: expect.stringContaining('"rate":"the number -0"'),
      large: expect.stringContaining('"rate":"the number Infinity"'),
    });
  });

  test('where fields of one key have to have the same', async () => {
    const query = `{ item(id: "1") { id x: label(of: "a", size: 1) ...F } item(id: "1") { ... on Item { x: label(size: 1, of: "a") } } }
      fragment F on Item { x: label(of: "a", size: 1) y: label(of: "b") }`;
    expect((await ask(query)).data).toEqual({ item: { id: '1', x: 'a 1', y: 'b 1' } });
  });

  test('beside variables that have the names of its own', async () => {
    const query =
      'query ($literal0: ID, $literal_0: String) { item(id: $literal0, n: 1) { n label(of: $literal_0) } }';
    const { data } = await ask(query, { literal0: 'x', literal_0: 'y', literal__0: 7 });
    expect(data).toEqual({ item: { n: 1, label: 'y x' } });
  });

  test('and is not taken from a value that a caller sends under its name', async () => {
    expect((await ask('{ item(id: "mine") { id } }', { literal0: 'another' })).data).toEqual({
      item: { id: 'mine' },
    });
  });
});

describe('errors are the same', () => {
  test.each([
    ['of a literal that is none of its type', '{ all(rate: "much") item(id: 1.5) { id } }'],
    ['of an argument that must be there', 'mutation { rename(to: "b") }'],
    ['of a field of an input that is not there', '{ find(filter: { nme: "a" }, order: [{ down: true }]) }'],
    ['of a subgraph’s own scalar', '{ since(at: 5) }'],
    ['of a subgraph’s own scalar within an input', '{ since(range: { from: "a", to: 6 }) }'],
  ])('%s', async (_, query) => {
    const { errors } = await ask(query);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('and at the places where each text has its variables', async () => {
    const texts = [
      'query ($n: Int!) { item(id: "1", n: $n) { id } }',
      '\n\n  query ($n: Int!) { item(id: "2", n: $n) { id } }',
    ];
    for (const text of texts) await ask(text, { n: 1 });
    const answers = await Promise.all(texts.map((text) => ask(text, { n: 'many' })));
    expect(answers.map(({ errors: [error] }) => error?.locations)).toEqual([
      [{ line: 1, column: 8 }],
      [{ line: 3, column: 10 }],
    ]);
  });
});

describe('what cannot be shared is answered as it is', () => {
  test('introspection', async () => {
    const { data } = await ask('{ __type(name: "Item") { name } all(text: "a") }');
    expect(data).toMatchObject({ __type: { name: 'Item' } });
  });
});

/** What a gateway is asked to execute, once documents are shared. */
function sharedDocuments(): (document: DocumentNode) => Promise<DocumentNode | undefined> {
  const seen: DocumentNode[] = [];
  const loaded = { apiSchema: buildSchema('type Query { a(n: Int): Int }'), coreSupergraphSdl: '' };
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate: (callback) => {
      callback(loaded);
      return () => undefined;
    },
    load: () =>
      Promise.resolve({
        executor: ({ document }) => {
          seen.push(document);
          return Promise.resolve({});
        },
      }),
    stop: () => Promise.resolve(),
  };
  const shared = shareOperations(gateway);
  shared.onSchemaLoadOrUpdate(() => undefined);
  const loading = shared.load({} as never);
  return async (document) => {
    const { executor } = await loading;
    await executor?.({ document, request: {} } as GatewayGraphQLRequestContext);
    return seen.at(-1);
  };
}

test('of the operations that are shared the last thousand are kept', async () => {
  const share = sharedDocuments();
  const first = await share(parse('{ a(n: 1) }'));
  expect(await share(parse('{ a(n: 2) }'))).toBe(first);
  for (let index = 0; index < 999; index += 1) await share(parse(`{ x${index}: a }`));
  expect(await share(parse('{ a(n: 3) }'))).toBe(first);
  for (let index = 0; index < 1_000; index += 1) await share(parse(`{ y${index}: a }`));
  expect(await share(parse('{ a(n: 4) }'))).not.toBe(first);
});

test('a document of several operations is left as it is', async () => {
  const sent = parse('query A { a(n: 1) } query B { a(n: 2) }');
  expect(await sharedDocuments()(sent)).toBe(sent);
});
