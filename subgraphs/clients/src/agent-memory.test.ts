import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { embeddingDimensions } from './embedder/index.ts';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
let client: string;
let agent: string;
beforeAll(async () => {
  client = await aClient(subgraph, admin);
  const { data } = await mutate(
    `createAgentInstance(clientId: "${client}", input: { definitionId: "01930001-0000-7000-8000-000000000001", name: "A" }) { id }`,
  );
  agent = (data?.createAgentInstance as { id: string }).id;
});

const mutate = (source: string, who = admin) => run(subgraph, who, `mutation { ${source} }`);

function create(input: Record<string, unknown> = {}, key?: string, who = admin, agentInstanceId = agent) {
  return run(
    subgraph,
    who,
    `mutation ($client: ID!, $agent: ID!, $input: CreateAgentMemoryInput!, $key: String) {
      createAgentMemory(clientId: $client, agentInstanceId: $agent, input: $input, idempotencyKey: $key) {
        id content memoryType embeddingModel metadata importance accessCount lastAccessedAt agent { id } } }`,
    { client, agent: agentInstanceId, input: { content: 'The sky is blue', ...input }, key },
  );
}

async function aMemory(input: Record<string, unknown> = {}): Promise<string> {
  const { data, errors } = await create(input);
  expect(errors).toBeUndefined();
  return (data?.createAgentMemory as { id: string }).id;
}

async function read(id: string): Promise<unknown> {
  const fields = 'content memoryType embeddingModel metadata importance accessCount lastAccessedAt';
  const { data } = await run(
    subgraph,
    admin,
    `{ agentMemory(clientId: "${client}", id: "${id}") { ${fields} } }`,
  );
  return data?.agentMemory;
}

async function countMemories(): Promise<unknown> {
  const { data } = await run(
    subgraph,
    admin,
    `{ agentInstance(clientId: "${client}", id: "${agent}") { memories { totalCount } } }`,
  );
  return data?.agentInstance;
}

/** How near a memory is to a text, as `searchMemory` says. */
async function similarity(id: string, text: string): Promise<number> {
  const { data } = await run(
    subgraph,
    admin,
    `{ searchMemory(clientId: "${client}", text: "${text}", filter: { id: { eq: "${id}" } }) { similarity } }`,
  );
  return (data?.searchMemory as { similarity: number }[])[0]?.similarity ?? NaN;
}

const aVector = (first = 1): number[] =>
  Array.from({ length: embeddingDimensions }, (_, i) => (i ? 0 : first));

describe('a memory', () => {
  test('is embedded from its content, with the kinds and weights that are not said', async () => {
    const { data } = await create();
    const memory = data?.createAgentMemory as { id: string };
    expect(memory).toMatchObject({
      content: 'The sky is blue',
      memoryType: 'FACT',
      embeddingModel: 'feature-hashing-1536',
      metadata: {},
      importance: 0.5,
      accessCount: 0,
      lastAccessedAt: null,
      agent: { id: agent },
    });
    expect(await similarity(memory.id, 'The sky is blue')).toBeCloseTo(1, 5);
  });

  test('takes a vector that is given, with its model', async () => {
    const input = { vector: aVector(), embeddingModel: 'mine', memoryType: 'EPISODE', importance: 1 };
    const { data } = await create({ ...input, metadata: { a: [1, null] } });
    const stored = {
      embeddingModel: 'mine',
      memoryType: 'EPISODE',
      importance: 1,
      metadata: { a: [1, null] },
    };
    expect(data?.createAgentMemory).toMatchObject(stored);
  });

  test('is made once for one idempotency key', async () => {
    const first = await create({}, 'once');
    expect(first.errors).toBeUndefined();
    expect(await create({}, 'once')).toEqual(first);
  });

  test.each([
    ['no content', { content: ' ' }],
    ['20,001 characters', { content: 'x'.repeat(20_001) }],
    ['a vector of another length', { vector: [1, 2, 3], embeddingModel: 'mine' }],
    ['a vector of nothing but zeros', { vector: aVector(0), embeddingModel: 'mine' }],
    ['a vector without its model', { vector: aVector() }],
    ['a model without a vector', { embeddingModel: 'mine' }],
    ['a model that has no name', { vector: aVector(), embeddingModel: '' }],
    ['a weight above 1', { importance: 1.01 }],
    ['a weight below 0', { importance: -0.01 }],
    ['metadata that is no object', { metadata: 'x' }],
    ['a character that Postgres has not', { content: 'a\u0000b' }],
  ])('with %s is refused, and nothing is written', async (_, input) => {
    const before = await countMemories();
    expect(codes(await create(input))).toEqual(['BAD_USER_INPUT']);
    expect(await countMemories()).toEqual(before);
  });

  test.each([newId(), 'nonsense'])('of the agent %s, which is not there, is refused', async (id) => {
    expect(codes(await create({}, undefined, admin, id))).toEqual(['NOT_FOUND']);
  });

  test('is written by a tenant’s client, and not by a user', async () => {
    const { tenantId } = admin;
    expect((await create({}, undefined, aUser({ tenantId, role: 'client' }))).errors).toBeUndefined();
    expect(codes(await create({}, undefined, aUser({ tenantId, role: 'user' })))).toEqual(['FORBIDDEN']);
  });
});

describe('a change of a memory', () => {
  const update = (id: string, input: string, who = admin) =>
    mutate(
      `updateAgentMemory(clientId: "${client}", id: "${id}", input: ${input}) { content embeddingModel importance metadata }`,
      who,
    );

  test('of the content makes a new embedding', async () => {
    const id = await aMemory({ vector: aVector(), embeddingModel: 'mine' });
    const { data } = await update(id, '{ content: "Rain falls tomorrow" }');
    const embeddingModel = 'feature-hashing-1536';
    expect(data?.updateAgentMemory).toMatchObject({ content: 'Rain falls tomorrow', embeddingModel });
    expect(await similarity(id, 'Rain falls tomorrow')).toBeCloseTo(1, 5);
  });

  test('of all else leaves the embedding and its model', async () => {
    const id = await aMemory({ vector: aVector(), embeddingModel: 'mine', metadata: { a: 1 } });
    const { data } = await update(id, '{ importance: 0.25 }');
    const kept = { content: 'The sky is blue', embeddingModel: 'mine', importance: 0.25, metadata: { a: 1 } };
    expect(data?.updateAgentMemory).toEqual(kept);
  });

  test('and another of another property, at once, are both kept', async () => {
    const id = await aMemory();
    await Promise.all([
      update(id, '{ importance: 0.75 }'),
      update(id, '{ content: "All" }'),
      update(id, '{ memoryType: SUMMARY }'),
      update(id, '{ metadata: { a: 1 } }'),
    ]);
    const all = { content: 'All', importance: 0.75, memoryType: 'SUMMARY', metadata: { a: 1 } };
    expect(await read(id)).toMatchObject(all);
  });

  test.each(['{ content: "" }', '{ importance: 2 }', '{ metadata: 1 }', '{ content: null }'])(
    '%s is refused, and nothing is written',
    async (input) => {
      const id = await aMemory();
      const before = await read(id);
      expect(codes(await update(id, input))).toEqual(['BAD_USER_INPUT']);
      expect(await read(id)).toEqual(before);
    },
  );

  test('needs a memory that is there and a caller who writes', async () => {
    const id = await aMemory();
    const user = aUser({ tenantId: admin.tenantId, role: 'user' });
    expect(codes(await update(newId(), '{ importance: 0 }'))).toEqual(['NOT_FOUND']);
    expect(codes(await update(id, '{ importance: 0 }', user))).toEqual(['FORBIDDEN']);
  });
});

describe('the uses of memories', () => {
  const record = (ids: readonly string[]) =>
    mutate(`recordMemoryAccess(clientId: "${client}", ids: ${JSON.stringify(ids)})`);

  test('are counted, of many at once too', async () => {
    const [one, two] = [await aMemory(), await aMemory()];
    expect((await record([one, two, newId()])).data).toEqual({ recordMemoryAccess: 2 });
    await Promise.all([record([one]), record([one])]);
    expect(await read(one)).toMatchObject({ accessCount: 3, lastAccessedAt: expect.any(String) });
    expect(await read(two)).toMatchObject({ accessCount: 1 });
  });

  test('are refused for ids that are no UUIDs, and for more than 200', async () => {
    const id = await aMemory();
    expect(codes(await record([id, 'x']))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await record(Array.from({ length: 201 }, () => id)))).toEqual(['BAD_USER_INPUT']);
    expect(await read(id)).toMatchObject({ accessCount: 0 });
  });
});

test('a deleted memory is gone, and cannot be deleted again', async () => {
  const id = await aMemory();
  const remove = `deleteAgentMemory(clientId: "${client}", id: "${id}")`;
  expect(codes(await mutate(remove, aUser({ tenantId: admin.tenantId, role: 'user' })))).toEqual([
    'FORBIDDEN',
  ]);
  expect((await mutate(remove)).data).toEqual({ deleteAgentMemory: id });
  expect(await read(id)).toBeNull();
  expect(codes(await mutate(remove))).toEqual(['NOT_FOUND']);
});
