/** What something lasts for at the longest. */
export interface Lasting {
  /** Aborted when whom it is for leaves. */
  readonly signal: AbortSignal;
  /** When its time is up, in milliseconds since the epoch; never when undefined. */
  readonly expiresAt: number | undefined;
}

/** The most milliseconds that a timer takes. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The end of something that lasts, whichever comes first, and what is to be done then. Not by `AbortSignal.any`: what
 * nobody but its own listeners holds may be collected as garbage, and then never ends.
 */
export class Ending {
  readonly #over = new AbortController();
  readonly #cleanUps: (() => void)[] = [];
  #hasExpired = false;

  constructor({ signal, expiresAt }: Lasting) {
    signal.addEventListener('abort', this.end, { once: true });
    this.#cleanUps.push(() => signal.removeEventListener('abort', this.end));
    if (signal.aborted) this.end();
    if (expiresAt !== undefined) this.#expireAt(expiresAt);
  }

  /** Aborted at the end. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether it has ended because its time was up. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  readonly end = (): void => this.#over.abort();

  /** Has something done when it is released. */
  finally(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Ends it and does what is to be done, once. */
  release(): void {
    this.end();
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }

  #expireAt(moment: number): void {
    const expire = (): void => {
      this.#hasExpired = !this.#over.signal.aborted;
      this.end();
    };
    const timer = setTimeout(expire, Math.min(Math.max(0, moment - Date.now()), longestTimerMs)).unref();
    this.#cleanUps.push(() => clearTimeout(timer));
  }
}
