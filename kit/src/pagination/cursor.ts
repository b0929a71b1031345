import { badInput } from '../errors/errors.ts';
import { columnOf, isPossible } from '../sql/columns.ts';
import type { ColumnDescriptor, TableDescriptor } from '../sql/table.ts';
import { keyProperty, type Order, type Position } from './order.ts';

/** The cursor of a row: its place in the order, and which order that is, in URL-safe base64. Opaque to clients. */
export function encodeCursor(table: TableDescriptor, order: Order, row: object): string {
  const value: unknown = Reflect.get(row, order.property);
  const key: unknown = Reflect.get(row, keyProperty(table));
  return Buffer.from(JSON.stringify([orderName(order), value, key])).toString('base64url');
}

/**
 * The place that a cursor names.
 * @param argument the argument it came in: `after` or `before`
 * @throws BAD_USER_INPUT when it is not a cursor of this list in this order
 */
export function decodeCursor(
  table: TableDescriptor,
  order: Order,
  cursor: string,
  argument: string,
): Position {
  const wrong = badInput(argument, 'a cursor that this list returned in this order');
  const [name, value, key] = parseTriple(cursor) ?? [];
  const keyColumn = columnOf(table, keyProperty(table));
  if (name !== orderName(order) || typeof key !== 'string' || !isPossible(keyColumn, key)) throw wrong;
  const decoded = decodeValue(columnOf(table, order.property), value);
  if (decoded === undefined) throw wrong;
  return { value: decoded, key };
}

const orderName = (order: Order): string => `${order.property} ${order.direction}`;

function parseTriple(cursor: string): unknown[] | undefined {
  // 2 kB hold any order value that a page can end with; longer texts are not ours.
  if (cursor.length > 2_048 || !/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) && parsed.length === 3 ? parsed : undefined;
  } catch {
    // Not JSON, so not a cursor: the caller is told so.
    return undefined;
  }
}

/** The order value in the column's own type, or undefined when it is none. */
function decodeValue(column: ColumnDescriptor, value: unknown): unknown {
  if (value === null) return column.nullable ? null : undefined;
  switch (column.type) {
    case 'timestamp': {
      const date = typeof value === 'string' ? new Date(value) : undefined;
      return date && !Number.isNaN(date.getTime()) ? date : undefined;
    }
    case 'int':
    case 'float':
    case 'bigint':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
    case 'decimal':
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'uuid':
      return typeof value === 'string' && isPossible(column, value) ? value : undefined;
    case 'text':
    case 'enum':
      return typeof value === 'string' && !value.includes('\u0000') ? value : undefined;
    case 'json':
      return undefined;
  }
}
