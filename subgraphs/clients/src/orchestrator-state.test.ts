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

function save(workflowId: string, input: Record<string, unknown> = {}, who = admin) {
  return run(
    subgraph,
    who,
    `mutation ($client: ID!, $workflowId: String!, $input: SaveOrchestratorStateInput!) {
      saveOrchestratorState(clientId: $client, workflowId: $workflowId, input: $input) {
        id workflowId status currentStep state version client { id } } }`,
    { client, workflowId, input: { status: 'RUNNING', state: { step: 1 }, ...input } },
  );
}

async function read(workflowId: string): Promise<unknown> {
  const { data } = await run(
    subgraph,
    admin,
    `query ($id: StringFilter) { client(id: "${client}") {
      orchestratorStates(filter: { workflowId: $id }) { edges { node { status currentStep state version } } } } }`,
    { id: { eq: workflowId } },
  );
  return (data?.client as { orchestratorStates: unknown }).orchestratorStates;
}

const only = (node: Record<string, unknown>) => ({ edges: [{ node }] });

describe('the state of a workflow', () => {
  test('begins at version 1 and counts up', async () => {
    const { data } = await save('a', { currentStep: 'first' });
    const first = {
      workflowId: 'a',
      status: 'RUNNING',
      currentStep: 'first',
      state: { step: 1 },
      version: 1,
    };
    expect(data?.saveOrchestratorState).toMatchObject({ ...first, client: { id: client } });
    const next = await save('a', { expectedVersion: 1, status: 'WAITING', state: { step: 2 } });
    const second = { status: 'WAITING', currentStep: null, state: { step: 2 }, version: 2 };
    expect(next.data?.saveOrchestratorState).toMatchObject(second);
    expect(await read('a')).toEqual(only(second));
  });

  test.each([
    ['an old version', 1, 'at version 2, not 1'],
    ['a version that is not there yet', 3, 'at version 2, not 3'],
    ['no version', undefined, 'at version 2, not new'],
  ])('is not overwritten from %s', async (name, expectedVersion, message) => {
    await save(name);
    await save(name, { expectedVersion: 1 });
    const result = await save(name, { expectedVersion, state: { lost: true } });
    expect(codes(result)).toEqual(['CONFLICT']);
    expect(result.errors?.[0]?.message).toContain(message);
    expect(await read(name)).toEqual(
      only({ status: 'RUNNING', currentStep: null, state: { step: 1 }, version: 2 }),
    );
  });

  test('that is not there yet has no version to expect', async () => {
    const result = await save('none', { expectedVersion: 1 });
    expect(codes(result)).toEqual(['CONFLICT']);
    expect(await read('none')).toEqual({ edges: [] });
  });

  test.each([
    ['first saves', undefined, 1],
    ['later saves', 1, 2],
  ])('lets exactly one of many %s at once win', async (name, expectedVersion, version) => {
    if (expectedVersion !== undefined) await save(name);
    const writers = [1, 2, 3, 4].map((writer) => save(name, { expectedVersion, state: { writer } }));
    const results = await Promise.all(writers);
    expect(results.flatMap(codes)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
    const winner = results.findIndex(({ errors }) => !errors) + 1;
    expect(await read(name)).toMatchObject(only({ state: { writer: winner }, version }));
  });

  test.each([
    ['state that is no object', 'bad', { state: [1] }],
    ['a version below 1', 'bad', { expectedVersion: 0 }],
    ['a step of 256 characters', 'bad', { currentStep: 'x'.repeat(256) }],
    ['a workflow without a name', ' ', {}],
    ['a workflow’s name of 101 characters', 'x'.repeat(101), {}],
  ])('with %s is refused, and nothing is written', async (_, workflowId, input) => {
    expect(codes(await save(workflowId, input))).toEqual(['BAD_USER_INPUT']);
    expect(await read(workflowId)).toEqual({ edges: [] });
  });

  test('is not written by the role user', async () => {
    const user = aUser({ tenantId: admin.tenantId, role: 'user' });
    expect(codes(await save('user', {}, user))).toEqual(['FORBIDDEN']);
    expect(await read('user')).toEqual({ edges: [] });
  });

  test('is found by its id, and by the tenant’s list and its filters', async () => {
    const { data: saved } = await save('listed', { status: 'COMPLETED' });
    const { id } = saved?.saveOrchestratorState as { id: string };
    const { data } = await run(
      subgraph,
      admin,
      `{ orchestratorState(id: "${id}") { workflowId } none: orchestratorState(id: "${newId()}") { id }
        orchestratorStates(filter: { clientId: { eq: "${client}" }, status: { in: [COMPLETED, FAILED] } }) {
          totalCount edges { node { id } } } }`,
    );
    expect(data).toEqual({
      orchestratorState: { workflowId: 'listed' },
      none: null,
      orchestratorStates: { totalCount: 1, edges: [{ node: { id } }] },
    });
  });
});
