import type { Identity } from '../identity/identity.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { appendEntries, type AuditLog, type AuditOrigin, type RawTransaction } from './chain.ts';
import type { AuditDraft } from './entry.ts';
import { imageOf } from './image.ts';
import { auditedTransaction, type Change, type Recorder } from './transaction.ts';

/** The audit of a transaction, for what it does by SQL of its own. */
export interface Audit {
  /** Puts on record what a raw statement has changed, masked as its table says; null when it has changed nothing of its own. */
  note(change: Change | null): void;
}

/** What a write says of itself. */
export interface AuditedWrite {
  readonly caller: Identity;
  readonly origin: AuditOrigin;
  /** The tenant of the rows whose table has no tenant; the caller's when not given. */
  readonly tenantId?: string | null | undefined;
  /** What the rows lie in, where their key says it not. */
  readonly within?: string | undefined;
  /** Why raw statements of this write need no entry. */
  readonly unaudited?: string | undefined;
  /** Gets the tenants whose rows are changed; null for those of a table that all tenants share. */
  readonly changed?: Set<string | null>;
  /** Gets the chains of the log that have grown. */
  readonly grown?: Set<string>;
}

/** The tables of a database, the log's among them. */
export type AuditedTables = Readonly<Record<string, TableDescriptor>> & {
  readonly AuditEntry: TableDescriptor;
};

/** What the audit needs of a database. */
export interface AuditedDatabase {
  readonly log: AuditLog;
  readonly tables: AuditedTables;
  readonly locking: Recorder['locking'];
}

/**
 * Does the work of a write in its transaction, and adds what it has changed to the audit log as the last thing before
 * the commit.
 * @throws Error when a raw statement was sent of which nothing was noted
 */
export async function runAudited<Tx, Result>(
  database: AuditedDatabase,
  transaction: Tx,
  write: AuditedWrite,
  work: (transaction: Tx, audit: Audit) => Promise<Result>,
): Promise<Result> {
  const changes: AuditDraft[] = [];
  let [rawStatements, notes] = [0, 0];
  const { action } = write.origin;
  const tenantId = write.tenantId === undefined ? write.caller.tenantId : write.tenantId;
  const record = ({ resourceId: key, ...change }: Change): void => {
    const resourceId = write.within === undefined || key === null ? key : `${write.within}/${key}`;
    changes.push({ tenantId, ...change, resourceId, action });
  };
  const audited = auditedTransaction(transaction, {
    tables: database.tables,
    locking: database.locking,
    record,
    onRawStatement: () => (rawStatements += 1),
  });
  const result = await work(audited, {
    note(change) {
      notes += 1;
      if (change) record(masked(database.tables, change));
    },
  });
  if (rawStatements > 0 && notes === 0 && write.unaudited === undefined) {
    throw new Error(`${action} has changed something by SQL and noted nothing for the audit`);
  }
  await append(database, transaction, write, changes);
  for (const { resourceType, tenantId: owner } of changes) {
    write.changed?.add(database.tables[resourceType]?.shared === undefined ? owner : null);
  }
  return result;
}

/** A noted change with the columns of its table only, masked as the table says. */
function masked(tables: AuditedTables, change: Change): Change {
  const table = tables[change.resourceType];
  if (!table) return change;
  const image = (values: Change['after']): Change['after'] => values && imageOf(table, values);
  return { ...change, before: image(change.before), after: image(change.after) };
}

/** Adds entries that belong to no change: reads and refusals. */
export async function append<Tx>(
  { log }: AuditedDatabase,
  transaction: Tx,
  { caller, origin, grown }: Pick<AuditedWrite, 'caller' | 'origin' | 'grown'>,
  drafts: readonly AuditDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  // Prisma's clients all have raw statements; their types, made for each schema, have no common ancestor that says so.
  const chains = await appendEntries(transaction as RawTransaction, log, caller, origin, drafts);
  for (const chain of chains) grown?.add(chain);
}
