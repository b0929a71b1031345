import sql from 'sql-template-tag';
import { columnOf, columnValue, decodeRows, selectColumns, tableName } from '../sql/columns.ts';
import type { RequestDatabase } from '../sql/database.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { chainsTable } from './chain.ts';
import { hashOf, noHash, type AuditRecord } from './entry.ts';

/** The first place where a chain does not hold. */
export interface BrokenLink {
  readonly sequence: number;
  /** The entry at that place; null when it is missing. */
  readonly id: string | null;
  readonly problem: string;
}

/** What the verification of one chain has found. */
export interface VerifiedChain {
  readonly chain: string;
  /** How many hold, up to the first that does not. */
  readonly entries: number;
  /** Null when the chain holds. */
  readonly brokenLink: BrokenLink | null;
}

/** The log of one database, as the product itself sees it. */
interface Log {
  readonly db: Pick<RequestDatabase<unknown>, 'dialect' | 'many'>;
  /** The domain's AuditEntry. */
  readonly table: TableDescriptor;
}

/** The end of what has been verified; the head of a chain says where that should be. */
type End = Pick<AuditRecord, 'sequence' | 'hash'>;

interface Verified extends End {
  readonly id: string | null;
  readonly entries: number;
}

/** Verifies the log of a database, chain by chain, while others go on writing it. */
export async function* verifyAuditLog(log: Log): AsyncGenerator<VerifiedChain> {
  const { db, table } = log;
  // A chain whose head was deleted still has its entries.
  const chains = await db.many<{ readonly chain: string }>(
    sql`select chain from ${chainsTable({ dialect: db.dialect, table })}
      union select chain from ${tableName(db.dialect, table)} order by chain`,
  );
  for (const { chain } of chains) yield await verifyChain(log, chain);
}

async function verifyChain(log: Log, chain: string): Promise<VerifiedChain> {
  let last: Verified = { sequence: 0, hash: noHash, id: null, entries: 0 };
  for (;;) {
    const records = await readPortion(log, chain, last);
    for (const record of records) {
      const brokenLink = breakBetween(last, record);
      if (brokenLink) return { chain, entries: last.entries, brokenLink };
      last = { ...record, entries: last.entries + 1 };
    }
    // The head is read after the entries: what was written meanwhile comes with the next portion.
    const head = await readHead(log, chain);
    const hasMore = head.sequence > last.sequence && records.length > 0;
    if (!hasMore) return { chain, entries: last.entries, brokenLink: breakAtEnd(last, head) };
  }
}

function breakBetween(last: End, record: AuditRecord): BrokenLink | null {
  const { id, sequence } = record;
  const expected = last.sequence + 1;
  const here = (problem: string): BrokenLink => ({ sequence, id, problem });
  if (sequence > expected) return missing(expected, sequence - 1);
  if (sequence < expected) return here('another entry has the same place');
  if (hashOf(record) !== record.hash) return here('its hash is not that of its content');
  if (record.previousHash !== last.hash) return here('its previous hash is not that of the entry before');
  return null;
}

/** A chain that was cut off at its end holds in itself: its head tells. */
function breakAtEnd(last: Verified, head: End): BrokenLink | null {
  const { sequence, id } = last;
  if (head.sequence > sequence) return missing(sequence + 1, head.sequence);
  if (head.sequence < sequence)
    return { sequence, id, problem: `the head of the chain is at ${head.sequence}` };
  return head.hash === last.hash ? null : { sequence, id, problem: 'the head of the chain has another hash' };
}

function missing(first: number, last: number): BrokenLink {
  const problem = first === last ? 'the entry is missing' : `the entries up to ${last} are missing`;
  return { sequence: first, id: null, problem };
}

async function readHead({ db, table }: Log, chain: string): Promise<End> {
  const [head] = await db.many<StoredEnd>(
    sql`select sequence, hash from ${chainsTable({ dialect: db.dialect, table })} where chain = ${chain}`,
  );
  return { sequence: Number(head?.sequence ?? 0), hash: head?.hash ?? noHash };
}

/** As the drivers give it: one has a bigint as text. */
interface StoredEnd extends Pick<End, 'hash'> {
  readonly sequence: number | string;
}

/** An entry as the drivers give it. */
interface StoredRecord extends Omit<AuditRecord, 'sequence' | 'createdAt'>, StoredEnd {
  readonly createdAt: Date;
}

/** The next entries, a bounded number, so that a log of any length is verified in constant memory. */
async function readPortion({ db, table }: Log, chain: string, last: Verified): Promise<AuditRecord[]> {
  const { dialect } = db;
  const id = columnValue(dialect, columnOf(table, 'id'), last.id);
  // From the last one's place on: another entry there, which its unique key forbids, is to be seen.
  const beyond = last.id === null ? sql`true` : sql`t.sequence >= ${last.sequence} and t.id <> ${id}`;
  const rows = await db.many<StoredRecord>(
    sql`select ${selectColumns(dialect, table)} from ${tableName(dialect, table)} t
      where t.chain = ${chain} and ${beyond} order by t.sequence, t.id limit 1000`,
  );
  return decodeRows(dialect, table, rows).map((row) => {
    const { sequence, createdAt, ...record } = row;
    return { ...record, sequence: Number(sequence), createdAt: createdAt.toISOString() };
  });
}
