import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { readJson } from '../json/read-json.ts';
import { LocalWakeUps, unheardMs, type Waiting } from './wake-ups.ts';

/** How long what there is to tell is collected, in milliseconds: a busy database tells fifty times a second. */
const collectMs = 20;
/** How long a follower waits that hears of what all processes write: for what was told while nobody could hear it. */
const heardMs = 5_000;
/** The most bytes that Postgres takes as a payload; more chains than fit are found by who looks. */
const maxPayload = 7_900;

const payloadForm = z
  .string()
  .transform(readJson)
  .pipe(z.object({ by: z.string(), chains: z.array(z.string()) }));

/**
 * Wakes the followers of all processes, by NOTIFY and LISTEN. The notification is a transaction of its own after the
 * one that it tells of: in that one, it would have all commits of the server wait for one another (PostgreSQL's
 * `PreCommit_Notify` locks the queue until the commit is written).
 */
export class PostgresWakeUps extends LocalWakeUps {
  readonly #channel: string;
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #self = randomUUID();
  readonly #untold = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #listener: pg.Client | undefined;
  #isClosed = false;

  /**
   * @param name the domain: databases that share a server do not hear each other
   * @param url what the listener connects to
   * @param pool what notifications go by
   */
  constructor(name: string, url: string, pool: pg.Pool) {
    super();
    this.#channel = `cdx_${name}`;
    this.#url = url;
    this.#pool = pool;
  }

  override tell(chains: readonly string[]): void {
    super.tell(chains);
    if (this.#isClosed) return;
    for (const chain of chains) this.#untold.add(chain);
    this.#timer ??= setTimeout(() => this.#notify(), collectMs).unref();
  }

  override join(): Waiting {
    this.#listen();
    return super.join();
  }

  override async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await super.close();
    await this.#listener?.end();
  }

  #notify(): void {
    this.#timer = undefined;
    const payload = JSON.stringify({ by: this.#self, chains: [...this.#untold] });
    this.#untold.clear();
    const fits = Buffer.byteLength(payload) <= maxPayload;
    const told = fits ? payload : JSON.stringify({ by: this.#self, chains: [] });
    // Who does not hear of it looks by itself.
    this.#pool.query('select pg_notify($1, $2)', [this.#channel, told]).catch(() => undefined);
  }

  /** Listens on a connection of its own; once that is lost, followers look more often until one is had again. */
  #listen(): void {
    if (this.#listener || this.#isClosed) return;
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true });
    this.#listener = client;
    const lose = (): void => {
      if (this.#listener !== client) return;
      this.#listener = undefined;
      this.patienceMs = unheardMs;
      client.end().catch(() => undefined);
      setTimeout(() => this.#listen(), heardMs).unref();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ payload }) => this.#hear(payload));
    client
      .connect()
      .then(() => client.query(`listen ${client.escapeIdentifier(this.#channel)}`))
      .then(() => (this.patienceMs = heardMs), lose);
  }

  #hear(payload: string | undefined): void {
    const told = payloadForm.safeParse(payload);
    // Of what anybody else has sent on the channel only that is known: that there may be something.
    if (!told.success) super.tell([]);
    else if (told.data.by !== this.#self) super.tell(told.data.chains);
  }
}
