import { setTimeout as sleep } from 'node:timers/promises';
import { codedError, type Change, type Heads, type Logger } from '@cdx/kit';
import type { SubgraphSource } from '../datasources/index.ts';

/** Something that has happened in a service. */
export interface ServiceChange extends Change {
  readonly service: string;
}

type Listener = (change: ServiceChange) => void;
type Sources = () => readonly SubgraphSource[];

/** How long to wait before a service that was lost is followed again, in milliseconds. */
const retryMs = 1_000;
/** How long a subscription waits for a service to be followed, in milliseconds; then it begins without it. */
const patienceMs = 5_000;

/**
 * Tells what happens in the services. Each is followed once for all who listen, while anybody does, and goes on where it
 * was when it is lost for a while.
 */
export class ChangeHub {
  readonly #sources: Sources;
  readonly #log: Logger;
  readonly #followers = new Map<string, ServiceFollower>();

  constructor(sources: Sources, log: Logger) {
    this.#sources = sources;
    this.#log = log;
  }

  /** The services that can be followed. */
  get services(): string[] {
    return this.#sources().flatMap(({ name, follow }) => (follow ? [name] : []));
  }

  /**
   * Listens to services, from now on; one that is down is joined when it is there again.
   * @returns what ends it
   * @throws SUBGRAPH_UNAVAILABLE when none of them can be followed
   */
  async listen(services: readonly string[], listener: Listener): Promise<() => void> {
    const followers = services.map((service) => this.#follower(service));
    for (const { listeners } of followers) listeners.add(listener);
    const stop = (): void => {
      for (const follower of followers) this.#leave(follower, listener);
    };
    const begun = await Promise.all(followers.map((follower) => follower.begins()));
    if (begun.includes(true)) return stop;
    stop();
    throw codedError('SUBGRAPH_UNAVAILABLE', `${services.join(', ')} cannot be followed now; try again`);
  }

  close(): void {
    for (const follower of this.#followers.values()) follower.end();
    this.#followers.clear();
  }

  #follower(service: string): ServiceFollower {
    let follower = this.#followers.get(service);
    if (!follower) {
      follower = new ServiceFollower(service, this.#sources, this.#log);
      this.#followers.set(service, follower);
    }
    return follower;
  }

  #leave(follower: ServiceFollower, listener: Listener): void {
    follower.listeners.delete(listener);
    if (follower.listeners.size > 0) return;
    follower.end();
    if (this.#followers.get(follower.service) === follower) this.#followers.delete(follower.service);
  }
}

class ServiceFollower {
  readonly service: string;
  readonly listeners = new Set<Listener>();
  readonly #sources: Sources;
  readonly #log: Logger;
  readonly #ended = new AbortController();
  readonly #begun = Promise.withResolvers<true>();
  #heads: Map<string, number> | undefined;

  constructor(service: string, sources: Sources, log: Logger) {
    this.service = service;
    this.#sources = sources;
    this.#log = log;
    void this.#run();
  }

  /** Whether nothing is missed from now on; false when that takes too long. */
  begins(): Promise<boolean> {
    const patience = new AbortController();
    const tooLong = sleep(patienceMs, false, { signal: patience.signal, ref: false }).catch(() => false);
    return Promise.race([this.#begun.promise, tooLong]).finally(() => patience.abort());
  }

  end(): void {
    this.#ended.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        this.#warn(error);
      }
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #warn(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#log.warn({ error, service: this.service }, 'what happens in a service cannot be followed now');
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const source = this.#sources().find(({ name }) => name === this.service);
    const from: Heads | undefined = this.#heads && Object.fromEntries(this.#heads);
    for await (const part of source?.follow?.(from, signal) ?? []) {
      if ('heads' in part) {
        this.#heads = new Map(Object.entries(part.heads));
        this.#begun.resolve(true);
        continue;
      }
      for (const change of part.changes) {
        this.#heads?.set(change.chain, change.sequence);
        for (const listener of this.listeners) listener({ ...change, service: this.service });
      }
    }
  }
}
