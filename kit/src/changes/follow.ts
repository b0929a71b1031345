import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { chainsTable } from '../audit/chain.ts';
import { system } from '../identity/identity.ts';
import { columnRef, decodeRows, identifier, selectColumns, tableName } from '../sql/columns.ts';
import type { Database, RequestDatabase } from '../sql/database.ts';
import { unconfined, type Walled } from '../sql/walled.ts';

/**
 * One entry of a domain's audit log, as those are told of it who follow the domain: that something has happened, to
 * what, and whose it is. What it is like now, they ask the domain as who wants to know.
 */
export const changeForm = z.object({
  id: z.string(),
  chain: z.string(),
  sequence: z.number(),
  tenantId: z.string().nullable(),
  actorId: z.string().nullable(),
  action: z.string(),
  /** What was done to it; `other` for what was no change: a superadmin's read, a refusal. */
  kind: z.enum(['created', 'updated', 'deleted', 'other']),
  resourceType: z.string(),
  resourceId: z.string().nullable(),
  requestId: z.string(),
});
export type Change = z.output<typeof changeForm>;

/** How far each chain of a domain's log has been read, by its name. */
export const headsForm = z.record(z.string(), z.number());
export type Heads = z.output<typeof headsForm>;

/** What a follower gets: first where it begins, then what is added from there on. */
export const followedChangesForm = z.union([
  z.object({ heads: headsForm }),
  z.object({ changes: z.array(changeForm) }),
]);
export type FollowedChanges = z.output<typeof followedChangesForm>;

/** The properties of an entry that a change has as they are. */
const properties = Object.keys(changeForm.omit({ kind: true }).shape);

/** How many entries of one chain are read at once. */
const pageSize = 500;

const reason = 'what follows the log gets no row of it, and asks for those as who wants to see them';

/**
 * Follows a domain's audit log: each entry once, those of one chain in their order. An entry is written in the
 * transaction that it tells of and numbered without gaps, so nothing that is committed is missed and nothing that was
 * rolled back is told (the "transactional outbox" of microservice patterns, with the log as the outbox).
 * @param from where to go on, as an earlier following had come to; from now on when not given
 */
export async function* followChanges(
  database: Database<unknown, Walled>,
  from: Heads | undefined,
  signal: AbortSignal,
): AsyncGenerator<FollowedChanges, void> {
  const log = new FollowedLog(database);
  const waiting = database.wakeUps.join();
  try {
    const heads = new Map(Object.entries(from ?? (await log.heads())));
    yield { heads: Object.fromEntries(heads) };
    let grown: readonly string[] | undefined;
    while (!signal.aborted) {
      const chains = grown ?? (await log.grownSince(heads));
      for (const chain of chains) {
        for await (const changes of log.after(chain, heads.get(chain) ?? 0)) {
          heads.set(chain, changes.at(-1)?.sequence ?? 0);
          yield { changes };
        }
      }
      grown = await waiting.next(signal);
    }
  } finally {
    waiting.leave();
  }
}

interface StoredChange extends Omit<Change, 'kind' | 'sequence'> {
  /** Postgres's driver leaves its 64 bits as text. */
  readonly sequence: number | string;
  /** MySQL's truth values are numbers. */
  readonly has_before: boolean | number;
  readonly has_after: boolean | number;
}

function toChange({ has_before: before, has_after: after, ...row }: StoredChange): Change {
  const isOther = row.action === 'read' || row.resourceType === 'refused';
  const changed = before ? (after ? 'updated' : 'deleted') : 'created';
  return { ...row, sequence: Number(row.sequence), kind: isOther ? 'other' : changed };
}

class FollowedLog {
  readonly #db: RequestDatabase<unknown, Walled>;
  readonly #table: Database<unknown>['tables']['AuditEntry'];

  constructor(database: Database<unknown, Walled>) {
    this.#db = database.as(system);
    this.#table = database.tables.AuditEntry;
  }

  async heads(): Promise<Heads> {
    const table = chainsTable({ dialect: this.#db.dialect, table: this.#table });
    const rows = await this.#db.many<{ chain: string; sequence: number | string }>(
      unconfined(reason, sql`select chain, sequence from ${table}`),
    );
    return Object.fromEntries(rows.map(({ chain, sequence }) => [chain, Number(sequence)]));
  }

  async grownSince(heads: ReadonlyMap<string, number>): Promise<string[]> {
    const now = Object.entries(await this.heads());
    return now.filter(([chain, sequence]) => sequence > (heads.get(chain) ?? 0)).map(([chain]) => chain);
  }

  /** The entries of a chain after a number, in pages. */
  async *after(chain: string, sequence: number): AsyncGenerator<Change[]> {
    for (let last = sequence; ;) {
      const page = await this.#page(chain, last);
      if (page.length === 0) return;
      yield page;
      if (page.length < pageSize) return;
      last = page.at(-1)?.sequence ?? last;
    }
  }

  async #page(chain: string, after: number): Promise<Change[]> {
    const { dialect } = this.#db;
    const table = this.#table;
    const isThere = (image: string): Sql =>
      sql`${columnRef(dialect, table, image)} is not null as ${identifier(dialect, `has_${image}`)}`;
    const sequence = columnRef(dialect, table, 'sequence');
    const rows = await this.#db.many<StoredChange>(
      unconfined(
        reason,
        sql`select ${selectColumns(dialect, table, properties)}, ${isThere('before')}, ${isThere('after')}
          from ${tableName(dialect, table)} t
          where ${columnRef(dialect, table, 'chain')} = ${chain} and ${sequence} > ${after}
          order by ${sequence} limit ${pageSize}`,
      ),
    );
    const decoded = decodeRows(dialect, table, rows, properties);
    return decoded.map(toChange);
  }
}
