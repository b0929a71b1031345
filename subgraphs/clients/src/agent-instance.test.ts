import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
const copywriter = '01930001-0000-7000-8000-000000000001';
let client: string;
beforeAll(async () => {
  client = await aClient(subgraph, admin);
});

const mutate = (source: string, who = admin) => run(subgraph, who, `mutation { ${source} }`);

function create(input: Record<string, unknown> = {}, key?: string, who = admin) {
  return run(
    subgraph,
    who,
    `mutation ($client: ID!, $input: CreateAgentInstanceInput!, $key: String) {
      createAgentInstance(clientId: $client, input: $input, idempotencyKey: $key) {
        id clientId name status config engineId personaTemplate { id } definition { key } createdBy { id } client { id } } }`,
    { client, input: { definitionId: copywriter, name: 'Ann', ...input }, key },
  );
}

async function anAgent(): Promise<string> {
  const { data, errors } = await create();
  expect(errors).toBeUndefined();
  return (data?.createAgentInstance as { id: string }).id;
}

const setStatus = (id: string, status: string) =>
  mutate(`setAgentStatus(clientId: "${client}", id: "${id}", status: ${status}) { status }`);

async function agentOf(id: string): Promise<unknown> {
  const { data } = await run(
    subgraph,
    admin,
    `{ agentInstance(clientId: "${client}", id: "${id}") { name status } }`,
  );
  return data?.agentInstance;
}

describe('an agent', () => {
  test('begins idle, made by the caller, with its definition’s configuration under its own', async () => {
    const personaTemplateId = newId();
    const { data } = await create({ personaTemplateId, config: { temperature: 0.1, style: 'dry' } });
    expect(data?.createAgentInstance).toMatchObject({
      clientId: client,
      name: 'Ann',
      status: 'IDLE',
      config: { temperature: 0.1, style: 'dry', maxTokens: 2000 },
      engineId: null,
      personaTemplate: { id: personaTemplateId },
      definition: { key: 'copywriter' },
      createdBy: { id: admin.userId },
      client: { id: client },
    });
  });

  test('is made once for one idempotency key, at once or later', async () => {
    const [first, second] = await Promise.all([create({}, 'once'), create({}, 'once')]);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    expect(await create({ name: 'Other' }, 'once')).toEqual(first);
  });

  test.each([
    ['a definition that is no UUID', { definitionId: 'x' }, 'BAD_USER_INPUT'],
    ['a definition that is not there', { definitionId: newId() }, 'NOT_FOUND'],
    ['an empty name', { name: ' ' }, 'BAD_USER_INPUT'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'BAD_USER_INPUT'],
    ['a persona that is no UUID', { personaTemplateId: 'x' }, 'BAD_USER_INPUT'],
    ['a configuration that is no object', { config: [] }, 'BAD_USER_INPUT'],
  ])('is not made with %s', async (_, input, code) => {
    const count = async () =>
      (await run(subgraph, admin, `{ client(id: "${client}") { agents { totalCount } } }`)).data;
    const before = await count();
    expect(codes(await create(input))).toEqual([code]);
    expect(await count()).toEqual(before);
  });

  test('is made by a tenant’s client too, and not by a user', async () => {
    const { tenantId } = admin;
    expect((await create({}, undefined, aUser({ tenantId, role: 'client' }))).errors).toBeUndefined();
    expect(codes(await create({}, undefined, aUser({ tenantId, role: 'user' })))).toEqual(['FORBIDDEN']);
  });

  test('keeps what a change does not name, and loses what a change makes null', async () => {
    const { data } = await create({ engineId: newId(), config: { a: 1 } });
    const { id } = data?.createAgentInstance as { id: string };
    const update = (input: string) =>
      mutate(
        `updateAgentInstance(clientId: "${client}", id: "${id}", input: ${input}) { name engineId config }`,
      );
    const renamed = await update('{ name: "Bob", config: { b: 2 }, engineId: null }');
    const changed = { name: 'Bob', engineId: null, config: { b: 2 } };
    expect(renamed.data?.updateAgentInstance).toEqual(changed);
    expect(codes(await update('{ name: "" }'))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await update('{ name: null }'))).toEqual(['BAD_USER_INPUT']);
    expect((await update('{}')).data?.updateAgentInstance).toEqual(changed);
  });

  test.each(['nonsense', newId()])('with the id %s is not there', async (id) => {
    expect(await agentOf(id)).toBeNull();
    expect(codes(await setStatus(id, 'RUNNING'))).toEqual(['NOT_FOUND']);
  });
});

/** How an agent gets to a state from `IDLE`. */
const paths: Readonly<Record<string, readonly string[]>> = {
  IDLE: [],
  RUNNING: ['RUNNING'],
  PAUSED: ['PAUSED'],
  ERROR: ['RUNNING', 'ERROR'],
  RETIRED: ['RETIRED'],
};
const allowed: Readonly<Record<string, readonly string[]>> = {
  IDLE: ['RUNNING', 'PAUSED', 'RETIRED'],
  RUNNING: ['IDLE', 'PAUSED', 'ERROR'],
  PAUSED: ['IDLE', 'RUNNING', 'RETIRED'],
  ERROR: ['IDLE', 'RETIRED'],
  RETIRED: [],
};

describe('from the state', () => {
  const states = Object.keys(paths);
  const moves = states.flatMap((from) =>
    states.map((to) => [from, allowed[from]?.includes(to) ? 'becomes' : 'does not become', to] as const),
  );

  test.each(moves)('%s an agent %s %s', async (from, verdict, to) => {
    const id = await anAgent();
    for (const step of paths[from] ?? []) expect(codes(await setStatus(id, step))).toEqual([]);
    const result = await setStatus(id, to);
    expect(codes(result)).toEqual(verdict === 'becomes' ? [] : ['CONFLICT']);
    expect(await agentOf(id)).toMatchObject({ status: verdict === 'becomes' ? to : from });
  });

  test('two moves at once leave the state that one of them wanted', async () => {
    const id = await anAgent();
    const results = await Promise.all([setStatus(id, 'RETIRED'), setStatus(id, 'RUNNING')]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });

  test('an unknown state is refused', async () => {
    expect((await setStatus(await anAgent(), 'ASLEEP')).errors?.[0]?.message).toContain('ASLEEP');
  });
});

describe('a deletion', () => {
  const remove = (id: string) => mutate(`deleteAgentInstance(clientId: "${client}", id: "${id}")`);

  test('needs a retired agent', async () => {
    const id = await anAgent();
    expect(codes(await remove(id))).toEqual(['CONFLICT']);
    expect(await agentOf(id)).toEqual({ name: 'Ann', status: 'IDLE' });
  });

  test('takes the agent’s memories and executions with it, and keeps the usage without it', async () => {
    const id = await anAgent();
    const { data } = await mutate(`
      m: createAgentMemory(clientId: "${client}", agentInstanceId: "${id}", input: { content: "c" }) { id }
      e: queueWorkflowExecution(clientId: "${client}", input: { agentInstanceId: "${id}", workflowName: "w" }) { id }
      u: recordUsage(clientId: "${client}", input: { agentInstanceId: "${id}", metric: "m", quantity: "1", unit: "u",
        periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-01-02T00:00:00Z" }) { id agent { id } }
      setAgentStatus(clientId: "${client}", id: "${id}", status: RETIRED) { id }`);
    const { m, e, u } = data as Record<'m' | 'e' | 'u', { id: string }>;
    expect(u).toMatchObject({ agent: { id } });
    expect((await remove(id)).data).toEqual({ deleteAgentInstance: id });
    const left = await run(
      subgraph,
      admin,
      `{ agentInstance(clientId: "${client}", id: "${id}") { id } agentMemory(clientId: "${client}", id: "${m.id}") { id }
        workflowExecution(clientId: "${client}", id: "${e.id}") { id }
        usageRecord(clientId: "${client}", id: "${u.id}") { id agent { id } } }`,
    );
    expect(left.data).toEqual({
      agentInstance: null,
      agentMemory: null,
      workflowExecution: null,
      usageRecord: { id: u.id, agent: null },
    });
    expect(codes(await remove(id))).toEqual(['NOT_FOUND']);
  });
});
