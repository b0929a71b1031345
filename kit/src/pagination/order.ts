import sql, { join, type Sql } from 'sql-template-tag';
import { columnOf, columnRef, columnValue } from '../sql/columns.ts';
import type { Dialect } from '../sql/database.ts';
import type { TableDescriptor } from '../sql/table.ts';

export type SortDirection = 'ASC' | 'DESC';

/** A list's order: one column, and the primary key where two rows are equal in it. */
export interface Order {
  /** The property of the column: `createdAt`. */
  readonly property: string;
  readonly direction: SortDirection;
}

/** A row's place in an order: its value there and its key. */
export interface Position {
  readonly value: unknown;
  readonly key: string;
}

/** The property that identifies a row; lists are of tables with a key of one column. */
export function keyProperty(table: TableDescriptor): string {
  const [property, ...more] = table.primaryKey;
  if (property === undefined || more.length > 0)
    throw new TypeError(`${table.model} has no key of one column`);
  return property;
}

/**
 * `order by` of a page. Rows without a value come last in both directions, first when the page is read backwards.
 * @param backwards whether the page is read from its end
 */
export function orderBy(dialect: Dialect, table: TableDescriptor, order: Order, backwards: boolean): Sql {
  const key = columnRef(dialect, table, keyProperty(table));
  const direction = ascending(order, backwards) ? sql`asc` : sql`desc`;
  if (order.property === keyProperty(table)) return sql`${key} ${direction}`;
  const column = columnRef(dialect, table, order.property);
  const terms = [sql`${column} ${direction}`, sql`${key} ${direction}`];
  if (columnOf(table, order.property).nullable) {
    terms.unshift(sql`(${column} is null) ${backwards ? sql`desc` : sql`asc`}`);
  }
  return join(terms);
}

/**
 * The condition that a row comes after a position, in the direction of reading. A keyset: the position is compared,
 * not counted, so rows that come and go meanwhile shift nothing.
 */
export function isBeyond(
  dialect: Dialect,
  table: TableDescriptor,
  order: Order,
  position: Position,
  backwards: boolean,
): Sql {
  const greater = ascending(order, backwards) ? sql`>` : sql`<`;
  const keyColumn = columnOf(table, keyProperty(table));
  const key = columnRef(dialect, table, keyProperty(table));
  const beyondKey = sql`${key} ${greater} ${columnValue(dialect, keyColumn, position.key)}`;
  if (order.property === keyProperty(table)) return beyondKey;
  const descriptor = columnOf(table, order.property);
  const column = columnRef(dialect, table, order.property);
  if (position.value === null) {
    return backwards
      ? sql`(${column} is not null or ${beyondKey})`
      : sql`(${column} is null and ${beyondKey})`;
  }
  const value = columnValue(dialect, descriptor, position.value);
  const beyond = sql`(${column} ${greater} ${value} or (${column} = ${value} and ${beyondKey}))`;
  if (!descriptor.nullable) {
    // The first half repeats what the second says, in the form that an index can seek by.
    return sql`(${column} ${greater}= ${value} and ${beyond})`;
  }
  return backwards ? beyond : sql`(${beyond} or ${column} is null)`;
}

function ascending(order: Order, backwards: boolean): boolean {
  return (order.direction === 'ASC') !== backwards;
}
