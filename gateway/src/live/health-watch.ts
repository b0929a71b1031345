import type { Logger } from '@cdx/kit';
import { serviceHealth, type ServiceHealth, type ServiceProbe } from '../views/service-health.ts';

type Listener = (health: ServiceHealth) => void;

/** Looks after the services while anybody listens, and tells how one is when that has changed. */
export class HealthWatch {
  readonly #probes: () => ReadonlyMap<string, ServiceProbe>;
  readonly #everyMs: number;
  readonly #log: Logger;
  readonly #listeners = new Set<Listener>();
  readonly #last = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param everyMs how long after a look the next one follows, in milliseconds */
  constructor(probes: () => ReadonlyMap<string, ServiceProbe>, everyMs: number, log: Logger) {
    this.#probes = probes;
    this.#everyMs = everyMs;
    this.#log = log;
  }

  /**
   * Listens from now on: what is told is another state than the one that was found as the listening began.
   * @returns what ends it
   */
  async listen(listener: Listener): Promise<() => void> {
    if (this.#listeners.size === 0) await this.#look();
    this.#listeners.add(listener);
    this.#timer ??= this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last.clear();
  }

  #schedule(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#look()
        .catch((error: unknown) => this.#log.error({ error }, 'the services could not be looked after'))
        .finally(() => {
          if (this.#timer === timer) this.#timer = this.#schedule();
        });
    }, this.#everyMs).unref();
    return timer;
  }

  async #look(): Promise<void> {
    for (const health of await serviceHealth({ probes: this.#probes() })) {
      const { service, status, version, schemaHash } = health;
      const state = JSON.stringify([status, version, schemaHash]);
      const before = this.#last.get(service);
      this.#last.set(service, state);
      if (before === undefined || before === state) continue;
      for (const listener of this.#listeners) listener(health);
    }
  }
}
