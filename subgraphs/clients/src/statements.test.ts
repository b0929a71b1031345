import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
const definitions = ['01930001-0000-7000-8000-000000000001', '01930001-0000-7000-8000-000000000004'];
const personaTemplateId = newId();
let clients: string[];
/** Twenty agents in the first three clients. */
let agents: { __typename: string; clientId: string; id: string }[];

beforeAll(async () => {
  clients = [];
  agents = [];
  for (let index = 0; index < 5; index += 1) clients.push(await aClient(subgraph, admin));
  for (let index = 0; index < 20; index += 1) {
    const clientId = clients[index % 3] ?? '';
    const input = { definitionId: definitions[index % 2], personaTemplateId, name: `Agent ${index}` };
    const { data } = await run(
      subgraph,
      admin,
      'mutation ($c: ID!, $i: CreateAgentInstanceInput!) { createAgentInstance(clientId: $c, input: $i) { id } }',
      { c: clientId, i: input },
    );
    const { id } = data?.createAgentInstance as { id: string };
    agents.push({ __typename: 'AgentInstance', clientId, id });
    const memories = [1, 2, 3, 4].map(
      (number) =>
        `m${number}: createAgentMemory(clientId: "${clientId}", agentInstanceId: "${id}", input: { content: "Note ${number}" }) { id }`,
    );
    const { errors } = await run(subgraph, admin, `mutation { ${memories.join('\n')} }`);
    expect(errors).toBeUndefined();
  }
});

/** The tables that a query's statements read, in the order they were sent. */
async function tablesOf(query: string, variables = {}): Promise<string[]> {
  let data: unknown;
  const statements = await statementsOf(async () => {
    const result = await run(subgraph, admin, query, variables);
    expect(result.errors).toBeUndefined();
    data = result.data;
  });
  expect(data).toBeTruthy();
  return statements.map(
    ({ text }) =>
      /from\s+[^\s]*"?\.\s*"?(\w+)"?\s/i.exec(text.replace(/from unnest[^)]*\)[^)]*\)/gi, ''))?.[1] ?? text,
  );
}

const dashboard = (count: string) => `{ clients(first: 50) { ${count} edges { node { id name tier owner { id }
  agents(first: 10) { ${count} edges { node { name status definition { name } createdBy { id }
    memories(first: 3) { ${count} edges { node { content importance } } } } } } } } } }`;

describe('the dashboard', () => {
  test.each([
    ['without counts', ''],
    ['with the count of every list', 'totalCount'],
  ])('of five clients takes one statement a table, %s', async (_, count) => {
    expect(await tablesOf(dashboard(count))).toEqual([
      'clients_info',
      'agent_instances',
      'agent_definitions',
      'agent_memory',
    ]);
  });

  test('has every client, agent and memory in its place', async () => {
    const { data } = await run(subgraph, admin, dashboard('totalCount'));
    const list = data?.clients as {
      totalCount: number;
      edges: {
        node: {
          id: string;
          agents: {
            totalCount: number;
            edges: { node: { memories: { totalCount: number; edges: unknown[] } } }[];
          };
        };
      }[];
    };
    const byClient = new Map(list.edges.map(({ node }) => [node.id, node.agents]));
    expect(list.totalCount).toBe(5);
    expect(clients.map((id) => byClient.get(id)?.totalCount)).toEqual([7, 7, 6, 0, 0]);
    const memories = list.edges.flatMap(({ node }) => node.agents.edges.map((edge) => edge.node.memories));
    expect(memories).toHaveLength(20);
    expect(new Set(memories.map(({ totalCount, edges }) => `${edges.length} of ${totalCount}`))).toEqual(
      new Set(['3 of 4']),
    );
  });
});

describe('entities', () => {
  const entities = (selection: string) =>
    `query ($all: [_Any!]!) { _entities(representations: $all) { ${selection} } }`;

  test('of twenty agents in three clients take the registry’s statement and one more', async () => {
    const query = entities('... on AgentInstance { name status }');
    expect(await tablesOf(query, { all: agents })).toEqual(['clients_info', 'agent_instances']);
  });

  test('come in the order they were asked for, twice when asked twice, and null where there is none', async () => {
    const asked = [...agents.toReversed(), ...agents.slice(0, 2)];
    const missing = { __typename: 'AgentInstance', clientId: clients[0], id: newId() };
    const { data } = await run(subgraph, admin, entities('... on AgentInstance { clientId id }'), {
      all: [missing, ...asked],
    });
    expect(data?._entities).toEqual([null, ...asked.map(({ clientId, id }) => ({ clientId, id }))]);
  });

  test('of a user and a persona take one statement for the agents of each, after the registry’s', async () => {
    const all = [
      { __typename: 'User', id: admin.userId },
      { __typename: 'User', id: newId() },
      { __typename: 'PersonaTemplate', id: personaTemplateId },
    ];
    const agentsOf = '{ agentInstances(first: 5) { totalCount edges { node { name } } } }';
    const query = entities(`... on User ${agentsOf} ... on PersonaTemplate ${agentsOf}`);
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, admin, query, { all });
      const totals = (data?._entities as { agentInstances: { totalCount: number } }[]).map(
        ({ agentInstances }) => agentInstances.totalCount,
      );
      expect(totals).toEqual([20, 0, 20]);
    });
    expect(statements).toHaveLength(3);
  });
});

test.each([
  [
    'one agent and its client',
    2,
    () =>
      `{ agentInstance(clientId: "${clients[0] ?? ''}", id: "${agents[0]?.id ?? ''}") { name client { name } } }`,
  ],
  [
    'the agents of all clients',
    2,
    () => '{ agentInstances(first: 50) { totalCount edges { node { name client { name } } } } }',
  ],
  [
    'a search, with the agents of what it finds',
    3,
    () => `{ searchMemory(clientId: "${clients[0] ?? ''}", text: "note") { memory { agent { name } } } }`,
  ],
  [
    'every list of every client',
    6,
    () =>
      '{ clients { edges { node { agents { totalCount } projects { totalCount } executions { totalCount } usage { totalCount } orchestratorStates { totalCount } } } } }',
  ],
])('%s: %i statements', async (_, count, query) => {
  const statements = await statementsOf(async () => {
    expect((await run(subgraph, admin, query())).errors).toBeUndefined();
  });
  expect(statements).toHaveLength(count);
});
