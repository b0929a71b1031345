import { anonymous, makeLogger, type SubgraphResult } from '@cdx/kit';
import { describe, expect, test } from '@jest/globals';
import type { Refusal } from './authorize-gateway.ts';
import { RefusalLog, type RefusalLimits } from './refusal-log.ts';

const log = makeLogger('test', 'silent');

function aRefusal(parts: { userId?: string; paths?: readonly string[] } = {}): Refusal {
  const { userId = null, paths = ['a'] } = parts;
  return {
    request: {
      identity: { ...anonymous, userId },
      requestId: 'r1',
      ipAddress: '10.0.0.1',
      userAgent: null,
      signal: new AbortController().signal,
      deadlineMs: 0,
    },
    operationName: 'Screen',
    cuts: paths.map((path) => ({ path: path.split('.'), field: 'Query.users', conditional: [] })),
  };
}

interface Sent {
  readonly userId: string | null;
  readonly fields: readonly string[];
  readonly paths: readonly string[];
  readonly count: number;
  readonly isSummary: boolean;
}

/** A log whose recorder answers as it is told, and all that it was asked to record. */
function aLog(limits: Partial<RefusalLimits> = {}, answers: readonly (SubgraphResult | Error)[] = []) {
  const batches: Sent[][] = [];
  const fetch = (_: string, { input }: { readonly input?: unknown }): Promise<SubgraphResult> => {
    batches.push(input as Sent[]);
    const answer = answers[batches.length - 1] ?? { data: {} };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { batches, sent: () => batches.flat(), refusals: new RefusalLog(() => ({ fetch }), log, limits) };
}

const failed = (code: string): SubgraphResult => ({ errors: [{ message: 'no', extensions: { code } }] });

describe('what is refused', () => {
  test('is sent later and together, and not while it is noted', async () => {
    const { batches, refusals } = aLog({ delayMs: 5 });
    refusals.note(aRefusal({ userId: 'ann' }));
    refusals.note(aRefusal({ userId: 'ben' }));
    expect(batches).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(batches.map((batch) => batch.map(({ userId }) => userId))).toEqual([['ann', 'ben']]);
    await refusals.close();
    expect(batches).toHaveLength(1);
  });

  test('is told by its fields and paths, of which the first are enough', async () => {
    const { sent, refusals } = aLog();
    const paths = Array.from({ length: 100 }, (_, index) => `${'x'.repeat(500)}${index}`);
    refusals.note(aRefusal({ paths: ['users.@.email', ...paths] }));
    await refusals.close();
    const [entry] = sent();
    expect(entry).toMatchObject({ fields: ['Query.users'], count: 101, isSummary: false });
    expect([entry?.paths.length, entry?.paths[0], entry?.paths[1]?.length]).toEqual([
      20,
      'users.@.email',
      200,
    ]);
  });
});

describe('a flood', () => {
  test('is told by its first and by how many more there were, and costs no other caller an entry', async () => {
    const { sent, refusals } = aLog({ perCaller: 3 });
    for (let index = 0; index < 500; index += 1) refusals.note(aRefusal());
    refusals.note(aRefusal({ userId: 'ann' }));
    await refusals.close();
    expect(sent().map(({ userId, isSummary, count }) => [userId, isSummary, count])).toEqual([
      ...[1, 1, 1].map((count) => [null, false, count]),
      ['ann', false, 1],
      [null, true, 497],
    ]);
  });

  test('takes no more memory than may wait, whoever it comes from', async () => {
    const { sent, refusals } = aLog({ waiting: 10 });
    for (let index = 0; index < 100; index += 1) refusals.note(aRefusal({ userId: `user ${index % 50}` }));
    await refusals.close();
    const [noted, summaries] = [
      sent().filter((one) => !one.isSummary),
      sent().filter((one) => one.isSummary),
    ];
    expect(noted).toHaveLength(10);
    expect(summaries.reduce((sum, { count }) => sum + count, 0)).toBe(90);
  });

  test('is over with its window', async () => {
    const { sent, refusals } = aLog({ perCaller: 1, windowMs: 20, delayMs: 5 });
    refusals.note(aRefusal());
    refusals.note(aRefusal());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sent().map(({ isSummary }) => isSummary)).toEqual([false, true]);
    refusals.note(aRefusal());
    await refusals.close();
    expect(sent().map(({ isSummary }) => isSummary)).toEqual([false, true, false]);
  });
});

describe('a record that cannot be kept', () => {
  test.each(['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED'])('for now (%s) is kept later', async (code) => {
    const { batches, refusals } = aLog({ delayMs: 5 }, [failed(code), failed(code)]);
    refusals.note(aRefusal());
    while (batches.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await refusals.close();
    expect(batches).toHaveLength(3);
  });

  test.each([failed('BAD_USER_INPUT'), new Error('broken')])('ever is given up (%j)', async (answer) => {
    const { batches, refusals } = aLog({}, [answer]);
    refusals.note(aRefusal());
    await refusals.close();
    await refusals.close();
    expect(batches).toHaveLength(1);
  });
});
