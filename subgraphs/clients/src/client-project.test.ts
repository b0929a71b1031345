import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
let client: string;
beforeAll(async () => {
  client = await aClient(subgraph, admin);
});

const mutate = (source: string, who = admin) => run(subgraph, who, `mutation { ${source} }`);
const fields = '{ id name description status createdBy { id } client { id } }';
const create = (input: string, key = newId()) =>
  mutate(`createClientProject(clientId: "${client}", input: ${input}, idempotencyKey: "${key}") ${fields}`);
const update = (id: string, input: string) =>
  mutate(`updateClientProject(clientId: "${client}", id: "${id}", input: ${input}) ${fields}`);

async function aProject(): Promise<{ id: string }> {
  const { data, errors } = await create('{ name: "Launch", description: "Soon" }');
  expect(errors).toBeUndefined();
  return data?.createClientProject as { id: string };
}

async function read(id: string): Promise<unknown> {
  const { data } = await run(
    subgraph,
    admin,
    `{ clientProject(clientId: "${client}", id: "${id}") ${fields} }`,
  );
  return data?.clientProject;
}

describe('a project', () => {
  test('begins active, made by the caller', async () => {
    const project = await aProject();
    expect(project).toMatchObject({
      name: 'Launch',
      description: 'Soon',
      status: 'ACTIVE',
      createdBy: { id: admin.userId },
      client: { id: client },
    });
    expect(await read(project.id)).toEqual(project);
  });

  test('is made once for one idempotency key', async () => {
    const first = await create('{ name: "A" }', 'once');
    expect(await create('{ name: "A" }', 'once')).toEqual(first);
  });

  test('keeps what a change does not name', async () => {
    const project = await aProject();
    const { data } = await update(project.id, '{ status: ON_HOLD, description: null }');
    expect(data?.updateClientProject).toEqual({ ...project, status: 'ON_HOLD', description: null });
  });

  test.each([
    '{ name: "" }',
    '{ name: null }',
    '{ status: null }',
    '{ description: "' + 'x'.repeat(10_001) + '" }',
  ])('refuses a change, and changes nothing: %.30s', async (input) => {
    const project = await aProject();
    expect(codes(await update(project.id, input))).toEqual(['BAD_USER_INPUT']);
    expect(await read(project.id)).toEqual(project);
  });

  test('is found by the client’s list and its filter', async () => {
    const { data } = await create(`{ name: "Found ${client}", status: COMPLETED }`);
    const list = await run(
      subgraph,
      admin,
      `{ client(id: "${client}") { projects(filter: { name: { startsWith: "Found" }, status: { eq: COMPLETED } }) {
        totalCount edges { node ${fields} } } } }`,
    );
    const projects = { totalCount: 1, edges: [{ node: data?.createClientProject }] };
    expect(list.data?.client).toEqual({ projects });
  });

  test('that is deleted leaves its executions, without a project', async () => {
    const { id } = await aProject();
    const agent = await mutate(
      `createAgentInstance(clientId: "${client}", input: { definitionId: "01930001-0000-7000-8000-000000000001", name: "A" }) { id }`,
    );
    const { id: agentId } = agent.data?.createAgentInstance as { id: string };
    const queued = await mutate(
      `queueWorkflowExecution(clientId: "${client}", input: { agentInstanceId: "${agentId}", projectId: "${id}", workflowName: "w" }) { id }`,
    );
    const { id: execution } = queued.data?.queueWorkflowExecution as { id: string };
    const executions = `{ clientProject(clientId: "${client}", id: "${id}") { executions { edges { node { id } } } } }`;
    const before = await run(subgraph, admin, executions);
    expect(before.data?.clientProject).toEqual({ executions: { edges: [{ node: { id: execution } }] } });
    const remove = `deleteClientProject(clientId: "${client}", id: "${id}")`;
    expect((await mutate(remove)).data).toEqual({ deleteClientProject: id });
    expect(await read(id)).toBeNull();
    const { data } = await run(
      subgraph,
      admin,
      `{ workflowExecution(clientId: "${client}", id: "${execution}") { project { id } } }`,
    );
    expect(data).toEqual({ workflowExecution: { project: null } });
    expect(codes(await mutate(remove))).toEqual(['NOT_FOUND']);
  });

  test('is not written by the role user', async () => {
    const project = await aProject();
    const user = aUser({ tenantId: admin.tenantId, role: 'user' });
    expect(
      codes(await mutate(`deleteClientProject(clientId: "${client}", id: "${project.id}")`, user)),
    ).toEqual(['FORBIDDEN']);
    expect(await read(project.id)).toEqual(project);
  });
});
