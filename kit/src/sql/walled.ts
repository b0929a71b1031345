import { join, Sql, type RawValue } from 'sql-template-tag';
import type { Identity } from '../identity/identity.ts';
import { tableName } from './columns.ts';
import type { Dialect } from './database.ts';
import type { TableDescriptor } from './table.ts';

/**
 * The rows of a table that a caller may read, as a condition over the table aliased `t`.
 * @throws UNAUTHENTICATED when only those who have logged in may read any
 */
export type Wall = (caller: { readonly identity: Identity }) => Sql;

/** The wall of every table of a database that has no row-level security, by the model's name. */
export type Walls = Readonly<Record<string, Wall>>;

// Not exported: no other file can name the property, so no other Sql passes for a walled one.
const isBehindWalls = Symbol('walled');

/**
 * SQL that reads tables through their walls alone. A database without row-level security runs no other: this is made
 * by `rowsOf`, which puts the wall in, by `walled`, which puts such parts together, and by `unconfined`.
 */
export interface Walled extends Sql {
  readonly [isBehindWalls]: true;
}

class WalledSql extends Sql implements Walled {
  readonly [isBehindWalls] = true;
}

class UnconfinedSql extends WalledSql {}

/** Whether a statement has been through the walls. */
export function isWalled(statement: unknown): statement is Walled {
  return typeof statement === 'object' && statement !== null && isBehindWalls in statement;
}

/** What stands for a table after `from`: with walls, the rows of it that the caller may read. */
export function rowsBehind(walls: Walls | undefined, table: TableDescriptor, identity: Identity): Walled {
  const name = tableName(walls ? 'mysql' : 'postgres', table);
  if (!walls) return new WalledSql(name.strings, name.values);
  const wall = walls[table.model];
  if (!wall) throw new TypeError(`${table.model} has no wall`);
  // A derived table without grouping or limit is merged into the statement around it, by MySQL and by MariaDB.
  return new WalledSql(['(select * from ', ' t where ', ')'], [name, wall({ identity })]);
}

/**
 * Puts a statement together. After `from` and `join` stands what is walled, or a subselect; no other part may read.
 * @throws TypeError when a table is read past its wall: a mistake of the statement's author, found at its first run
 */
export function walled(texts: TemplateStringsArray, ...values: readonly RawValue[]): Walled {
  const sources = sourcesOf(texts);
  for (const [index, value] of values.entries()) {
    if (isWalled(value)) continue;
    if (sources.has(index)) throw new TypeError(`What is read after “${texts[index] ?? ''}” has no wall`);
    if (value instanceof Sql) checkReadsNothing(value);
  }
  return new WalledSql(texts, values);
}

/** `walled` for a number of statements: `union all`. */
export function allWalled(statements: readonly Walled[], separator: string): Walled {
  const { strings, values } = join([...statements], separator);
  return new WalledSql(strings, values);
}

/** A part of a statement that its author has written: where policies confine it, anything; elsewhere it may not read. */
export function confined(dialect: Dialect, part: Sql): Walled {
  if (dialect === 'mysql' && !isWalled(part)) checkReadsNothing(part);
  return new WalledSql(part.strings, part.values);
}

/**
 * A statement that is to see past the walls.
 * @param reason why it may: who else sees to it that nothing reaches whom it should not
 */
export function unconfined(reason: string, statement: Sql): Walled {
  if (reason === '') throw new TypeError('What sees past the walls says why');
  return new UnconfinedSql(statement.strings, statement.values);
}

/** Whether a statement sees past the walls: it decides who somebody is, and must not be answered by a copy that lags. */
export function isUnconfined(statement: Sql): boolean {
  return statement instanceof UnconfinedSql;
}

const reads = /\b(?:from|join)\b/i;
/** `from` and `join` before neither the end of the text, where a value follows, nor a subselect. */
const readsByName = /\b(?:from|join)\b(?!\s*(?:lateral\s*)?\(?\s*(?:$|\(*select\b))/i;
const endsInSource = /\b(?:from|join)\s*(?:lateral\s*)?\(?\s*$/i;
/** A further source after a comma: ` t, sessions s`. */
const goesOn = /^\s*(?:as\s+)?\w*\s*,/i;

const sourcesOfTexts = new WeakMap<TemplateStringsArray, ReadonlySet<number>>();

/** The numbers of the values that stand for something to read; each text is looked at once. */
function sourcesOf(texts: TemplateStringsArray): ReadonlySet<number> {
  const known = sourcesOfTexts.get(texts);
  if (known) return known;
  const sources = new Set<number>();
  for (const [index, text] of texts.entries()) {
    if (readsByName.test(text) || (sources.has(index - 1) && goesOn.test(text))) {
      throw new TypeError(`A table is read by its name, past its wall, in “${text}”`);
    }
    if (endsInSource.test(text)) sources.add(index);
  }
  sourcesOfTexts.set(texts, sources);
  return sources;
}

const readNothing = new WeakSet<Sql>();

function checkReadsNothing(part: Sql): void {
  if (readNothing.has(part)) return;
  const found = part.strings.find((text) => reads.test(text));
  if (found !== undefined) throw new TypeError(`A part of a statement reads past the walls: “${found}”`);
  readNothing.add(part);
}
