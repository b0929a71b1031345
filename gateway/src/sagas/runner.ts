import { setTimeout as sleep } from 'node:timers/promises';
import {
  codedError,
  idFor,
  isErrorCode,
  type Identity,
  type Logger,
  type RowsChanged,
  type SubgraphRequest,
} from '@cdx/kit';
import type { SubgraphSource } from '../datasources/data-source.ts';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';
import { actorOf, type AnySaga } from './definition.ts';
import { drive } from './drive.ts';
import { Journal, type HeldSaga, type JournalStep, type Standing } from './journal.ts';

/** How long a step may take. With the transaction that it may leave behind, it is over before the lease is. */
const stepMs = 10_000;
/** What is left of a request's time when its answer has to be on its way, in milliseconds. */
const spareMs = 1_000;
/** How often a saga that another gateway drives is looked at, in milliseconds. */
const lookMs = 250;
/** The most sagas that one gateway drives which others have left. */
const mostAtOnce = 8;

/** The request of who begins a saga. */
export type Requesting = Pick<SubgraphRequest, 'identity' | 'deadlineMs' | 'onChange'>;

/** A saga that is to be begun. */
export interface Beginning {
  readonly saga: AnySaga;
  readonly subject: string;
  readonly tenantId: string | null;
  readonly input: object;
  readonly idempotencyKey: string | null | undefined;
}

export interface SagaRunnerOptions {
  readonly kinds: ReadonlyMap<string, AnySaga>;
  readonly sourceOf: (service: string) => SubgraphSource | undefined;
  readonly log: Logger;
  /** How often sagas that were left are looked for; never when 0. */
  readonly seconds: number;
}

/** Begins sagas and drives them, and those that other gateways have left. */
export class SagaRunner {
  readonly #options: SagaRunnerOptions;
  readonly #journal: Journal;
  readonly #driven = new Map<string, Promise<Standing | undefined>>();
  #onChange: ((change: RowsChanged) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: SagaRunnerOptions) {
    this.#options = options;
    this.#journal = new Journal(() => options.sourceOf('platform'));
  }

  /**
   * Looks for sagas that were left, now and at intervals.
   * @param onChange told of what they change
   */
  start(onChange: (change: RowsChanged) => void): void {
    this.#onChange = onChange;
    const { seconds } = this.#options;
    if (seconds === 0) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), seconds * 1_000).unref();
  }

  /** Leaves what is being driven to others, after the steps that are being done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.#driven.values());
  }

  /**
   * Begins a saga, or joins the one that the same request has begun, and waits for its end as long as the request may.
   * @returns the saga's id
   * @throws what the journal refuses, CONFLICT when another saga changes the subject; and when the saga was undone, the
   *   reason
   */
  async begin(beginning: Beginning, request: Requesting): Promise<string> {
    const { saga: kind, subject, tenantId, input, idempotencyKey } = beginning;
    const requestedBy = request.identity.userId;
    if (requestedBy === null) throw new TypeError('Nobody begins a saga');
    const id = idFor(request, kind.kind, idempotencyKey);
    const steps = kind.bind({ id, requestedBy, input, steps: [] }).map(pending);
    const saga = await this.#journal.begin({
      id,
      kind: kind.kind,
      subject,
      tenantId,
      requestedBy,
      input,
      steps,
    });
    if (saga.fence !== null) this.#drive({ ...saga, fence: saga.fence }, request.onChange);
    const { state, error } = await this.#ending(id, request.deadlineMs - spareMs);
    if (state !== 'COMPENSATED' || !error) return id;
    const code = isErrorCode(error.code) ? error.code : 'INTERNAL';
    throw codedError(code, `${error.message}. All that was done before is undone: see saga ${id}`);
  }

  /** Has a stuck saga gone on with. */
  async resume(id: string): Promise<void> {
    await this.#journal.release(id);
    this.#look();
  }

  /** How a saga has ended, or how it stands when the time is up. */
  async #ending(id: string, untilMs: number): Promise<Standing> {
    const left = (): number => Math.max(0, untilMs - Date.now());
    const ended = await Promise.race([this.#driven.get(id), sleep(left(), undefined, { ref: false })]);
    if (ended) return ended;
    for (;;) {
      const standing = await this.#journal.standing(id);
      const isUnderWay = standing.state === 'RUNNING' || standing.state === 'COMPENSATING';
      if (!isUnderWay || left() === 0) return standing;
      await sleep(Math.min(lookMs, left()));
    }
  }

  #look(): void {
    this.#looking ??= this.#takeOver()
      .catch((error: unknown) =>
        this.#options.log.warn({ error }, 'sagas that were left could not be looked for'),
      )
      .finally(() => (this.#looking = undefined));
  }

  async #takeOver(): Promise<void> {
    if (!this.#options.sourceOf('platform')) return;
    while (!this.#isClosing && this.#driven.size < mostAtOnce) {
      const saga = await this.#journal.claim();
      if (!saga) return;
      this.#options.log.info({ saga: saga.id, kind: saga.kind, state: saga.state }, 'a saga is taken over');
      this.#drive(saga);
    }
  }

  /** Drives a saga in the background. */
  #drive(saga: HeldSaga, onChange?: Requesting['onChange']): void {
    const driven = this.#run(saga, onChange)
      .catch((error: unknown) => {
        this.#options.log.error({ error, saga: saga.id, kind: saga.kind }, 'a saga was left as it stands');
        return undefined;
      })
      .finally(() => this.#driven.delete(saga.id));
    this.#driven.set(saga.id, driven);
  }

  async #run(saga: HeldSaga, onChange: Requesting['onChange']): Promise<Standing> {
    const kind = this.#options.kinds.get(saga.kind);
    if (!kind) throw new TypeError(`This version knows no saga ${saga.kind}`);
    return drive(saga, kind.bind(saga), {
      journal: this.#journal,
      pause: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
      isClosing: () => this.#isClosing,
      retain: () => kind.retain(saga.input),
      ask: async (service, operation) => {
        const source = this.#options.sourceOf(service);
        return source
          ? source.ask(operation, this.#requestOf(actorOf(saga, operation), saga, onChange))
          : unknown(service);
      },
    });
  }

  #requestOf(identity: Identity, { id }: HeldSaga, onChange: Requesting['onChange']): RequestContext {
    return makeRequestContext({
      identity,
      requestId: `saga-${id}`,
      ...{ ipAddress: null, userAgent: null },
      signal: AbortSignal.timeout(stepMs),
      deadlineMs: Date.now() + stepMs,
      onChange: (change) => {
        onChange?.(change);
        this.#onChange?.(change);
      },
    });
  }
}

const pending = ({ name, service }: Pick<JournalStep, 'name' | 'service'>): JournalStep => ({
  ...{ name, service, state: 'pending', attempts: 0, at: null },
});

const unknown = (service: string): Awaited<ReturnType<SubgraphSource['ask']>> => ({
  errors: [
    { message: `There is no service ${service}`, extensions: { code: 'SUBGRAPH_UNAVAILABLE', service } },
  ],
});
