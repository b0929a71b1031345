import { codedError } from '@cdx/kit';
import { z } from 'zod';
import { askAsSystem, type SystemSource } from '../datasources/index.ts';

const states = ['RUNNING', 'COMPLETED', 'COMPENSATING', 'COMPENSATED', 'STUCK'] as const;
export type SagaState = (typeof states)[number];

const journalStep = z.object({
  name: z.string(),
  service: z.string(),
  state: z.enum(['pending', 'running', 'done', 'failed', 'undoing', 'undone']),
  attempts: z.number(),
  at: z.string().nullable(),
  kept: z.unknown().optional(),
});
const sagaError = z.object({ step: z.string(), code: z.string(), message: z.string() });
const ending = z.object({ state: z.enum(states), error: sagaError.nullable() });
const saga = z.object({
  id: z.string(),
  kind: z.string(),
  tenantId: z.string().nullable(),
  requestedBy: z.string(),
  input: z.unknown(),
  state: z.enum(states),
  steps: z.array(journalStep),
  error: z.unknown().transform((error) => sagaError.safeParse(error).data ?? null),
  fence: z.number().nullable(),
});

/** A step as the journal has it. */
export type JournalStep = z.output<typeof journalStep>;
/** Why a saga goes back, waits or is stuck. */
export type SagaError = z.output<typeof sagaError>;
/** A saga as the journal has it; without a fence for who does not hold it. */
export type Saga = z.output<typeof saga>;
/** A saga that the caller holds, and may write. */
export type HeldSaga = Saga & { readonly fence: number };
/** How a saga stands. */
export type Standing = z.output<typeof ending>;

/** What a saga is begun with. */
export interface NewSaga extends Pick<Saga, 'id' | 'kind' | 'requestedBy'> {
  readonly subject: string;
  readonly tenantId: string | null;
  readonly input: object;
  readonly steps: readonly JournalStep[];
}

/** What is written about a saga. */
export interface SagaRecord extends Standing {
  readonly steps: readonly JournalStep[];
  /** For how long nobody else takes it over. */
  readonly leaseSeconds: number;
  /** What is kept of the input from now on. */
  readonly input?: object;
}

const fields = '{ id kind tenantId requestedBy input state steps error fence }';
const operations = {
  begin: `mutation ($input: BeginSagaInput!) { saga: beginSaga(input: $input) ${fields} }`,
  claim: `mutation ($leaseSeconds: Int!) { saga: claimSaga(leaseSeconds: $leaseSeconds) ${fields} }`,
  record: `mutation ($id: ID!, $fence: Int!, $input: RecordSagaInput!) {
    recordSaga(id: $id, fence: $fence, input: $input) }`,
  release: 'mutation ($id: ID!) { releaseSaga(id: $id) { id } }',
  standing: 'query ($id: ID!) { saga(id: $id) { state error { step code message } } }',
} as const;

/** For how long a saga that is driven is left alone: longer than a step and the transaction that it began may take. */
export const leaseSeconds = 30;

/** The journal of sagas, which the platform subgraph keeps. Whatever it refuses is thrown with its code. */
export class Journal {
  readonly #keeper: () => SystemSource | undefined;

  /** @param keeper where the journal is; undefined as long as nobody keeps it */
  constructor(keeper: () => SystemSource | undefined) {
    this.#keeper = keeper;
  }

  /** Begins a saga, or answers the one that has its id, without a fence. */
  async begin(input: NewSaga): Promise<Saga> {
    return saga.parse((await this.#ask('begin', { input: { ...input, leaseSeconds } })).saga);
  }

  /** Takes over a saga that somebody has left; undefined when there is none. */
  async claim(): Promise<HeldSaga | undefined> {
    const { saga: found } = await this.#ask('claim', { leaseSeconds });
    if (found == null) return undefined;
    const claimed = saga.parse(found);
    return { ...claimed, fence: z.number().parse(claimed.fence) };
  }

  /** @throws CONFLICT when another holds the saga by now */
  async record({ id, fence }: Pick<HeldSaga, 'id' | 'fence'>, input: SagaRecord): Promise<void> {
    await this.#ask('record', { id, fence, input });
  }

  /** Has a stuck saga taken over by who looks next. @throws NOT_FOUND, or CONFLICT when it is not stuck */
  async release(id: string): Promise<void> {
    await this.#ask('release', { id });
  }

  /** How a saga stands; one that a replica does not know yet has just begun. */
  async standing(id: string): Promise<Standing> {
    const { saga: found } = await this.#ask('standing', { id });
    return ending.nullable().parse(found) ?? { state: 'RUNNING', error: null };
  }

  #ask(
    operation: keyof typeof operations,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> {
    const keeper = this.#keeper();
    if (!keeper) throw codedError('SUBGRAPH_UNAVAILABLE', 'Nobody keeps the journal of sagas');
    return askAsSystem(keeper, operations[operation], variables);
  }
}
