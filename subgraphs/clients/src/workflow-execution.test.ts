import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
let client: string;
let agent: string;
beforeAll(async () => {
  client = await aClient(subgraph, admin);
  agent = await anAgent();
});

const mutate = (source: string, who = admin) => run(subgraph, who, `mutation { ${source} }`);

async function made(source: string): Promise<string> {
  const { data, errors } = await mutate(`made: ${source} { id }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

const anAgent = (): Promise<string> =>
  made(
    `createAgentInstance(clientId: "${client}", input: { definitionId: "01930001-0000-7000-8000-000000000001", name: "A" })`,
  );

function queue(input: Record<string, unknown> = {}, key?: string) {
  return run(
    subgraph,
    admin,
    `mutation ($client: ID!, $input: QueueWorkflowExecutionInput!, $key: String) {
      queueWorkflowExecution(clientId: $client, input: $input, idempotencyKey: $key) {
        id workflowName status input output error startedAt finishedAt durationMs agent { id } project { id } } }`,
    { client, input: { agentInstanceId: agent, workflowName: 'report', ...input }, key },
  );
}

async function anExecution(): Promise<string> {
  const { data, errors } = await queue();
  expect(errors).toBeUndefined();
  return (data?.queueWorkflowExecution as { id: string }).id;
}

const fields = '{ status output error startedAt finishedAt durationMs }';
/** What can be done with an execution, by the state it is for. */
const moves: Readonly<Record<string, (id: string) => string>> = {
  start: (id) => `move: startWorkflowExecution(clientId: "${client}", id: "${id}") ${fields}`,
  succeed: (id) =>
    `move: finishWorkflowExecution(clientId: "${client}", id: "${id}", output: { a: 1 }) ${fields}`,
  fail: (id) =>
    `move: finishWorkflowExecution(clientId: "${client}", id: "${id}", error: "broken") ${fields}`,
  cancel: (id) => `move: cancelWorkflowExecution(clientId: "${client}", id: "${id}") ${fields}`,
};
const move = (id: string, name: string) => mutate(moves[name]?.(id) ?? '');

async function read(id: string): Promise<unknown> {
  const { data } = await run(
    subgraph,
    admin,
    `{ workflowExecution(clientId: "${client}", id: "${id}") ${fields} }`,
  );
  return data?.workflowExecution;
}

/** How an execution gets to a state from `QUEUED`. */
const paths: Readonly<Record<string, readonly string[]>> = {
  QUEUED: [],
  RUNNING: ['start'],
  SUCCEEDED: ['start', 'succeed'],
  FAILED: ['start', 'fail'],
  CANCELLED: ['cancel'],
};
const outcomes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  QUEUED: { start: 'RUNNING', cancel: 'CANCELLED' },
  RUNNING: { succeed: 'SUCCEEDED', fail: 'FAILED', cancel: 'CANCELLED' },
};

describe('an execution', () => {
  test('waits in the queue until it is started', async () => {
    const projectId = await made(`createClientProject(clientId: "${client}", input: { name: "P" })`);
    const { data } = await queue({ projectId, input: { month: 3 } });
    expect(data?.queueWorkflowExecution).toMatchObject({
      workflowName: 'report',
      status: 'QUEUED',
      input: { month: 3 },
      output: null,
      error: null,
      startedAt: null,
      finishedAt: null,
      durationMs: null,
      agent: { id: agent },
      project: { id: projectId },
    });
  });

  test('is queued once for one idempotency key', async () => {
    const first = await queue({}, 'once');
    expect(first.errors).toBeUndefined();
    expect(await queue({}, 'once')).toEqual(first);
  });

  test.each([
    ['an agent that is not there', { agentInstanceId: newId() }, 'NOT_FOUND'],
    ['an agent that is no UUID', { agentInstanceId: 'x' }, 'BAD_USER_INPUT'],
    ['a project that is not there', { projectId: newId() }, 'NOT_FOUND'],
    ['no name', { workflowName: '' }, 'BAD_USER_INPUT'],
    ['input that is no object', { input: [1] }, 'BAD_USER_INPUT'],
  ])('with %s is refused', async (_, input, code) => {
    expect(codes(await queue(input))).toEqual([code]);
  });

  test('of a retired agent is refused', async () => {
    const retired = await anAgent();
    await mutate(`setAgentStatus(clientId: "${client}", id: "${retired}", status: RETIRED) { id }`);
    expect(codes(await queue({ agentInstanceId: retired }))).toEqual(['CONFLICT']);
  });

  test('tells when it ran, how long, and what came of it', async () => {
    const id = await anExecution();
    await move(id, 'start');
    await move(id, 'succeed');
    const execution = (await read(id)) as Record<'startedAt' | 'finishedAt' | 'durationMs', string>;
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { a: 1 }, error: null });
    expect(execution.durationMs).toBe(Date.parse(execution.finishedAt) - Date.parse(execution.startedAt));
  });

  test('that has failed tells why', async () => {
    const id = await anExecution();
    await move(id, 'start');
    await move(id, 'fail');
    expect(await read(id)).toMatchObject({ status: 'FAILED', error: 'broken', output: null });
  });
});

describe('an execution that is', () => {
  const table = Object.keys(paths).flatMap((from) =>
    Object.keys(moves).map((name) => [from, name, outcomes[from]?.[name] ?? 'CONFLICT'] as const),
  );

  test.each(table)('%s answers %s with %s', async (from, name, outcome) => {
    const id = await anExecution();
    for (const step of paths[from] ?? []) expect(codes(await move(id, step))).toEqual([]);
    const before = await read(id);
    expect(before).toMatchObject({ status: from });
    const result = await move(id, name);
    if (outcome === 'CONFLICT') {
      expect(codes(result)).toEqual(['CONFLICT']);
      expect(await read(id)).toEqual(before);
    } else {
      expect(result.data?.move).toMatchObject({ status: outcome });
    }
  });

  test.each([
    ['succeed', 'fail'],
    ['succeed', 'succeed'],
    ['fail', 'cancel'],
  ])('RUNNING lets one win of %s and %s at once', async (one, other) => {
    const id = await anExecution();
    await move(id, 'start');
    const results = await Promise.all([move(id, one), move(id, other)]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    const winner = results.find(({ errors }) => !errors);
    expect(await read(id)).toEqual(winner?.data?.move);
  });

  test.each(Object.keys(moves))('not there answers %s with NOT_FOUND', async (name) => {
    expect(codes(await move(newId(), name))).toEqual(['NOT_FOUND']);
    expect(codes(await move('nonsense', name))).toEqual(['NOT_FOUND']);
  });

  test('QUEUED is not moved by the role user', async () => {
    const id = await anExecution();
    const user = aUser({ tenantId: admin.tenantId, role: 'user' });
    expect(codes(await mutate(moves.start?.(id) ?? '', user))).toEqual(['FORBIDDEN']);
    expect(await read(id)).toMatchObject({ status: 'QUEUED' });
  });
});
