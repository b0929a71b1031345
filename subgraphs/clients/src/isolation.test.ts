import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

/** Who has everything, and somebody of another tenant who is an admin there and has a client too. */
const owner = aUser();
const stranger = aUser();
const definition = '01930001-0000-7000-8000-000000000001';
const personaTemplateId = newId();

interface Ids extends Record<
  'client' | 'agent' | 'memory' | 'project' | 'execution' | 'usage' | 'state',
  string
> {
  /** The stranger's own. */
  readonly own: { readonly client: string; readonly agent: string };
}
let ids: Ids;

async function made(who: Identity, source: string): Promise<string> {
  const { data, errors } = await run(subgraph, who, `mutation { made: ${source} { id } }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

const period = 'periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-01-02T00:00:00Z"';
const usageOf = (agent: string) =>
  `input: { agentInstanceId: "${agent}", metric: "m", quantity: "1", unit: "u", ${period} }`;

beforeAll(async () => {
  const own = await aClient(subgraph, stranger);
  const client = await aClient(subgraph, owner);
  const input = `input: { definitionId: "${definition}", name: "A", personaTemplateId: "${personaTemplateId}" }`;
  const agent = await made(owner, `createAgentInstance(clientId: "${client}", ${input})`);
  ids = {
    client,
    agent,
    own: { client: own, agent: await made(stranger, `createAgentInstance(clientId: "${own}", ${input})`) },
    memory: await made(
      owner,
      `createAgentMemory(clientId: "${client}", agentInstanceId: "${agent}", input: { content: "secret" })`,
    ),
    project: await made(owner, `createClientProject(clientId: "${client}", input: { name: "P" })`),
    execution: await made(
      owner,
      `queueWorkflowExecution(clientId: "${client}", input: { agentInstanceId: "${agent}", workflowName: "w" })`,
    ),
    usage: await made(owner, `recordUsage(clientId: "${client}", ${usageOf(agent)})`),
    state: await made(
      owner,
      `saveOrchestratorState(clientId: "${client}", workflowId: "w", input: { status: RUNNING, state: {} })`,
    ),
  };
});

/** Every read of one thing or of a client's things. */
const reads: [string, (given: Ids) => string][] = [
  ['client', ({ client }) => `client(id: "${client}") { id }`],
  ['agentInstance', ({ client, agent }) => `agentInstance(clientId: "${client}", id: "${agent}") { id }`],
  ['agentMemory', ({ client, memory }) => `agentMemory(clientId: "${client}", id: "${memory}") { id }`],
  ['clientProject', ({ client, project }) => `clientProject(clientId: "${client}", id: "${project}") { id }`],
  [
    'workflowExecution',
    ({ client, execution }) => `workflowExecution(clientId: "${client}", id: "${execution}") { id }`,
  ],
  ['usageRecord', ({ client, usage }) => `usageRecord(clientId: "${client}", id: "${usage}") { id }`],
  ['orchestratorState', ({ state }) => `orchestratorState(id: "${state}") { id }`],
];

/** Every list of the whole graph, asked for the owner's rows. */
const lists: [string, (given: Ids) => string][] = [
  ['clients', ({ client }) => `clients(filter: { id: { eq: "${client}" } })`],
  ['clients', () => `clients(filter: { tenantId: { eq: "${owner.tenantId ?? ''}" } })`],
  ['clients', () => `clients(filter: { not: { tenantId: { eq: "${stranger.tenantId ?? ''}" } } })`],
  ['agentInstances', ({ agent }) => `agentInstances(filter: { id: { eq: "${agent}" } })`],
  ['agentInstances', () => `agentInstances(filter: { createdBy: { eq: "${owner.userId}" } })`],
  ['orchestratorStates', ({ client }) => `orchestratorStates(filter: { clientId: { eq: "${client}" } })`],
  ['orchestratorStates', () => 'orchestratorStates'],
];

describe('another tenant', () => {
  test.each(reads)('does not see the owner’s %s by its id, which the owner does', async (field, query) => {
    expect((await run(subgraph, stranger, `{ ${query(ids)} }`)).data).toEqual({ [field]: null });
    expect((await run(subgraph, owner, `{ ${query(ids)} }`)).data).toEqual({
      [field]: { id: expect.any(String) },
    });
  });

  test.each(lists)('finds none of the owner’s in %s', async (field, list) => {
    const query = `{ ${list(ids)} { totalCount edges { node { id } } } }`;
    expect((await run(subgraph, stranger, query)).data).toEqual({ [field]: { totalCount: 0, edges: [] } });
  });

  test('gains nothing by a cursor of the owner’s list', async () => {
    const { data } = await run(subgraph, owner, '{ agentInstances { edges { cursor } } }');
    const cursor = (data?.agentInstances as { edges: { cursor: string }[] }).edges[0]?.cursor ?? '';
    for (const page of [`after: "${cursor}"`, `before: "${cursor}"`]) {
      const seen = await run(
        subgraph,
        stranger,
        `{ agentInstances(${page}) { edges { node { clientId } } } }`,
      );
      expect(seen.errors).toBeUndefined();
      expect(JSON.stringify(seen.data)).not.toContain(ids.client);
    }
  });

  test('gets no entity of the owner’s, even under the own client’s id', async () => {
    const { client, own } = ids;
    const owned = [
      ['AgentInstance', ids.agent],
      ['AgentMemory', ids.memory],
      ['ClientProject', ids.project],
      ['WorkflowExecution', ids.execution],
      ['UsageRecord', ids.usage],
    ].flatMap(([name, id]) => [client, own.client].map((clientId) => ({ __typename: name, clientId, id })));
    const representations = [
      { __typename: 'Client', id: client },
      { __typename: 'OrchestratorState', id: ids.state },
      ...owned,
    ];
    const query = 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }';
    const { data, errors } = await run(subgraph, stranger, query, { all: representations });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ _entities: representations.map(() => null) });
  });

  test('sees the own agents alone of a persona that both use, and none of the owner’s as a user', async () => {
    const { data } = await run(
      subgraph,
      stranger,
      `query ($all: [_Any!]!) { _entities(representations: $all) {
        ... on PersonaTemplate { agentInstances { totalCount edges { node { id } } } }
        ... on User { agentInstances { totalCount edges { node { id } } } clients { totalCount } } } }`,
      {
        all: [
          { __typename: 'PersonaTemplate', id: personaTemplateId },
          { __typename: 'User', id: owner.userId },
        ],
      },
    );
    expect(data?._entities).toEqual([
      { agentInstances: { totalCount: 1, edges: [{ node: { id: ids.own.agent } }] } },
      { agentInstances: { totalCount: 0, edges: [] }, clients: { totalCount: 0 } },
    ]);
  });

  test('does not search the owner’s memories', async () => {
    const search = (clientId: string) =>
      run(
        subgraph,
        stranger,
        `{ searchMemory(clientId: "${clientId}", text: "secret") { memory { content } } }`,
      );
    expect(codes(await search(ids.client))).toEqual(['NOT_FOUND']);
    expect((await search(ids.own.client)).data).toEqual({ searchMemory: [] });
  });
});
