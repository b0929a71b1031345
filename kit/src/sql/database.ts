import type { Sql } from 'sql-template-tag';
import type { AuditOrigin } from '../audit/chain.ts';
import type { AuditDraft } from '../audit/entry.ts';
import type { AuditedTables } from '../audit/record.ts';
import type { WakeUps } from '../changes/wake-ups.ts';
import type { SubgraphRequest } from '../context/subgraph.ts';
import type { Identity } from '../identity/identity.ts';
import { newId } from '../ids/uuid.ts';
import { rethrowCoded } from './errors.ts';
import type { StatementRunner } from './run.ts';
import type { TableDescriptor } from './table.ts';
import { isUnconfined, rowsBehind, type Walled, type Walls } from './walled.ts';
import type { WriteOptions, Writer, WriteScope, Work } from './write.ts';

export type Dialect = 'postgres' | 'mysql';

/**
 * One domain's database: its reading statements, its writing transactions, and who they run as.
 * `Statement` is what it runs: any SQL where the database has row-level security, `Walled` where it has none.
 */
export interface Database<Tx, Statement extends Sql = Sql> {
  readonly name: string;
  readonly dialect: Dialect;
  /** Its tables, the audit log's among them. */
  readonly tables: AuditedTables;
  /** Who follows its audit log waits here. */
  readonly wakeUps: WakeUps;
  /**
   * The database as one caller sees it, for the length of one request.
   * @param origin what the audit log says of its writes; of work without a request, that the domain did it
   * @param request who is told of what its writes have changed, and whether a replica is good enough
   */
  as(
    identity: Identity,
    origin?: AuditOrigin,
    request?: Pick<SubgraphRequest, 'onChange' | 'isFresh'>,
  ): RequestDatabase<Tx, Statement>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A database seen by one caller. Every statement carries the caller's tenant context. */
export interface RequestDatabase<Tx, Statement extends Sql = Sql> {
  readonly dialect: Dialect;
  /** What stands for a table after `from`: what of it the caller may read. */
  rowsOf(table: TableDescriptor): Walled;
  // Properties, not methods: a database that runs walled statements alone does not pass for one that runs any.
  /** The rows of one reading statement. `Row` names the columns as the statement's aliases do. */
  readonly many: <Row>(statement: Statement) => Promise<Row[]>;
  /** The first row, or undefined when there is none. */
  readonly one: <Row>(statement: Statement) => Promise<Row | undefined>;
  /**
   * Runs `work` in one transaction; its writes are all kept or, when it throws, none. What they change goes to the
   * audit log in the same transaction.
   * @returns what `work` returns, after the commit
   */
  write<Result>(work: Work<Tx, Result>, options?: WriteOptions): Promise<Result>;
  /** Puts on record what was no change: a refusal, a read across tenants. */
  record(drafts: readonly AuditDraft[]): Promise<void>;
}

interface DatabaseParts<Tx> extends Pick<Database<Tx>, 'name' | 'dialect' | 'tables' | 'wakeUps'> {
  readonly primary: StatementRunner;
  /** Where reads go while the request has not written, but for what sees past the walls. */
  readonly replica?: StatementRunner | undefined;
  readonly writer: Writer<Tx>;
  /** The walls of the tables; undefined where the database's own policies are. */
  readonly walls?: Walls | undefined;
}

/** Joins a runner and a writer into the one thing that a subgraph reads and writes through. */
export function makeDatabase<Tx>(parts: DatabaseParts<Tx>): Database<Tx> {
  const { name, dialect, tables, wakeUps, primary, replica, writer } = parts;
  return {
    name,
    dialect,
    tables,
    wakeUps,
    as: (caller, origin = ownOrigin(name), { onChange, isFresh = false } = {}) =>
      new CallersDatabase(parts, { caller, origin, onChange }, isFresh),
    ping: () => primary.ping(),
    async close() {
      await wakeUps.close();
      await writer.close();
      await Promise.all([primary.close(), replica?.close()]);
    },
  };
}

/** The origin of what the product does for itself. */
function ownOrigin(name: string): AuditOrigin {
  return { action: `${name}.maintenance`, requestId: newId(), ipAddress: null, userAgent: null };
}

class CallersDatabase<Tx> implements RequestDatabase<Tx> {
  readonly dialect: Dialect;
  readonly #parts: DatabaseParts<Tx>;
  readonly #scope: WriteScope;
  readonly #rows = new Map<TableDescriptor, Walled>();
  #reader: StatementRunner;

  constructor(parts: DatabaseParts<Tx>, scope: WriteScope, isFresh: boolean) {
    this.dialect = parts.dialect;
    this.#parts = parts;
    this.#scope = scope;
    this.#reader = isFresh ? parts.primary : (parts.replica ?? parts.primary);
  }

  rowsOf(table: TableDescriptor): Walled {
    let rows = this.#rows.get(table);
    if (!rows) {
      rows = rowsBehind(this.#parts.walls, table, this.#scope.caller);
      this.#rows.set(table, rows);
    }
    return rows;
  }

  async many<Row>(statement: Sql): Promise<Row[]> {
    // The driver cannot know the row's shape: the statement's aliases say it, and the caller names it once, here.
    const reader = isUnconfined(statement) ? this.#parts.primary : this.#reader;
    return (await reader.run(statement, this.#scope.caller).catch(rethrowCoded)) as Row[];
  }

  async one<Row>(statement: Sql): Promise<Row | undefined> {
    const [row] = await this.many<Row>(statement);
    return row;
  }

  async write<Result>(work: Work<Tx, Result>, options?: WriteOptions): Promise<Result> {
    // A replica may lag: once a request writes, it reads where it wrote.
    this.#reader = this.#parts.primary;
    return this.#parts.writer.transaction(this.#scope, work, options).catch(rethrowCoded);
  }

  async record(drafts: readonly AuditDraft[]): Promise<void> {
    await this.#parts.writer.record(this.#scope, drafts).catch(rethrowCoded);
  }
}
