import sql, { join, raw, type Sql } from 'sql-template-tag';
import { isUuid, uuidToBytes } from '../ids/uuid.ts';
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

const selections = new WeakMap<TableDescriptor, Map<Dialect, Sql>>();

/** All columns of the table aliased `t`, each named as its property: `t."created_at" as "createdAt"`. */
export function selectColumns(dialect: Dialect, table: TableDescriptor): Sql {
  const known = selections.get(table) ?? new Map<Dialect, Sql>();
  selections.set(table, known);
  let selection = known.get(dialect);
  if (!selection) {
    const quote = dialect === 'mysql' ? '`' : '"';
    selection = join(
      Object.keys(table.columns).map(
        (property) => sql`${columnRef(dialect, table, property)} as ${raw(`${quote}${property}${quote}`)}`,
      ),
    );
    known.set(dialect, selection);
  }
  return selection;
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

/** The row with its JSON columns parsed, which MySQL's driver leaves as text. Changes the row it is given. */
export function decodeRow<Row extends object>(dialect: Dialect, table: TableDescriptor, row: Row): Row {
  if (dialect === 'postgres') return row;
  for (const property of jsonProperties(table)) {
    const value: unknown = Reflect.get(row, property);
    if (typeof value === 'string') Reflect.set(row, property, JSON.parse(value));
  }
  return row;
}

const jsonPropertiesOf = new WeakMap<TableDescriptor, readonly string[]>();

function jsonProperties(table: TableDescriptor): readonly string[] {
  let properties = jsonPropertiesOf.get(table);
  if (!properties) {
    properties = Object.entries(table.columns)
      .filter(([, column]) => column.type === 'json')
      .map(([property]) => property);
    jsonPropertiesOf.set(table, properties);
  }
  return properties;
}
