import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '@cdx/kit';
import { codes, mutationsOfCallers, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

/** Who has everything, and somebody of another tenant who is an admin there and has a client too. */
const owner = aUser();
const stranger = aUser();
const definition = '01930001-0000-7000-8000-000000000001';

interface Ids extends Record<'client' | 'agent' | 'memory' | 'project' | 'execution', string> {
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
  const input = `input: { definitionId: "${definition}", name: "A" }`;
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
  };
  const workflow = `workflowId: "w", input: { status: RUNNING, state: {} }`;
  await made(owner, `saveOrchestratorState(clientId: "${client}", ${workflow})`);
});

/** Every write into a client. */
const writes: [string, (given: Ids) => string][] = [
  ['updateClient', ({ client }) => `updateClient(id: "${client}", input: { name: "x" }) { id }`],
  ['suspendClient', ({ client }) => `suspendClient(id: "${client}") { id }`],
  ['activateClient', ({ client }) => `activateClient(id: "${client}") { id }`],
  ['archiveClient', ({ client }) => `archiveClient(id: "${client}") { id }`],
  [
    'createAgentInstance',
    ({ client }) =>
      `createAgentInstance(clientId: "${client}", input: { definitionId: "${definition}", name: "x" }) { id }`,
  ],
  [
    'updateAgentInstance',
    ({ client, agent }) =>
      `updateAgentInstance(clientId: "${client}", id: "${agent}", input: { name: "x" }) { id }`,
  ],
  [
    'setAgentStatus',
    ({ client, agent }) => `setAgentStatus(clientId: "${client}", id: "${agent}", status: PAUSED) { id }`,
  ],
  [
    'deleteAgentInstance',
    ({ client, agent }) => `deleteAgentInstance(clientId: "${client}", id: "${agent}")`,
  ],
  [
    'createAgentMemory',
    ({ client, agent }) =>
      `createAgentMemory(clientId: "${client}", agentInstanceId: "${agent}", input: { content: "x" }) { id }`,
  ],
  [
    'updateAgentMemory',
    ({ client, memory }) =>
      `updateAgentMemory(clientId: "${client}", id: "${memory}", input: { content: "x" }) { id }`,
  ],
  ['deleteAgentMemory', ({ client, memory }) => `deleteAgentMemory(clientId: "${client}", id: "${memory}")`],
  [
    'recordMemoryAccess',
    ({ client, memory }) => `recordMemoryAccess(clientId: "${client}", ids: ["${memory}"])`,
  ],
  [
    'createClientProject',
    ({ client }) => `createClientProject(clientId: "${client}", input: { name: "x" }) { id }`,
  ],
  [
    'updateClientProject',
    ({ client, project }) =>
      `updateClientProject(clientId: "${client}", id: "${project}", input: { name: "x" }) { id }`,
  ],
  [
    'deleteClientProject',
    ({ client, project }) => `deleteClientProject(clientId: "${client}", id: "${project}")`,
  ],
  [
    'queueWorkflowExecution',
    ({ client, agent }) =>
      `queueWorkflowExecution(clientId: "${client}", input: { agentInstanceId: "${agent}", workflowName: "x" }) { id }`,
  ],
  [
    'startWorkflowExecution',
    ({ client, execution }) => `startWorkflowExecution(clientId: "${client}", id: "${execution}") { id }`,
  ],
  [
    'finishWorkflowExecution',
    ({ client, execution }) => `finishWorkflowExecution(clientId: "${client}", id: "${execution}") { id }`,
  ],
  [
    'cancelWorkflowExecution',
    ({ client, execution }) => `cancelWorkflowExecution(clientId: "${client}", id: "${execution}") { id }`,
  ],
  ['recordUsage', ({ client, agent }) => `recordUsage(clientId: "${client}", ${usageOf(agent)}) { id }`],
  [
    'saveOrchestratorState',
    ({ client }) =>
      `saveOrchestratorState(clientId: "${client}", workflowId: "w", input: { status: FAILED, state: {}, expectedVersion: 1 }) { id }`,
  ],
];

/** All that the owner has, as the owner sees it. */
async function everything(): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    owner,
    `{ clients { edges { node { id name status updatedAt projects { edges { node { id name updatedAt } } }
      agents { edges { node { id name status updatedAt memories { edges { node { id content accessCount } } } } } }
      executions { edges { node { id status } } } usage { edges { node { id } } }
      orchestratorStates { edges { node { id version updatedAt } } } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data;
}

describe('another tenant', () => {
  test.each(writes)('writes nothing of the owner’s by %s', async (_, write) => {
    const before = await everything();
    expect(codes(await run(subgraph, stranger, `mutation { ${write(ids)} }`))).toEqual(['NOT_FOUND']);
    expect(await everything()).toEqual(before);
  });

  test('brings nothing of the owner’s into the own client', async () => {
    const own = (source: (given: Ids) => string) =>
      `mutation { ${source({ ...ids, client: ids.own.client })} }`;
    const before = await everything();
    // With the own client's id before the owner's ids every write finds nothing there, or does nothing.
    for (const [name, write] of writes.filter(([, source]) =>
      /, (id|agentInstanceId|input: \{ agentInstanceId): /.test(source(ids)),
    )) {
      expect([name, codes(await run(subgraph, stranger, own(write)))]).toEqual([name, ['NOT_FOUND']]);
    }
    const queue = `queueWorkflowExecution(clientId: "${ids.own.client}", input: {
      agentInstanceId: "${ids.own.agent}", projectId: "${ids.project}", workflowName: "x" }) { id }`;
    expect(codes(await run(subgraph, stranger, `mutation { ${queue} }`))).toEqual(['NOT_FOUND']);
    const access = `recordMemoryAccess(clientId: "${ids.own.client}", ids: ["${ids.memory}"])`;
    expect((await run(subgraph, stranger, `mutation { ${access} }`)).data).toEqual({ recordMemoryAccess: 0 });
    expect(await everything()).toEqual(before);
  });

  test('has been tried with every mutation that writes into a client', () => {
    const others = ['provisionClient', 'deleteClient', 'createAgentDefinition', 'updateAgentDefinition'];
    const mutations = mutationsOfCallers(subgraph);
    expect([...writes.map(([name]) => name), ...others].toSorted()).toEqual(mutations.toSorted());
  });
});
