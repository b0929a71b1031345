import type { PGlite } from '@electric-sql/pglite';
import { MessageReader, messageType, notifiedChannel } from './protocol.ts';

/** One of those who share the session. */
export interface Holder {
  /** The role that its statements run as; the owner's when it has asked for none. */
  readonly role: string | undefined;
}

/** One of those who have asked for notifications. */
export interface Listener extends Holder {
  /** Gets every `NotificationResponse`, whoever's batch it has come with. */
  notify(channel: string, message: Buffer): void;
}

/** Ends a session's settings, its role and its temporary tables; `reset all` leaves the role out. */
const forget = 'reset session authorization; reset role; reset all; discard temp';

/**
 * PGlite's one session, lent to one connection at a time: for a batch of messages up to its end, or for as long as
 * the connection has a transaction open. What is set for the session, and not for a transaction, is set for every
 * connection until one of them leaves.
 */
export class SharedSession {
  readonly #database: PGlite;
  readonly #waiting: { readonly holder: Holder; readonly wake: () => void }[] = [];
  #holder: Holder | undefined;
  /** Postgres notifies a session, and all of these are in the one. */
  readonly #listeners = new Set<Listener>();
  /** The role that the session was last given. */
  #role: string | undefined;

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** Has all notifications of the session go to a listener, who knows which channels it listens to. */
  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /**
   * Runs protocol messages in the session.
   * @param ends whether the batch ends with them; if not, the session stays with the holder
   * @param send gets the answer's bytes as they come
   */
  async run(
    holder: Holder,
    messages: Uint8Array,
    ends: boolean,
    send: (bytes: Buffer) => void,
  ): Promise<void> {
    await this.#acquire(holder);
    try {
      await this.#become(holder.role);
      await this.#database.runExclusive(() =>
        this.#database.execProtocolRawStream(messages, { onRawData: this.#sorted(send) }),
      );
    } finally {
      if (ends && !this.#database.isInTransaction()) this.#release();
    }
  }

  /** Ends what a connection has left open, and forgets its settings and its prepared statements. */
  async leave(holder: Holder, statements: Iterable<string>): Promise<void> {
    for (const listener of this.#listeners) if (listener === holder) this.#listeners.delete(listener);
    const waiting = this.#waiting.findIndex((entry) => entry.holder === holder);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    await this.#acquire(holder);
    try {
      // Always: statements without a Sync are in a transaction that is none yet for `isInTransaction`.
      await this.#database.exec('rollback');
      await this.#database.exec(forget);
      this.#role = undefined;
      for (const name of statements) {
        // One that could not be parsed, or was closed, is not there.
        await this.#database.exec(`deallocate "${name.replaceAll('"', '""')}"`).catch(() => undefined);
      }
    } finally {
      this.#release();
    }
  }

  /** Sends an answer on, but for the notifications in it, which are for those who listen. */
  #sorted(send: (bytes: Buffer) => void): (bytes: Uint8Array) => void {
    if (this.#listeners.size === 0) return (bytes) => send(Buffer.from(bytes));
    const reader = new MessageReader();
    return (bytes) => {
      reader.push(Buffer.from(bytes));
      for (let message = reader.next(); message; message = reader.next()) {
        if (messageType(message) !== 'A') send(message);
        else for (const listener of this.#listeners) listener.notify(notifiedChannel(message), message);
      }
    };
  }

  /** Gives the session its holder's role: on a server of its own every connection has a session of its own for that. */
  async #become(role: string | undefined): Promise<void> {
    if (role === this.#role) return;
    await this.#database.exec(role === undefined ? 'reset role' : `set role "${role.replaceAll('"', '""')}"`);
    this.#role = role;
  }

  async #acquire(holder: Holder): Promise<void> {
    if (this.#holder === holder) return;
    if (this.#holder === undefined) {
      this.#holder = holder;
      return;
    }
    await new Promise<void>((wake) => this.#waiting.push({ holder, wake }));
  }

  #release(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.holder;
    next?.wake();
  }
}
