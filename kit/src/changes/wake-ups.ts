/** Who is told which chains of a database's audit log have grown. */
export interface Waiting {
  /**
   * The chains that have grown since the last call, as soon as there are any.
   * @returns undefined when nothing was told for a while: what another process did may not have been told here
   */
  next(signal: AbortSignal): Promise<readonly string[] | undefined>;
  leave(): void;
}

/**
 * Tells those who follow a database that there is something to read. It only saves them the waiting: what there is to
 * read is in the database, and they look there by themselves too.
 */
export interface WakeUps {
  /** Tells of chains that have grown: after the commit, and without waiting for anybody. */
  tell(chains: readonly string[]): void;
  join(): Waiting;
  close(): Promise<void>;
}

/** How long a follower waits, in milliseconds, where nobody tells of what other processes write. */
export const unheardMs = 500;

/** Wakes the followers of this process. */
export class LocalWakeUps implements WakeUps {
  readonly #waiting = new Set<Follower>();
  /** How long a follower waits before it looks by itself, in milliseconds. */
  protected patienceMs = unheardMs;

  tell(chains: readonly string[]): void {
    for (const follower of this.#waiting) follower.wake(chains);
  }

  join(): Waiting {
    const follower = new Follower(
      () => this.patienceMs,
      () => this.#waiting.delete(follower),
    );
    this.#waiting.add(follower);
    return follower;
  }

  close(): Promise<void> {
    this.#waiting.clear();
    return Promise.resolve();
  }
}

class Follower implements Waiting {
  readonly leave: () => void;
  readonly #patienceMs: () => number;
  readonly #chains = new Set<string>();
  #isWoken = false;
  #wake: (() => void) | undefined;

  constructor(patienceMs: () => number, leave: () => void) {
    this.#patienceMs = patienceMs;
    this.leave = leave;
  }

  wake(chains: readonly string[]): void {
    for (const chain of chains) this.#chains.add(chain);
    this.#isWoken = true;
    this.#wake?.();
  }

  async next(signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (!this.#isWoken && !signal.aborted) await this.#wait(signal);
    const chains = [...this.#chains];
    this.#chains.clear();
    this.#isWoken = false;
    return chains.length > 0 ? chains : undefined;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    let stop: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      const end = (): void => resolve();
      this.#wake = end;
      signal.addEventListener('abort', end, { once: true });
      const timer = setTimeout(end, this.#patienceMs());
      stop = () => {
        signal.removeEventListener('abort', end);
        clearTimeout(timer);
      };
    });
    stop?.();
  }
}
