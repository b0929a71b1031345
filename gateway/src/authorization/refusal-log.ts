import type { Logger, SubgraphResult } from '@cdx/kit';
import type { Refusal } from './authorize-gateway.ts';

/** A refusal as `recordRefusals` of the auth subgraph takes it. */
interface RefusalInput {
  readonly userId: string | null;
  readonly tenantId: string | null;
  readonly role: string;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly operationName: string | null;
  readonly fields: readonly string[];
  readonly paths: readonly string[];
  readonly count: number;
  readonly isSummary: boolean;
}

/** How much is put on record, and how soon. */
export interface RefusalLimits {
  /** The most entries of one caller in a window; all without a token are one caller. */
  readonly perCaller: number;
  readonly windowMs: number;
  /** The most that wait to be sent. */
  readonly waiting: number;
  /** How long the first that waits does so, to be sent together with others. */
  readonly delayMs: number;
}

const usual: RefusalLimits = { perCaller: 60, windowMs: 60_000, waiting: 1_000, delayMs: 1_000 };

/** What one caller was refused in a window. */
interface Count {
  noted: number;
  left: number;
}

const perBatch = 50;
/** An operation may have hundreds of paths, of names that its author has chosen. */
const [maxNames, maxNameChars] = [20, 200];

/** The auth subgraph, which keeps the record: `fetch` asks it as the product itself. */
interface Recorder {
  fetch(query: string, variables: Readonly<Record<string, unknown>>): Promise<SubgraphResult>;
}

const mutation = 'mutation ($input: [RefusalInput!]!) { recordRefusals(input: $input) }';

/**
 * Puts what the gateway refuses on record, after the answers and many at once. Of a flood the first are kept, and how
 * many more there were.
 */
export class RefusalLog {
  readonly #recorder: () => Recorder | undefined;
  readonly #log: Logger;
  readonly #limits: RefusalLimits;
  readonly #waiting: RefusalInput[] = [];
  readonly #counts = new Map<string | null, Count & { last: RefusalInput }>();
  #windowEnds = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  /** @param recorder where the record is; undefined as long as nobody keeps one */
  constructor(recorder: () => Recorder | undefined, log: Logger, limits: Partial<RefusalLimits> = {}) {
    this.#recorder = recorder;
    this.#log = log;
    this.#limits = { ...usual, ...limits };
  }

  /** Notes a refusal. It takes no time: what is noted is sent later. */
  note(refusal: Refusal): void {
    const { perCaller, waiting, windowMs } = this.#limits;
    const input = inputOf(refusal);
    if (this.#counts.size === 0) this.#windowEnds = Date.now() + windowMs;
    const count = this.#counts.get(input.userId) ?? { noted: 0, left: 0, last: input };
    this.#counts.set(input.userId, count);
    if (count.noted < perCaller && this.#waiting.length < waiting) {
      count.noted += 1;
      this.#waiting.push(input);
    } else {
      count.left += 1;
      count.last = input;
    }
    this.#wait();
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endWindow();
    await this.#send();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (Date.now() >= this.#windowEnds) this.#endWindow();
      void this.#send().then(() => {
        if (this.#waiting.length > 0 || this.#counts.size > 0) this.#wait();
      });
    }, this.#limits.delayMs).unref();
  }

  #endWindow(): void {
    for (const { left, last } of this.#counts.values()) {
      if (left > 0) this.#waiting.push({ ...last, count: left, isSummary: true });
    }
    this.#counts.clear();
  }

  /** One batch after another, also when it is called while one is on its way. */
  #send(): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, perBatch);
        if (!(await this.#isTaken(batch))) return;
        this.#waiting.splice(0, batch.length);
      }
    });
    return this.#sending;
  }

  /** Whether a batch is done with; one that could not be delivered is sent once more later. */
  async #isTaken(batch: readonly RefusalInput[]): Promise<boolean> {
    try {
      const { errors = [] } = (await this.#recorder()?.fetch(mutation, { input: batch })) ?? {};
      const [error] = errors;
      if (!error) return true;
      this.#log.warn({ error, refusals: batch.length }, 'refusals could not be put on record');
      return !['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(String(error.extensions?.code));
    } catch (error) {
      this.#log.error({ error, refusals: batch.length }, 'refusals could not be put on record');
      return true;
    }
  }
}

function inputOf({ request, operationName, cuts }: Refusal): RefusalInput {
  const { userId, tenantId, role } = request.identity;
  const { requestId, ipAddress, userAgent } = request;
  return {
    ...{ userId, tenantId, role, requestId, ipAddress, userAgent },
    operationName: operationName?.slice(0, maxNameChars) ?? null,
    fields: few(cuts.map(({ field }) => field)),
    paths: few(cuts.map(({ path }) => path.join('.'))),
    count: cuts.length,
    isSummary: false,
  };
}

/** The first of the names, each once and none too long. */
function few(names: readonly string[]): string[] {
  return [...new Set(names)].slice(0, maxNames).map((name) => name.slice(0, maxNameChars));
}
