import type { SubgraphRequest } from '@cdx/kit';
import { makeRequestContext, type RequestContext } from '../request-context.ts';

/** What a request waits by: its signal and its deadline. */
export type Waiting = Pick<SubgraphRequest, 'signal' | 'deadlineMs'>;

/** An execution that several requests may wait for. It has until the last of their deadlines, and ends with the last. */
export class Flight<Answer> {
  /** The context that it runs in: of the first request, without its end. */
  readonly context: RequestContext;
  readonly #request: SubgraphRequest & { deadlineMs: number };
  readonly #abandoned = new AbortController();
  readonly #answer: Promise<Answer>;
  #waiting = 0;
  #joined = 0;

  constructor(request: SubgraphRequest, execute: (context: RequestContext) => Promise<Answer>) {
    this.#request = { ...request, signal: this.#abandoned.signal };
    this.context = makeRequestContext(this.#request);
    // Later, so that it can be told who waits for it.
    this.#answer = Promise.resolve(this.context).then(execute);
  }

  /** Whether nobody waits for it any more. */
  get isAbandoned(): boolean {
    return this.#abandoned.signal.aborted;
  }

  /** How many requests have waited for it. */
  get joined(): number {
    return this.#joined;
  }

  /**
   * Waits for the answer; undefined when the request is over before that, while others still wait. The last that is over
   * ends the execution, and gets what that makes of it.
   */
  async wait({ signal, deadlineMs }: Waiting): Promise<Answer | undefined> {
    this.#waiting += 1;
    this.#joined += 1;
    this.#request.deadlineMs = Math.max(this.#request.deadlineMs, deadlineMs);
    const over = Promise.withResolvers<undefined>();
    const leave = (): void => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#abandoned.abort();
      else over.resolve(undefined);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.#answer, over.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}
