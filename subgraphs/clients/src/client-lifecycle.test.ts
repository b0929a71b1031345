import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
const superadmin = aUser({ role: 'superadmin', tenantId: null });

type Action = 'suspendClient' | 'activateClient' | 'archiveClient' | 'deleteClient';

function act(who: Identity, action: Action, id: string) {
  const fields = action === 'deleteClient' ? '' : '{ status }';
  return run(subgraph, who, `mutation { ${action}(id: "${id}") ${fields} }`);
}

async function statusOf(id: string): Promise<unknown> {
  const { data } = await run(subgraph, superadmin, `{ client(id: "${id}") { status } }`);
  return (data?.client as { status: string } | null)?.status ?? null;
}

/** A client, brought into a state. */
async function aClientThatIs(status: string): Promise<string> {
  const id = await aClient(subgraph, admin);
  if (status === 'SUSPENDED') await act(admin, 'suspendClient', id);
  if (status === 'ARCHIVED') await act(admin, 'archiveClient', id);
  expect(await statusOf(id)).toBe(status);
  return id;
}

describe('a client that is', () => {
  test.each([
    ['ACTIVE', 'suspendClient', 'SUSPENDED'],
    ['ACTIVE', 'activateClient', 'CONFLICT'],
    ['ACTIVE', 'archiveClient', 'ARCHIVED'],
    ['ACTIVE', 'deleteClient', 'CONFLICT'],
    ['SUSPENDED', 'suspendClient', 'CONFLICT'],
    ['SUSPENDED', 'activateClient', 'ACTIVE'],
    ['SUSPENDED', 'archiveClient', 'ARCHIVED'],
    ['SUSPENDED', 'deleteClient', 'CONFLICT'],
    ['ARCHIVED', 'suspendClient', 'CONFLICT'],
    ['ARCHIVED', 'activateClient', 'ACTIVE'],
    ['ARCHIVED', 'archiveClient', 'CONFLICT'],
    ['ARCHIVED', 'deleteClient', null],
  ] as const)('%s answers %s with %s', async (status, action, outcome) => {
    const id = await aClientThatIs(status);
    const result = await act(superadmin, action, id);
    expect(codes(result)).toEqual(outcome === 'CONFLICT' ? ['CONFLICT'] : []);
    expect(await statusOf(id)).toBe(outcome === 'CONFLICT' ? status : outcome);
  });
});

describe('who moves a client', () => {
  test('a superadmin alone deletes it', async () => {
    const id = await aClientThatIs('ARCHIVED');
    expect(codes(await act(admin, 'deleteClient', id))).toEqual(['FORBIDDEN']);
    expect(await statusOf(id)).toBe('ARCHIVED');
  });

  test.each(['suspendClient', 'activateClient', 'archiveClient'] as const)(
    '%s is refused to other tenants, other roles and ids that nothing has',
    async (action) => {
      const id = await aClientThatIs('ACTIVE');
      const colleague = aUser({ role: 'client', tenantId: admin.tenantId });
      expect(codes(await act(aUser(), action, id))).toEqual(['NOT_FOUND']);
      expect(codes(await act(colleague, action, id))).toEqual(['FORBIDDEN']);
      expect(codes(await act(admin, action, 'Not an id'))).toEqual(['NOT_FOUND']);
      expect(await statusOf(id)).toBe('ACTIVE');
    },
  );
});

describe('a permission that is granted beside the role', () => {
  const { tenantId } = admin;
  const reader = ['clients:read'];

  test('lets a user move a client, or delete it', async () => {
    const id = await aClientThatIs('ACTIVE');
    const keeper = aUser({ tenantId, role: 'user', scopes: [...reader, 'clients:provision'] });
    expect(codes(await act(keeper, 'archiveClient', id))).toEqual([]);
    expect(codes(await act(keeper, 'deleteClient', id))).toEqual(['FORBIDDEN']);
    const dropper = aUser({ tenantId, role: 'user', scopes: [...reader, 'clients:drop'] });
    expect(codes(await act(dropper, 'deleteClient', id))).toEqual([]);
    expect(await statusOf(id)).toBeNull();
  });

  test('reaches no further than the caller’s tenant', async () => {
    const id = await aClientThatIs('ARCHIVED');
    const stranger = aUser({ role: 'user', scopes: [...reader, 'clients:drop'] });
    expect(codes(await act(stranger, 'deleteClient', id))).toEqual(['NOT_FOUND']);
    expect(await statusOf(id)).toBe('ARCHIVED');
  });

  test('is what a role’s own rights are too: an admin without them moves nothing and sees nothing', async () => {
    const id = await aClientThatIs('ACTIVE');
    const bare = aUser({ tenantId, scopes: [] });
    expect(codes(await act(bare, 'archiveClient', id))).toEqual(['FORBIDDEN']);
    const result = await run(subgraph, bare, `{ client(id: "${id}") { id } }`);
    expect(result.errors?.[0]?.message).toBe('This needs the permission clients:read');
  });
});

describe('at once', () => {
  test('of two suspensions one wins', async () => {
    const id = await aClientThatIs('ACTIVE');
    const results = await Promise.all([act(admin, 'suspendClient', id), act(admin, 'suspendClient', id)]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });

  test('a deletion and an activation leave nothing, or a client that works', async () => {
    const id = await aClientThatIs('ARCHIVED');
    const results = await Promise.all([
      act(superadmin, 'deleteClient', id),
      act(admin, 'activateClient', id),
    ]);
    expect(results.flatMap(codes)).toHaveLength(1);
    const { data, errors } = await run(subgraph, admin, `{ client(id: "${id}") { agents { totalCount } } }`);
    expect(errors).toBeUndefined();
    expect([null, { agents: { totalCount: 0 } }]).toContainEqual(data?.client);
  });

  test('a deleted client’s id can be provisioned again, and nothing of the old one is in it', async () => {
    const id = await aClientThatIs('ACTIVE');
    await run(
      subgraph,
      admin,
      `mutation { createClientProject(clientId: "${id}", input: { name: "P" }) { id } }`,
    );
    await act(admin, 'archiveClient', id);
    await act(superadmin, 'deleteClient', id);
    const again = await run(
      subgraph,
      admin,
      `mutation { provisionClient(input: { id: "${id}", name: "Again" }) { name projects { totalCount } } }`,
    );
    expect(again.data?.provisionClient).toEqual({ name: 'Again', projects: { totalCount: 0 } });
  });
});

describe('into a client that is not active nothing is written', () => {
  const copywriter = '01930001-0000-7000-8000-000000000001';
  let ids: Record<'client' | 'agent' | 'project', string>;

  const made = async (source: string): Promise<string> => {
    const { data, errors } = await run(subgraph, admin, `mutation { made: ${source} { id } }`);
    expect(errors).toBeUndefined();
    return (data?.made as { id: string }).id;
  };
  beforeAll(async () => {
    const client = await aClient(subgraph, admin);
    const agent = await made(
      `createAgentInstance(clientId: "${client}", input: { definitionId: "${copywriter}", name: "A" })`,
    );
    ids = {
      client,
      agent,
      project: await made(`createClientProject(clientId: "${client}", input: { name: "P" })`),
    };
    await act(admin, 'suspendClient', client);
  });

  test.each<[string, (given: typeof ids) => string]>([
    [
      'an agent',
      () => `createAgentInstance(clientId: $id, input: { definitionId: "${copywriter}", name: "B" }) { id }`,
    ],
    [
      'an agent’s name',
      ({ agent }) => `updateAgentInstance(clientId: $id, id: "${agent}", input: { name: "B" }) { id }`,
    ],
    [
      'an agent’s status',
      ({ agent }) => `setAgentStatus(clientId: $id, id: "${agent}", status: RUNNING) { id }`,
    ],
    [
      'a memory',
      ({ agent }) =>
        `createAgentMemory(clientId: $id, agentInstanceId: "${agent}", input: { content: "c" }) { id }`,
    ],
    ['an access', ({ agent }) => `recordMemoryAccess(clientId: $id, ids: ["${agent}"])`],
    ['a project', () => 'createClientProject(clientId: $id, input: { name: "Q" }) { id }'],
    ['a deletion', ({ project }) => `deleteClientProject(clientId: $id, id: "${project}")`],
    [
      'an execution',
      ({ agent }) =>
        `queueWorkflowExecution(clientId: $id, input: { agentInstanceId: "${agent}", workflowName: "w" }) { id }`,
    ],
    [
      'usage',
      () =>
        'recordUsage(clientId: $id, input: { metric: "m", quantity: "1", unit: "u", periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-01-02T00:00:00Z" }) { id }',
    ],
    [
      'a workflow’s state',
      () =>
        'saveOrchestratorState(clientId: $id, workflowId: "w", input: { status: RUNNING, state: {} }) { id }',
    ],
  ])('%s', async (_, mutation) => {
    const result = await run(subgraph, admin, `mutation ($id: ID!) { ${mutation(ids)} }`, { id: ids.client });
    expect(codes(result)).toEqual(['CONFLICT']);
    const { data } = await run(
      subgraph,
      admin,
      `{ client(id: "${ids.client}") { agents { edges { node { name status memories { totalCount } } } }
        projects { totalCount } executions { totalCount } usage { totalCount } orchestratorStates { totalCount } } }`,
    );
    expect(data?.client).toEqual({
      agents: { edges: [{ node: { name: 'A', status: 'IDLE', memories: { totalCount: 0 } } }] },
      projects: { totalCount: 1 },
      executions: { totalCount: 0 },
      usage: { totalCount: 0 },
      orchestratorStates: { totalCount: 0 },
    });
  });
});
