import { describe, expect, test } from '@jest/globals';
import { codedError, type ErrorCode, type SubgraphResult } from '@cdx/kit';
import type { BoundStep, Operation } from './definition.ts';
import { drive } from './drive.ts';
import type { HeldSaga, SagaRecord } from './journal.ts';

const operation = (query: string): Operation => ({ query, variables: {}, isInternal: true });

/** Three steps; the last has no way back. */
const steps: readonly BoundStep[] = ['first', 'second', 'last'].map((name) => ({
  ...{ name, service: `of-${name}`, keepsAnswer: name === 'first' },
  run: () => operation(name),
  isComplete: (answer) => (answer as { done: boolean }).done,
  undo: name === 'last' ? undefined : () => operation(`undo ${name}`),
}));

function aSaga(parts: Partial<HeldSaga> = {}): HeldSaga {
  return {
    ...{
      id: 'saga',
      kind: 'doThings',
      tenantId: null,
      requestedBy: 'root',
      input: {},
      error: null,
      fence: 7,
    },
    state: 'RUNNING',
    steps: steps.map(({ name, service }) => ({ name, service, state: 'pending', attempts: 0, at: null })),
    ...parts,
  };
}

const refusal = (code: ErrorCode): SubgraphResult => ({
  errors: [codedError(code, `It is ${code}`).toJSON()],
});
const done: SubgraphResult = { data: { done: true } };
const partlyDone: SubgraphResult = { data: { done: false } };

interface Driven {
  /** What was asked for, in order. */
  readonly asked: readonly string[];
  /** How the journal stands at the end. */
  readonly last: SagaRecord | undefined;
  readonly records: readonly SagaRecord[];
  readonly pauses: readonly number[];
}

/** Drives a saga with services that answer by the function. */
async function driven(
  answer: (query: string, time: number) => SubgraphResult,
  { saga = aSaga(), closesAfter = Infinity } = {},
): Promise<Driven> {
  const [asked, records, pauses]: [string[], SagaRecord[], number[]] = [[], [], []];
  await drive(saga, steps, {
    journal: {
      record(held, record) {
        expect(held).toMatchObject({ id: 'saga', fence: 7 });
        records.push(structuredClone(record));
        return Promise.resolve();
      },
    },
    ask(service, { query }) {
      expect(service).toBe(`of-${query.replace('undo ', '')}`);
      asked.push(query);
      return Promise.resolve(answer(query, asked.filter((one) => one === query).length));
    },
    pause: (milliseconds) => Promise.resolve(pauses.push(milliseconds)),
    isClosing: () => asked.length >= closesAfter,
    retain: () => ({ kept: true }),
  });
  return { asked, records, pauses, last: records.at(-1) };
}

const statesOf = (record: SagaRecord | undefined): unknown => record?.steps.map(({ state }) => state);

describe('a saga whose steps succeed', () => {
  test('does them in order and ends, and keeps of its input what it may', async () => {
    const { asked, last } = await driven(() => done);
    expect(asked).toEqual(['first', 'second', 'last']);
    expect(last).toMatchObject({ state: 'COMPLETED', error: null, leaseSeconds: 0, input: { kept: true } });
    expect(statesOf(last)).toEqual(['done', 'done', 'done']);
  });

  test('has each step in the journal before it is asked for, with all that was done before', async () => {
    const { records } = await driven(() => done);
    expect(records.map(statesOf)).toEqual([
      ['running', 'pending', 'pending'],
      ['done', 'running', 'pending'],
      ['done', 'done', 'running'],
      ['done', 'done', 'done'],
    ]);
  });

  test('keeps the answers that later steps need, and no others', async () => {
    const { last } = await driven(() => done);
    expect(last?.steps.map(({ kept }) => kept)).toEqual([{ done: true }, undefined, undefined]);
  });

  test('that was left goes on with the step that may have been done', async () => {
    const [first, second, third] = aSaga().steps;
    if (!first || !second || !third) throw new Error('no steps');
    const left = aSaga({
      steps: [{ ...first, state: 'done' }, { ...second, state: 'running', attempts: 1 }, third],
    });
    const { asked, last } = await driven(() => done, { saga: left });
    expect(asked).toEqual(['second', 'last']);
    expect(last?.steps.map(({ attempts }) => attempts)).toEqual([0, 2, 1]);
  });
});

describe('a step that is more than one request does', () => {
  const inThree = (query: string, time: number): SubgraphResult =>
    query === 'last' && time < 3 ? partlyDone : done;

  test('is asked for until nothing of it is left, each time with the lease renewed', async () => {
    const { asked, records, pauses, last } = await driven(inThree);
    expect(asked).toEqual(['first', 'second', 'last', 'last', 'last']);
    expect(pauses).toEqual([]);
    const running = records.filter(({ steps: [, , step] }) => step?.state === 'running');
    expect(running.map(({ leaseSeconds }) => leaseSeconds)).toEqual([30, 30, 30]);
    expect(last).toMatchObject({ state: 'COMPLETED', error: null });
  });

  test('is tried again after a failure as if it had just begun, and says no more that it failed', async () => {
    const { asked, records, pauses, last } = await driven((query, time) => {
      if (query !== 'last') return done;
      return [refusal('INTERNAL'), refusal('INTERNAL'), partlyDone, refusal('INTERNAL')][time - 1] ?? done;
    });
    expect(asked.slice(2)).toHaveLength(5);
    expect(pauses).toEqual([250, 1_000, 250]);
    expect(records.map(({ steps: [, , step] }) => step?.attempts)).toEqual([0, 0, 1, 2, 3, 1, 2, 2]);
    expect(last).toMatchObject({ state: 'COMPLETED', error: null });
  });

  test('waits as shortly as any other when it fails after it has come on', async () => {
    const { last } = await driven((query, time) => {
      if (query !== 'last') return done;
      return time < 100 ? partlyDone : refusal('SUBGRAPH_UNAVAILABLE');
    });
    expect(last).toMatchObject({ state: 'RUNNING', leaseSeconds: 16, error: { step: 'last' } });
  });

  test('is left between two requests by a gateway that ends, and gone on with by the next', async () => {
    const saga = aSaga();
    const left = await driven(inThree, { saga, closesAfter: 4 });
    expect(left.asked).toEqual(['first', 'second', 'last', 'last']);
    expect(left.last).toMatchObject({ state: 'RUNNING', leaseSeconds: 0 });
    expect(statesOf(left.last)).toEqual(['done', 'done', 'running']);
    const { asked, last } = await driven(() => done, { saga });
    expect(asked).toEqual(['last']);
    expect(last?.state).toBe('COMPLETED');
  });
});

describe('a step that is refused', () => {
  test('is not tried again; what was done before is undone, and the reason stays', async () => {
    const { asked, last, pauses } = await driven((query) =>
      query === 'second' ? refusal('CONFLICT') : done,
    );
    expect(asked).toEqual(['first', 'second', 'undo first']);
    expect(pauses).toEqual([]);
    expect(last).toMatchObject({
      state: 'COMPENSATED',
      error: { step: 'second', code: 'CONFLICT', message: 'It is CONFLICT' },
    });
    expect(statesOf(last)).toEqual(['undone', 'failed', 'pending']);
  });

  test('after an attempt of which nobody knows is undone too', async () => {
    const { asked } = await driven((query, time) => {
      if (query !== 'second') return done;
      return refusal(time === 1 ? 'DEADLINE_EXCEEDED' : 'BAD_USER_INPUT');
    });
    expect(asked).toEqual(['first', 'second', 'second', 'undo second', 'undo first']);
  });

  test('as the first leaves nothing to undo', async () => {
    const { asked, last } = await driven(() => refusal('BAD_USER_INPUT'));
    expect(asked).toEqual(['first']);
    expect(last?.state).toBe('COMPENSATED');
  });

  test('that has no way back itself lets those before it be undone', async () => {
    const { asked, last } = await driven((query) => (query === 'last' ? refusal('NOT_FOUND') : done));
    expect(asked).toEqual(['first', 'second', 'last', 'undo second', 'undo first']);
    expect(last?.state).toBe('COMPENSATED');
  });
});

describe('a failure that may pass', () => {
  test('is tried again, later each time', async () => {
    const { asked, pauses, last } = await driven((query, time) =>
      query === 'first' && time < 4 ? refusal('SUBGRAPH_UNAVAILABLE') : done,
    );
    expect(asked).toEqual(['first', 'first', 'first', 'first', 'second', 'last']);
    expect(pauses).toEqual([250, 1_000, 4_000]);
    expect(last).toMatchObject({ state: 'COMPLETED', error: null });
  });

  test('and does not has the saga undone, the step of which nobody knows first', async () => {
    const { asked, last } = await driven((query) => (query === 'second' ? refusal('INTERNAL') : done));
    expect(asked).toEqual(['first', ...Array<string>(4).fill('second'), 'undo second', 'undo first']);
    expect(last).toMatchObject({ state: 'COMPENSATED', error: { step: 'second', code: 'INTERNAL' } });
  });

  test('of a step without a way back leaves the saga for some time, and says why', async () => {
    const { asked, last } = await driven((query) =>
      query === 'last' ? refusal('SUBGRAPH_UNAVAILABLE') : done,
    );
    expect(asked.filter((query) => query !== 'last')).toEqual(['first', 'second']);
    expect(last).toMatchObject({
      ...{ state: 'RUNNING', leaseSeconds: 16 },
      error: { step: 'last', code: 'SUBGRAPH_UNAVAILABLE' },
    });
  });

  test('of undoing leaves the saga for some time, and keeps the reason for which it is undone', async () => {
    const { last } = await driven((query) => {
      if (query === 'second') return refusal('CONFLICT');
      return query === 'undo first' ? refusal('DEADLINE_EXCEEDED') : done;
    });
    expect(last).toMatchObject({ state: 'COMPENSATING', leaseSeconds: 32, error: { step: 'second' } });
  });
});

describe('undoing', () => {
  const undoing = (): HeldSaga => {
    const saga = aSaga({ state: 'COMPENSATING' });
    return {
      ...saga,
      steps: saga.steps.map((step, index) => (index < 2 ? { ...step, state: 'done' } : step)),
    };
  };

  test('finds that nothing is left of a step, and goes on', async () => {
    const { asked, last } = await driven(() => refusal('NOT_FOUND'), { saga: undoing() });
    expect(asked).toEqual(['undo second', 'undo first']);
    expect(last?.state).toBe('COMPENSATED');
  });

  test('that is refused is stuck, and says at which step and why', async () => {
    const { asked, last } = await driven(() => refusal('CONFLICT'), { saga: undoing() });
    expect(asked).toEqual(['undo second']);
    expect(last).toMatchObject({ state: 'STUCK', error: { step: 'second', code: 'CONFLICT' } });
  });
});

test('a step that is refused after one without a way back is stuck', async () => {
  const [first, second, third] = steps;
  if (!first || !second || !third) throw new Error('no steps');
  const saga = aSaga();
  const records: SagaRecord[] = [];
  await drive(saga, [first, { ...second, undo: undefined }, third], {
    journal: { record: (_, record) => Promise.resolve(void records.push(record)) },
    ask: (_, { query }) => Promise.resolve(query === 'last' ? refusal('CONFLICT') : done),
    pause: () => Promise.resolve(),
    isClosing: () => false,
    retain: () => ({}),
  });
  expect(records.at(-1)).toMatchObject({ state: 'STUCK', error: { step: 'last' } });
});

test('a gateway that ends leaves the saga after the step that is being done, to be taken over at once', async () => {
  const { asked, last } = await driven(() => done, { closesAfter: 1 });
  expect(asked).toEqual(['first']);
  expect(last).toMatchObject({ state: 'RUNNING', leaseSeconds: 0 });
  expect(statesOf(last)).toEqual(['done', 'pending', 'pending']);
});

test('who has lost the saga to another does nothing more', async () => {
  const asked: string[] = [];
  const lost = drive(aSaga(), steps, {
    journal: { record: () => Promise.reject(codedError('CONFLICT', 'Saga saga is held by another now')) },
    ask: (_, { query }) => Promise.resolve(void asked.push(query)).then(() => done),
    pause: () => Promise.resolve(),
    isClosing: () => false,
    retain: () => ({}),
  });
  await expect(lost).rejects.toThrow('held by another');
  expect(asked).toEqual([]);
});
