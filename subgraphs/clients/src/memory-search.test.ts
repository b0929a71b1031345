import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger } from '@cdx/kit';
import { codes, run, testDatabaseUrl } from '@cdx/kit/testing';
import { embeddingDimensions, featureHashing } from './embedder/index.ts';
import { createSubgraph, settingsSchema } from './subgraph.ts';
import { aClient, aUser } from './testing.ts';

// A server that minds `options` uses the index for tables that are small enough to be read whole; PGlite does not.
const url = new URL(testDatabaseUrl('CLIENTS_DATABASE_URL'));
url.searchParams.set('options', '-c enable_seqscan=off');
const subgraph = createSubgraph(
  settingsSchema.parse({ CLIENTS_DATABASE_URL: url.href }),
  makeLogger('test', 'silent'),
);
afterAll(() => subgraph.close());

const admin = aUser();

interface Match {
  readonly similarity: number;
  readonly memory: { readonly id: string; readonly content: string; readonly agent: { readonly id: string } };
}

function search(clientId: string, args: Record<string, unknown>) {
  return run(
    subgraph,
    admin,
    `query ($clientId: ID!, $text: String, $vector: [Float!], $limit: Int, $minSimilarity: Float,
        $filter: AgentMemoryFilter, $exact: Boolean) {
      searchMemory(clientId: $clientId, text: $text, vector: $vector, limit: $limit, minSimilarity: $minSimilarity,
        filter: $filter, exact: $exact) { similarity memory { id content agent { id } } } }`,
    { clientId, ...args },
  );
}

async function found(clientId: string, args: Record<string, unknown>): Promise<Match[]> {
  const { data, errors } = await search(clientId, args);
  expect(errors).toBeUndefined();
  return data?.searchMemory as Match[];
}

const contents = (matches: readonly Match[]): string[] => matches.map(({ memory }) => memory.content);

async function anAgent(clientId: string): Promise<string> {
  const { data, errors } = await run(
    subgraph,
    admin,
    `mutation { createAgentInstance(clientId: "${clientId}",
      input: { definitionId: "01930001-0000-7000-8000-000000000001", name: "A" }) { id } }`,
  );
  expect(errors).toBeUndefined();
  return (data?.createAgentInstance as { id: string }).id;
}

/** Stores memories, all in one request. */
async function remember(clientId: string, agent: string, inputs: readonly Record<string, unknown>[]) {
  const parameters = inputs.map((_, index) => `$m${index}: CreateAgentMemoryInput!`).join(', ');
  const fields = inputs.map(
    (_, index) =>
      `m${index}: createAgentMemory(clientId: "${clientId}", agentInstanceId: "${agent}", input: $m${index}) { id }`,
  );
  const variables = Object.fromEntries(inputs.map((input, index) => [`m${index}`, input]));
  const { errors } = await run(
    subgraph,
    admin,
    `mutation (${parameters}) { ${fields.join('\n')} }`,
    variables,
  );
  expect(errors).toBeUndefined();
}

describe('a search of a few memories', () => {
  let client: string;
  let first: string;
  let second: string;
  beforeAll(async () => {
    client = await aClient(subgraph, admin);
    [first, second] = [await anAgent(client), await anAgent(client)];
    await remember(client, first, [
      { content: 'The invoice of March is unpaid', metadata: { topic: 'money', year: 2026 } },
      { content: 'The customer likes green tea', memoryType: 'PREFERENCE', metadata: { topic: 'taste' } },
    ]);
    await remember(client, second, [
      { content: 'Unpaid invoices are sent again', memoryType: 'EPISODE', metadata: { topic: 'money' } },
    ]);
  });

  test('by text finds the nearest first, with the agents they belong to', async () => {
    const [best, next, last, ...rest] = await found(client, { text: 'invoice of March' });
    expect(rest).toEqual([]);
    expect(best?.memory).toMatchObject({ content: 'The invoice of March is unpaid', agent: { id: first } });
    expect(best?.similarity).toBeGreaterThan(next?.similarity ?? 1);
    expect(next?.similarity).toBeGreaterThanOrEqual(last?.similarity ?? 1);
  });

  test('by the vector of a text finds the same', async () => {
    const [vector] = await featureHashing.embed(['green tea']);
    expect(await found(client, { vector })).toEqual(await found(client, { text: 'green tea' }));
  });

  test.each([
    ['an agent', () => ({ agentInstanceId: { eq: second } }), ['Unpaid invoices are sent again']],
    ['a kind', () => ({ memoryType: { eq: 'PREFERENCE' } }), ['The customer likes green tea']],
    [
      'metadata',
      () => ({ metadata: { contains: { topic: 'money', year: 2026 } } }),
      ['The invoice of March is unpaid'],
    ],
    ['a part of the content', () => ({ content: { contains: 'green' } }), ['The customer likes green tea']],
    ['what nothing has', () => ({ metadata: { contains: { topic: 'none' } } }), []],
  ])('keeps to %s', async (_, filter, expected) => {
    expect(contents(await found(client, { text: 'unpaid invoices', filter: filter() }))).toEqual(expected);
  });

  test('leaves out what is less similar than the floor', async () => {
    const [best, next] = await found(client, { text: 'unpaid invoices' });
    const floor = ((best?.similarity ?? 0) + (next?.similarity ?? 0)) / 2;
    expect(await found(client, { text: 'unpaid invoices', minSimilarity: floor })).toEqual([best]);
    expect(await found(client, { text: 'unpaid invoices', minSimilarity: 1 })).toEqual([]);
    expect(await found(client, { text: 'unpaid invoices', minSimilarity: -1 })).toHaveLength(3);
  });

  test('finds as many as the limit, and none in a client that has none', async () => {
    expect(await found(client, { text: 'invoice', limit: 1 })).toHaveLength(1);
    expect(await found(await aClient(subgraph, admin), { text: 'invoice' })).toEqual([]);
  });

  test.each([
    ['neither text nor vector', {}],
    ['both', { text: 'a', vector: Array.from({ length: embeddingDimensions }, () => 1) }],
    ['an empty text', { text: ' ' }],
    ['a vector of another length', { vector: [1, 2] }],
    ['a vector of zeros', { vector: Array.from({ length: embeddingDimensions }, () => 0) }],
    ['a limit of 0', { text: 'a', limit: 0 }],
    ['a limit of 101', { text: 'a', limit: 101 }],
    ['a floor above 1', { text: 'a', minSimilarity: 1.1 }],
    ['a floor below -1', { text: 'a', minSimilarity: -1.1 }],
    ['an agent that is no UUID', { text: 'a', filter: { agentInstanceId: { eq: 'x' } } }],
  ])('with %s is refused', async (_, args) => {
    expect(codes(await search(client, args))).toEqual(['BAD_USER_INPUT']);
  });

  test('of a client that is not there is refused', async () => {
    expect(codes(await search('nobody_has_this', { text: 'a' }))).toEqual(['NOT_FOUND']);
  });
});

describe('a search of a few hundred memories', () => {
  const topics = ['invoice', 'weather', 'garden', 'engine', 'music', 'harbour', 'bread', 'mountain'];
  const content = (index: number): string =>
    `${topics[index % 8] ?? ''} note ${index} with ${topics[(index * 3 + 1) % 8] ?? ''} and word${index % 25}`;
  let client: string;
  beforeAll(async () => {
    client = await aClient(subgraph, admin);
    const agent = await anAgent(client);
    for (const part of [0, 1]) {
      await remember(
        client,
        agent,
        Array.from({ length: 100 }, (_, index) => ({ content: content(part * 100 + index) })),
      );
    }
  });

  test('finds by the index nearly all that comparing every memory finds', async () => {
    let shared = 0;
    for (let index = 0; index < 12; index += 1) {
      const text = content(index * 13);
      const exact = await found(client, { text, exact: true });
      const near = await found(client, { text });
      expect(exact).toHaveLength(10);
      expect(near).toHaveLength(10);
      expect(near[0]?.memory.content).toBe(text);
      // By their similarity: of memories that are equally near either may be found.
      const floor = (exact.at(-1)?.similarity ?? 1) - 1e-6;
      shared += near.filter(({ similarity }) => similarity >= floor).length;
    }
    expect(shared).toBeGreaterThanOrEqual(114);
  });

  test.each([40, 41, 100])('finds %i where so many are asked for', async (limit) => {
    const matches = await found(client, { text: 'harbour', limit });
    expect(matches).toHaveLength(limit);
    const similarities = matches.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
  });

  test('finds every memory that the filter lets through, however far it is', async () => {
    const filter = { content: { contains: 'word7' } };
    expect(await found(client, { text: 'mountain bread', filter, limit: 40 })).toHaveLength(8);
  });
});

test('a search by text finds its model’s memories behind nearer ones of other models', async () => {
  const client = await aClient(subgraph, admin);
  const agent = await anAgent(client);
  const [vector] = await featureHashing.embed(['green tea']);
  const foreign = { content: 'Foreign', vector, embeddingModel: 'another' };
  for (let part = 0; part < 2; part += 1) {
    await remember(
      client,
      agent,
      Array.from({ length: 50 }, () => foreign),
    );
  }
  await remember(client, agent, [{ content: 'Green tea is liked' }, { content: 'Black coffee is not' }]);
  const matches = await found(client, { text: 'green tea' });
  expect(contents(matches)).toEqual(['Green tea is liked', 'Black coffee is not']);
});
