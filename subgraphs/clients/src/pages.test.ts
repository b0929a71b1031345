import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>>;
}

/** How a list is read: what stands around it, its name, its order. */
interface Walk {
  readonly around: (list: string) => string;
  readonly list: string;
  readonly field: string;
  readonly direction: string;
}

/** One page; `position` has what `first: 3, after: "…"` has. */
async function page({ around, list, field, direction }: Walk, position: string): Promise<Page> {
  const order = `orderBy: { field: ${field}, direction: ${direction} }`;
  const source = around(
    `${list}(${position}, ${order}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage } }`,
  );
  const { data, errors } = await run(subgraph, admin, `{ ${source} }`);
  expect(errors).toBeUndefined();
  // The list itself, or what it is a list of.
  const top = Object.values(data ?? {})[0] as Page | Record<string, Page>;
  const found = 'pageInfo' in top ? (top as Page) : top[list];
  if (!found) throw new Error(`There is no ${list}`);
  return found;
}

/** The ids of a list, read page by page from one end to the other. */
async function walk(how: Walk, size: number, backwards: boolean): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const after = cursor === undefined ? '' : `, ${backwards ? 'before' : 'after'}: "${cursor}"`;
    const { edges, pageInfo } = await page(how, `${backwards ? 'last' : 'first'}: ${size}${after}`);
    const part = edges.map(({ node }) => node.id);
    if (backwards) ids.unshift(...part);
    else ids.push(...part);
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return ids;
    cursor = (backwards ? edges.at(0) : edges.at(-1))?.cursor;
  }
}

async function made(source: string): Promise<string> {
  const { data, errors } = await run(subgraph, admin, `mutation { made: ${source} { id } }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

const clients: string[] = [];
const agents: string[][] = [[], [], []];
const memories: string[] = [];

beforeAll(async () => {
  const names = ['b', 'a', 'a', 'é', 'A', 'b', 'a'];
  for (const ofClient of agents) {
    const client = await aClient(subgraph, admin);
    clients.push(client);
    for (const [index, name] of names.entries()) {
      const input = `input: { definitionId: "01930001-0000-7000-8000-000000000001", name: "${name}" }`;
      const id = await made(`createAgentInstance(clientId: "${client}", ${input})`);
      ofClient.push(id);
      const status = ['IDLE', 'RUNNING', 'PAUSED'][index % 3] ?? '';
      if (status !== 'IDLE')
        await made(`setAgentStatus(clientId: "${client}", id: "${id}", status: ${status})`);
    }
  }
  for (const importance of [0.1, 0.3, 0.1, 0.7, 0.3, 1, 0, 0.1]) {
    const input = `agentInstanceId: "${agents[0]?.[0] ?? ''}", input: { content: "c", importance: ${importance} }`;
    memories.push(await made(`createAgentMemory(clientId: "${clients[0] ?? ''}", ${input})`));
  }
});

/** Every row once, in one order, whatever the size of the pages and the way they are read. */
async function holds(
  lists: readonly (Omit<Walk, 'field' | 'direction'> & { readonly all: () => string[] })[],
  fields: readonly string[],
) {
  const property = fc.asyncProperty(
    fc.constantFrom(...lists),
    fc.constantFrom(...fields),
    fc.constantFrom('ASC', 'DESC'),
    fc.integer({ min: 2, max: 9 }),
    async ({ all, ...list }, field, direction, size) => {
      const how = { ...list, field, direction };
      const forwards = await walk(how, size, false);
      expect(forwards.toSorted()).toEqual(all().toSorted());
      expect(await walk(how, size, true)).toEqual(forwards);
      expect(await walk(how, 200, false)).toEqual(forwards);
      const other = direction === 'ASC' ? 'DESC' : 'ASC';
      expect(await walk({ ...how, direction: other }, size, false)).toEqual(forwards.toReversed());
    },
  );
  await fc.assert(property, { numRuns: 12 });
}

describe('pages hold every row once and in order, forwards and backwards,', () => {
  const ofClient = (index: number) => (list: string) => `client(id: "${clients[index] ?? ''}") { ${list} }`;
  const agentFields = ['NAME', 'STATUS', 'CREATED_AT', 'UPDATED_AT'];

  test('of a client’s agents, with names and states that are alike', async () => {
    const lists = [0, 1].map((index) => ({
      around: ofClient(index),
      list: 'agents',
      all: () => agents[index] ?? [],
    }));
    await holds(lists, agentFields);
  });

  test('of the agents of all clients', async () => {
    const list = { around: (source: string) => source, list: 'agentInstances', all: () => agents.flat() };
    await holds([list], agentFields);
  });

  test('of an agent’s memories, by weights that no binary fraction is', async () => {
    const around = (source: string) =>
      `agentInstance(clientId: "${clients[0] ?? ''}", id: "${agents[0]?.[0] ?? ''}") { ${source} }`;
    await holds([{ around, list: 'memories', all: () => memories }], ['IMPORTANCE', 'CREATED_AT']);
  });

  test('of a tenant’s clients', async () => {
    const list = { around: (source: string) => source, list: 'clients', all: () => clients };
    await holds([list], ['NAME', 'ID', 'TIER', 'STATUS', 'CREATED_AT', 'UPDATED_AT']);
  });
});

test('a filter finds a weight by the number that was written', async () => {
  const { data } = await run(
    subgraph,
    admin,
    `{ agentInstance(clientId: "${clients[0] ?? ''}", id: "${agents[0]?.[0] ?? ''}") {
      same: memories(filter: { importance: { eq: 0.1 } }) { totalCount }
      above: memories(filter: { importance: { gt: 0.3 } }) { totalCount }
      upTo: memories(filter: { importance: { lte: 0.3 } }) { totalCount } } }`,
  );
  const counts = { same: { totalCount: 3 }, above: { totalCount: 2 }, upTo: { totalCount: 6 } };
  expect(data?.agentInstance).toEqual(counts);
});

test.each([
  ['first: 201', 'first must be between 0 and 200'],
  ['first: -1', 'first must be between 0 and 200'],
  ['first: 1, last: 1', 'last must be left out where first is given'],
  ['after: "nonsense"', 'after must be a cursor that this list returned in this order'],
  ['filter: { id: { eq: "x" } }', 'filter.id.eq must be a UUID'],
])('(%s) is refused with a sentence by every list of agents', async (args, message) => {
  const list = `(${args}) { edges { cursor } }`;
  for (const source of [`agentInstances${list}`, `client(id: "${clients[0] ?? ''}") { agents${list} }`]) {
    const { errors } = await run(subgraph, admin, `{ ${source} }`);
    expect(errors?.map((error) => [error.message, error.extensions.code])).toEqual([
      [message, 'BAD_USER_INPUT'],
    ]);
  }
});
