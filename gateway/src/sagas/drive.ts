import { isErrorCode, type SubgraphResult } from '@cdx/kit';
import type { BoundStep, Operation } from './definition.ts';
import {
  leaseSeconds,
  type HeldSaga,
  type Journal,
  type JournalStep,
  type SagaError,
  type SagaState,
  type Standing,
} from './journal.ts';

/** What a saga is driven with. */
export interface DriveParts {
  readonly journal: Pick<Journal, 'record'>;
  /** Asks a service in the name of who has begun the saga. Never rejects. */
  readonly ask: (service: string, operation: Operation) => Promise<SubgraphResult>;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Whether the gateway is about to end: the saga is left to another one then, after the step that is being done. */
  readonly isClosing: () => boolean;
  /** What the journal keeps of the input when the saga has ended. */
  readonly retain: () => object;
}

/** Codes of failures that may pass; all others are refusals, with which nothing was done. */
const passing = new Set(['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RATE_LIMITED', 'INTERNAL']);

/** How long to wait before a step that has failed is tried again, in milliseconds, one time after another. */
const backoffMs = [250, 1_000, 4_000];
/** The longest that a saga waits which can only go on, in seconds. */
const longestWaitSeconds = 300;

/** A failure of a step. */
interface Failure extends SagaError {
  readonly mayPass: boolean;
}

/** The saga was left as the journal has it, for whoever takes it over. */
class Left extends Error {}

/**
 * Drives a saga on, or back, as far as it goes now. Each step is in the journal before it is asked for, so that whoever
 * takes over knows what may have been done.
 * @returns how it stands now
 * @throws CONFLICT when another has taken the saga over, and what else the journal refuses
 */
export async function drive(
  saga: HeldSaga,
  steps: readonly BoundStep[],
  parts: DriveParts,
): Promise<Standing> {
  const run = new SagaRun(saga, steps, parts);
  try {
    await run.go();
  } catch (error) {
    if (!(error instanceof Left)) throw error;
  }
  return run.standing;
}

class SagaRun {
  readonly #saga: HeldSaga;
  readonly #steps: readonly BoundStep[];
  readonly #parts: DriveParts;
  #state: SagaState;
  #error: SagaError | null;

  constructor(saga: HeldSaga, steps: readonly BoundStep[], parts: DriveParts) {
    this.#saga = saga;
    this.#steps = steps;
    this.#parts = parts;
    this.#state = saga.state;
    this.#error = saga.error;
  }

  get standing(): Standing {
    return { state: this.#state, error: this.#error };
  }

  async go(): Promise<void> {
    if (this.#state === 'RUNNING') await this.#goOn();
    if (this.#state === 'COMPENSATING') await this.#goBack();
  }

  async #goOn(): Promise<void> {
    for (const [index, step] of this.#steps.entries()) {
      if (this.#at(index).state === 'done') continue;
      const result = await this.#complete(index, step);
      if ('mayPass' in result) return this.#failed(index, result);
      this.#error = null;
      this.#enter(index, { state: 'done', ...(step.keepsAnswer ? { kept: result.data } : {}) });
    }
    await this.#end('COMPLETED');
  }

  /** What becomes of a saga whose step has failed. */
  async #failed(index: number, { mayPass, ...error }: Failure): Promise<void> {
    this.#error = error;
    // Of a step that was refused nothing is there; of one without an answer nobody knows.
    if (!mayPass) this.#enter(index, { state: 'failed' });
    const touched = this.#steps.slice(0, mayPass ? index + 1 : index);
    if (touched.every(({ undo }) => undo)) this.#state = 'COMPENSATING';
    else if (mayPass) await this.#wait(index);
    else await this.#stick();
  }

  async #goBack(): Promise<void> {
    for (const [index, { undo }] of [...this.#steps.entries()].toReversed()) {
      const { state, attempts } = this.#at(index);
      const isUntouched = state === 'pending' || state === 'undone' || (state === 'failed' && attempts < 2);
      if (!undo || undo === 'nothing' || isUntouched) continue;
      const result = await this.#try(index, 'undoing', undo);
      if ('mayPass' in result && result.code !== 'NOT_FOUND') {
        const { mayPass, ...error } = result;
        // That it goes back has a reason, which says more than why it waits.
        this.#error ??= error;
        if (mayPass) return this.#wait(index);
        this.#error = error;
        return this.#stick();
      }
      this.#enter(index, { state: 'undone' });
    }
    await this.#end('COMPENSATED');
  }

  /** Asks for a step until nothing of it is left. Once it has come on, it is tried as often again as at first. */
  async #complete(index: number, step: BoundStep): Promise<SubgraphResult | Failure> {
    for (;;) {
      const result = await this.#try(index, 'running', () => step.run());
      if ('mayPass' in result || step.isComplete(result.data)) return result;
      this.#error = null;
      this.#enter(index, { attempts: 0 });
    }
  }

  /** Asks for a step, again where the failure may pass. @returns its answer, or the failure that stays */
  async #try(
    index: number,
    state: 'running' | 'undoing',
    operation: () => Operation,
  ): Promise<SubgraphResult | Failure> {
    const { name, service } = this.#at(index);
    for (let attempt = 0; ; attempt += 1) {
      if (this.#parts.isClosing()) {
        await this.#record(0);
        throw new Left();
      }
      this.#enter(index, { state, attempts: this.#at(index).attempts + 1 });
      await this.#record(leaseSeconds);
      const result = await this.#parts.ask(service, operation());
      const failure = failureOf(name, result);
      if (!failure) return result;
      const pause = backoffMs[attempt];
      if (!failure.mayPass || pause === undefined) return failure;
      await this.#parts.pause(pause);
    }
  }

  /** Leaves the saga for some time, longer after each attempt. */
  async #wait(index: number): Promise<never> {
    await this.#record(Math.min(2 ** this.#at(index).attempts, longestWaitSeconds));
    throw new Left();
  }

  async #stick(): Promise<void> {
    this.#state = 'STUCK';
    await this.#record(0);
  }

  async #end(state: SagaState): Promise<void> {
    this.#state = state;
    await this.#record(0, { input: this.#parts.retain() });
  }

  #record(seconds: number, more: { readonly input?: object } = {}): Promise<void> {
    const [state, error, steps] = [this.#state, this.#error, this.#saga.steps];
    return this.#parts.journal.record(this.#saga, { state, error, steps, leaseSeconds: seconds, ...more });
  }

  #at(index: number): JournalStep {
    const step = this.#saga.steps[index];
    if (step?.name !== this.#steps[index]?.name || !step)
      throw new TypeError(`Saga ${this.#saga.id} has other steps than ${this.#saga.kind} by now`);
    return step;
  }

  /** Changes what the journal will say of a step. */
  #enter(index: number, change: Partial<JournalStep>): void {
    const at = new Date().toISOString();
    this.#saga.steps[index] = { ...this.#at(index), ...change, at };
  }
}

function failureOf(step: string, { errors }: SubgraphResult): Failure | undefined {
  const [error] = errors ?? [];
  if (!error) return undefined;
  const given = error.extensions?.code;
  const code = isErrorCode(given) ? given : 'INTERNAL';
  return { step, code, message: error.message, mayPass: passing.has(code) };
}
