import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GatewayExecutionResult, GatewayExecutor } from '@apollo/server-gateway-interface';
import { anonymous, makeLogger, type Identity, type SubgraphRequest } from '@cdx/kit';
import { anIdentity, aRequest } from '@cdx/kit/testing';
import { getOperationAST, GraphQLError, parse } from 'graphql';
import { makeRequestContext, type RequestContext } from '../request-context.ts';
import { aGraph, stopGraphs } from '../testing.ts';
import { joinQueries } from './join-queries.ts';
import { SharedAnswers } from './shared-answers.ts';

afterAll(stopGraphs);

/** An execution under way, which a test ends. */
interface Execution {
  readonly request: SubgraphRequest;
  /** Tells of a commit. */
  readonly change: () => void;
  end(answer: GatewayExecutionResult): void;
  fail(error: Error): void;
}

const [read, write] = [parse('query A($n: Int) { a(n: $n) }'), parse('mutation { a }')];
const ann = anIdentity({ userId: 'ann', tenantId: 'acme', role: 'user', scopes: ['read'], sessionId: '1' });

let executions: Execution[];
let execute: GatewayExecutor;

beforeEach(async () => {
  executions = [];
  const joined = joinQueries(
    {
      onSchemaLoadOrUpdate: () => () => undefined,
      load: () => Promise.resolve({ executor: begin }),
      stop: () => Promise.resolve(),
    },
    new SharedAnswers(),
    makeLogger('test', 'silent'),
  );
  const { executor } = await joined.load({} as never);
  if (!executor) throw new Error('There is no executor');
  execute = executor;
});

function begin({ context }: { context: Record<string, unknown> }): Promise<GatewayExecutionResult> {
  return new Promise((end, fail) => {
    const { request, changeListeners } = context as unknown as RequestContext;
    const change = (): void => changeListeners.forEach((tell) => tell({ domain: 'a', tenantId: null }));
    executions.push({ request, change, end, fail });
  });
}

interface Asked {
  readonly as?: Identity;
  readonly document?: typeof read;
  readonly variables?: Record<string, unknown>;
  readonly request?: Partial<SubgraphRequest>;
}

/** Asks, and waits until what that begins has begun. */
async function ask({ as = ann, document = read, variables = {}, request = {} }: Asked = {}): Promise<{
  readonly answer: Promise<GatewayExecutionResult>;
}> {
  const answer = execute({
    document,
    operation: getOperationAST(document),
    request: { variables },
    context: makeRequestContext({ ...aRequest(as), ...request }),
  } as never);
  answer.catch(() => undefined);
  await settled();
  return { answer };
}

/** What follows from what has happened has happened, too. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const answerOf = (n: number): GatewayExecutionResult => ({ data: { a: n } });
const failed = (code: string): GatewayExecutionResult => ({
  data: { a: null },
  errors: [new GraphQLError('It fails', { path: ['a'], extensions: { code } })],
});

describe('queries of one caller at the same time', () => {
  test('are executed once and answered each, and then anew', async () => {
    const asked = [await ask(), await ask(), await ask()];
    expect(executions).toHaveLength(1);
    executions[0]?.end(answerOf(1));
    expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual([1, 1, 1].map(answerOf));
    await ask();
    expect(executions).toHaveLength(2);
  });

  test('have answers that none of them can change for the others', async () => {
    const asked = [await ask(), await ask()];
    executions[0]?.end({ data: { a: { b: [{ c: 1 }] } }, errors: failed('INTERNAL').errors ?? [] });
    const [one, other] = await Promise.all(asked.map(({ answer }) => answer));
    const { b } = one?.data?.a as { b: { c: number }[] };
    expect(() => b.push({ c: 2 })).toThrow(TypeError);
    expect(() => Object.assign(b[0] ?? {}, { c: 2 })).toThrow(TypeError);
    expect(one?.errors).toEqual(other?.errors);
    expect(one?.errors?.[0]).not.toBe(other?.errors?.[0]);
    expect(one?.errors?.[0]?.extensions).not.toBe(other?.errors?.[0]?.extensions);
  });

  test.each<[string, Asked]>([
    ['another user', { as: { ...ann, userId: 'bob' } }],
    ['another tenant', { as: { ...ann, tenantId: 'zenith' } }],
    ['another role', { as: { ...ann, role: 'admin' } }],
    ['other scopes', { as: { ...ann, scopes: [] } }],
    ['another login', { as: { ...ann, sessionId: '2' } }],
    ['nobody in particular', { as: anonymous }],
    ['other variables', { variables: { n: 1 } }],
    ['another document', { document: parse('query A($n: Int) { a(n: $n) }') }],
  ])('are executed apart from those of %s', async (_, other) => {
    await ask();
    await ask(other);
    expect(executions).toHaveLength(2);
  });

  test.each<[string, Asked]>([
    ['mutations', { document: write }],
    ['what a superadmin reads, since each time is put on record', { as: { ...ann, role: 'superadmin' } }],
    ['what the product asks for itself', { as: anIdentity({ role: 'system' }) }],
  ])('are executed each: %s', async (_, asked) => {
    await ask(asked);
    await ask(asked);
    expect(executions).toHaveLength(2);
  });

  test('are not joined once something has changed', async () => {
    await ask();
    await ask({ document: write, as: { ...ann, userId: 'bob' } });
    await ask();
    expect(executions).toHaveLength(2);
    executions[1]?.end({});
    await settled();
    await ask();
    expect(executions).toHaveLength(3);
  });

  test('are not joined from a commit on, though what has made it goes on', async () => {
    await ask();
    await ask({ document: write });
    executions[1]?.change();
    await ask();
    expect(executions).toHaveLength(3);
  });

  test.each(['FORBIDDEN', 'DEADLINE_EXCEEDED'])('are executed each where the answer is %s', async (code) => {
    const [first, second] = [await ask(), await ask()];
    executions[0]?.end(failed(code));
    expect((await first.answer).errors?.[0]?.extensions.code).toBe(code);
    await settled();
    expect(executions).toHaveLength(2);
    executions[1]?.end(answerOf(2));
    expect(await second.answer).toEqual(answerOf(2));
  });

  test('are executed each where the execution breaks off', async () => {
    const [first, second] = [await ask(), await ask()];
    executions[0]?.fail(new Error('broken'));
    await expect(first.answer).rejects.toThrow('broken');
    await settled();
    executions[1]?.end(answerOf(2));
    expect(await second.answer).toEqual(answerOf(2));
  });
});

describe('a client that leaves', () => {
  const leaving = (): { readonly asked: Asked; readonly leave: () => Promise<void> } => {
    const controller = new AbortController();
    return {
      asked: { request: { signal: controller.signal } },
      leave() {
        controller.abort();
        return settled();
      },
    };
  };

  test('ends what it alone waits for', async () => {
    const { asked, leave } = leaving();
    const { answer } = await ask(asked);
    await leave();
    expect(executions[0]?.request.signal.aborted).toBe(true);
    executions[0]?.end(failed('DEADLINE_EXCEEDED'));
    expect((await answer).errors).toHaveLength(1);
    expect(executions).toHaveLength(1);
  });

  test.each([0, 1])('ends nothing that others wait for, first or not: number %i', async (number) => {
    const clients = [leaving(), leaving()];
    const asked = [await ask(clients[0]?.asked), await ask(clients[1]?.asked)];
    await clients[number]?.leave();
    expect(executions[0]?.request.signal.aborted).toBe(false);
    // It is answered as a request is whose time is up, at once.
    expect(executions[1]?.request.signal.aborted).toBe(true);
    executions[1]?.end(failed('DEADLINE_EXCEEDED'));
    expect((await asked[number]?.answer)?.errors).toHaveLength(1);
    executions[0]?.end(answerOf(1));
    expect(await asked[1 - number]?.answer).toEqual(answerOf(1));
  });

  test('is joined no more once all have left', async () => {
    const clients = [leaving(), leaving()];
    for (const { asked } of clients) await ask(asked);
    for (const { leave } of clients) await leave();
    expect(executions[0]?.request.signal.aborted).toBe(true);
    const begun = executions.length;
    await ask();
    expect(executions).toHaveLength(begun + 1);
  });
});

test('what is executed for several has until the last of their deadlines', async () => {
  const deadlines = [2_000, 3_000, 1_000];
  for (const deadlineMs of deadlines) await ask({ request: { deadlineMs } });
  expect(executions.map(({ request }) => request.deadlineMs)).toEqual([3_000]);
});

describe('behind a server', () => {
  const graph = aGraph({
    name: 'a',
    typeDefs: 'type Query { slow(n: Int): [Int!] }',
    resolvers: {
      Query: {
        slow: (_: unknown, { n }: { n: number }) => new Promise((resolve) => setImmediate(resolve, [n, n])),
      },
    },
  });
  const askTen = async (request: (index: number) => Partial<SubgraphRequest>): Promise<number> => {
    await graph.ask('{ slow(n: 7) }');
    const before = graph.fetched.length;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => graph.ask('{ slow(n: 7) }', {}, request(index))),
    );
    expect(answers).toEqual(answers.map(() => ({ data: { slow: [7, 7] }, errors: [] })));
    return graph.fetched.length - before;
  };

  test('ten of the same are one fetch', async () => {
    expect(await askTen(() => ({ identity: ann }))).toBe(1);
  });

  test('ten of different users are ten fetches', async () => {
    expect(await askTen((index) => ({ identity: { ...ann, userId: `user ${index}` } }))).toBe(10);
  });

  test('those that differ in a literal are fetched apart', async () => {
    const before = graph.fetched.length;
    const answers = await Promise.all([graph.ask('{ slow(n: 1) }'), graph.ask('{ slow(n: 2) }')]);
    expect(answers.map(({ data }) => data)).toEqual([{ slow: [1, 1] }, { slow: [2, 2] }]);
    expect(graph.fetched.length - before).toBe(2);
  });
});
