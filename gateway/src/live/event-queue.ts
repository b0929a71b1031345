/** What has happened and was not taken yet, in its order. Ends when it holds more than it may. */
export class EventQueue<Event> {
  readonly #most: number;
  readonly #events: Event[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param most how many it holds */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it has ended because nobody took what it held. */
  get isOver(): boolean {
    return this.#isOver;
  }

  readonly add = (event: Event): void => {
    if (this.#isOver) return;
    if (this.#events.length >= this.#most) {
      this.#isOver = true;
      this.#events.length = 0;
    } else this.#events.push(event);
    this.#wake?.();
  };

  /** The events as they come, until the signal ends it. */
  async *take(signal: AbortSignal): AsyncGenerator<Event, void> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted && !this.#isOver) {
        const [event] = this.#events.splice(0, 1);
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
