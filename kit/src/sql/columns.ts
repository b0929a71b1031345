import { channel } from 'node:diagnostics_channel';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { isUuid, uuidToBytes } from '../ids/uuid.ts';
import { JsonText } from '../json/json-text.ts';
import type { Dialect } from './database.ts';
import type { ColumnDescriptor, TableDescriptor } from './table.ts';

/** An identifier, quoted. Names come from descriptors and from the clients registry, never from a caller. */
export function identifier(dialect: Dialect, name: string): Sql {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new TypeError(`Not an SQL identifier: ${name}`);
  return raw(dialect === 'mysql' ? `\`${name}\`` : `"${name}"`);
}

/** The table with its schema: `"templates"."persona_templates"`. */
export function tableName(dialect: Dialect, table: TableDescriptor, schema = table.schema): Sql {
  const name = identifier(dialect, table.table);
  return schema === null ? name : sql`${identifier(dialect, schema)}.${name}`;
}

/** The descriptor of a property's column. Throws when the table has none: a mistake in the schema, not in a query. */
export function columnOf(table: TableDescriptor, property: string): ColumnDescriptor {
  const column = table.columns[property];
  if (!column) throw new TypeError(`${table.model} has no column for ${property}`);
  return column;
}

/** A property's column of the table aliased `t`. */
export function columnRef(dialect: Dialect, table: TableDescriptor, property: string): Sql {
  return sql`t.${identifier(dialect, columnOf(table, property).column)}`;
}

/** Some columns of one table, by their properties. */
export type Columns = readonly string[] & {
  /** Those that are read as JSON texts. */
  readonly texts?: ReadonlySet<string>;
};

/** The columns, of which those in whose JSON nobody looks are read as texts. */
export function withTexts(table: TableDescriptor, columns: Columns): Columns {
  const texts = columns.filter((property) => columnOf(table, property).opaque !== undefined);
  return texts.length > 0 ? Object.assign([...columns], { texts: new Set(texts) }) : columns;
}

const allOf = new WeakMap<TableDescriptor, Columns>();

/** All columns of a table. */
export function allColumns(table: TableDescriptor): Columns {
  let columns = allOf.get(table);
  if (!columns) {
    columns = Object.keys(table.columns);
    allOf.set(table, columns);
  }
  return columns;
}

const selectLists = new WeakMap<Columns, Map<Dialect, Sql>>();

/**
 * Columns of the table aliased `t`, each named as its property: `t."created_at" as "createdAt"`.
 * @param columns those of the table that are wanted; all when not given
 */
export function selectColumns(
  dialect: Dialect,
  table: TableDescriptor,
  columns: Columns = allColumns(table),
): Sql {
  const known = selectLists.get(columns) ?? new Map<Dialect, Sql>();
  selectLists.set(columns, known);
  let list = known.get(dialect);
  if (!list) {
    const quote = dialect === 'mysql' ? '`' : '"';
    list = join(
      columns.map(
        (property) =>
          sql`${selected(dialect, table, property, columns)} as ${raw(`${quote}${property}${quote}`)}`,
      ),
    );
    known.set(dialect, list);
  }
  return list;
}

/** A day is read as text: the drivers would make a moment of it, in the zone of the process. */
function selected(dialect: Dialect, table: TableDescriptor, property: string, { texts }: Columns): Sql {
  const ref = columnRef(dialect, table, property);
  if (dialect === 'postgres' && texts?.has(property)) return sql`${ref}::text`;
  if (columnOf(table, property).type !== 'date') return ref;
  return dialect === 'postgres' ? sql`${ref}::text` : sql`date_format(${ref}, '%Y-%m-%d')`;
}

/** A value as the dialect's driver wants it for this column. */
export function columnValue(dialect: Dialect, column: ColumnDescriptor, value: unknown): unknown {
  if (dialect === 'mysql' && column.type === 'uuid' && typeof value === 'string') {
    return Buffer.from(uuidToBytes(value));
  }
  return value;
}

const arrayTypes: Partial<Record<ColumnDescriptor['type'], string>> = {
  uuid: 'uuid[]',
  text: 'text[]',
  int: 'int[]',
  bigint: 'bigint[]',
  date: 'date[]',
  timestamp: 'timestamptz[]',
  decimal: 'numeric[]',
  float: 'float8[]',
};

/**
 * `column = any($1)`, one parameter for any number of values; in MySQL, which has no arrays, `column in (?, …)`
 * with the list filled up to a power of two, so that few texts are prepared.
 */
export function isAnyOf(
  dialect: Dialect,
  column: ColumnDescriptor,
  ref: Sql,
  values: readonly unknown[],
): Sql {
  if (dialect === 'postgres') {
    const type =
      column.type === 'enum' ? `${column.enumName ?? 'text'}[]` : (arrayTypes[column.type] ?? 'text[]');
    return sql`${ref} = any(${[...values]}::${raw(type)})`;
  }
  if (values.length === 0) return sql`false`;
  const size = 2 ** Math.ceil(Math.log2(values.length));
  const filled = Array.from({ length: size }, (_, index) => values[Math.min(index, values.length - 1)]);
  return sql`${ref} in (${join(filled.map((value) => columnValue(dialect, column, value)))})`;
}

/** Whether a text could be a value of the column; what cannot be is not sent to the database. */
export function isPossible(column: ColumnDescriptor, value: string): boolean {
  return column.type !== 'uuid' || isUuid(value);
}

/** Rows as they were read, before anybody looks at them: what a test guards against columns that were not read. */
export interface RowsEvent {
  readonly table: TableDescriptor;
  readonly columns: Columns;
  /** What a listener puts in a row's place is what the reader gets. */
  readonly rows: object[];
}

/** Publishes a `RowsEvent` for all rows read by some of their columns; free while nobody listens. */
export const rowsChannel = channel('cdx:rows');

/**
 * The rows with their JSON columns parsed, which MySQL's driver leaves as text, or passed on as texts where the columns
 * say so. Changes the rows it is given.
 * @param columns those that were read; all when not given
 */
export function decodeRows<Row extends object>(
  dialect: Dialect,
  table: TableDescriptor,
  rows: Row[],
  columns: Columns = allColumns(table),
): Row[] {
  const { texts } = columns;
  const decoded =
    dialect === 'mysql' ? columns.filter((property) => columnOf(table, property).type === 'json') : texts;
  for (const property of decoded ?? []) {
    const decode = texts?.has(property) ? jsonText : parseText;
    for (const row of rows) {
      const value: unknown = Reflect.get(row, property);
      if (typeof value === 'string') Reflect.set(row, property, decode(value));
    }
  }
  if (rowsChannel.hasSubscribers) rowsChannel.publish({ table, columns, rows } satisfies RowsEvent);
  return rows;
}

const parseText = (text: string): unknown => JSON.parse(text);

/** JSON's null is a null, which a field may not be allowed to have. */
function jsonText(text: string): JsonText | null {
  return text === 'null' ? null : new JsonText(text);
}
