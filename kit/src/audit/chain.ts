import sql, { join, type Sql } from 'sql-template-tag';
import type { Identity } from '../identity/identity.ts';
import { newId } from '../ids/uuid.ts';
import { columnOf, columnValue, identifier, tableName } from '../sql/columns.ts';
import type { Dialect } from '../sql/database.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { hashOf, type AuditActorKind, type AuditDraft, type AuditRecord } from './entry.ts';

/** Where a write comes from: what its entries say beside the caller. */
export interface AuditOrigin {
  /** What is being done: `clients.updateClient`. Set when a root field of a mutation begins. */
  action: string;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** The raw statements of a Prisma transaction. */
export interface RawTransaction {
  $queryRaw(statement: Sql): Promise<unknown>;
  $executeRaw(statement: Sql): Promise<number>;
}

/** Where the log of one database is. */
export interface AuditLog {
  readonly dialect: Dialect;
  readonly table: TableDescriptor;
}

interface Head {
  readonly sequence: number;
  readonly hash: string;
}

/** Entries of one statement: sixteen parameters each, far below what a statement may have. */
const entriesPerStatement = 500;

/**
 * Adds entries to their chains, as the last statements of a transaction: a chain's head is locked from here to the
 * commit, so writers of one tenant wait for one another for two statements only.
 * @returns the chains that have grown
 */
export async function appendEntries(
  transaction: RawTransaction,
  log: AuditLog,
  caller: Identity,
  origin: AuditOrigin,
  drafts: readonly AuditDraft[],
): Promise<string[]> {
  const chains = Map.groupBy(drafts, ({ tenantId }) => tenantId ?? '');
  // In one order everywhere, so that no two transactions wait for each other.
  const names = [...chains.keys()].sort();
  for (const chain of names) {
    let { sequence, hash } = await lockHead(transaction, log, chain);
    const records = (chains.get(chain) ?? []).map((draft) => {
      sequence += 1;
      const record = sealed(draft, caller, origin, { chain, sequence, previousHash: hash });
      hash = record.hash;
      return record;
    });
    for (let start = 0; start < records.length; start += entriesPerStatement) {
      await transaction.$executeRaw(insertion(log, records.slice(start, start + entriesPerStatement)));
    }
  }
  return names;
}

async function lockHead(transaction: RawTransaction, log: AuditLog, chain: string): Promise<Head> {
  return (await findHead(transaction, log, chain)) ?? beginChain(transaction, log, chain);
}

async function findHead(
  transaction: RawTransaction,
  log: AuditLog,
  chain: string,
): Promise<Head | undefined> {
  const [head] = (await transaction.$queryRaw(
    sql`select sequence, hash from ${chainsTable(log)} where chain = ${chain} for update`,
  )) as { readonly sequence: bigint; readonly hash: string }[];
  return head && { sequence: Number(head.sequence), hash: head.hash };
}

async function beginChain(transaction: RawTransaction, log: AuditLog, chain: string): Promise<Head> {
  const orNothing =
    log.dialect === 'postgres' ? sql`on conflict do nothing` : sql`on duplicate key update chain = chain`;
  await transaction.$executeRaw(sql`insert into ${chainsTable(log)} (chain) values (${chain}) ${orNothing}`);
  const head = await findHead(transaction, log, chain);
  if (!head) throw new Error(`The chain ${chain} of the audit log was made and is gone`);
  return head;
}

/** The table of heads, beside the log's. */
export function chainsTable({ dialect, table }: AuditLog): Sql {
  return tableName(dialect, { ...table, table: 'audit_chains' });
}

function sealed(
  draft: AuditDraft,
  caller: Identity,
  origin: AuditOrigin,
  place: Pick<AuditRecord, 'chain' | 'sequence' | 'previousHash'>,
): AuditRecord {
  const { userId, role, requestId, ipAddress, userAgent } = draft.by ?? { ...caller, ...origin };
  const actor = { actorId: userId, actorKind: actorKind(role), requestId: requestId.slice(0, 255) };
  const device = { ipAddress, userAgent: userAgent?.slice(0, 512) ?? null };
  const record = {
    id: newId(),
    ...draft,
    ...actor,
    ...device,
    ...place,
    createdAt: new Date().toISOString(),
  };
  return { ...record, hash: hashOf(record) };
}

function actorKind(role: Identity['role']): AuditActorKind {
  if (role === 'system') return 'service';
  return role === 'superadmin' || role === 'admin' ? 'admin' : 'user';
}

function insertion({ dialect, table }: AuditLog, records: readonly AuditRecord[]): Sql {
  const properties = Object.keys(table.columns);
  const columns = properties.map((property) => identifier(dialect, columnOf(table, property).column));
  const rows = records.map((record) => {
    const values = properties.map((property) => stored({ dialect, table }, property, record));
    return sql`(${join(values)})`;
  });
  return sql`insert into ${tableName(dialect, table)} (${join(columns)}) values ${join(rows)}`;
}

function stored({ dialect, table }: AuditLog, property: string, record: AuditRecord): Sql {
  const column = columnOf(table, property);
  const value: unknown = Reflect.get(record, property);
  if (value === null) return sql`null`;
  if (column.type === 'json') {
    const text = JSON.stringify(value);
    return dialect === 'postgres' ? sql`${text}::jsonb` : sql`${text}`;
  }
  if (column.type === 'timestamp') return sql`${new Date(record.createdAt)}`;
  if (dialect === 'mysql') return sql`${columnValue(dialect, column, value)}`;
  if (column.type === 'uuid') return sql`${value}::uuid`;
  return sql`${value}`;
}
