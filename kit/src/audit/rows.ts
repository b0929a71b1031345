import { bytesToUuid } from '../ids/uuid.ts';
import type { TableDescriptor } from '../sql/table.ts';

/** A row, or arguments of an operation, as Prisma takes and gives them. */
export type Values = Readonly<Record<string, unknown>>;

/** The row's primary key as text; of a key with several parts, `a/b`. */
export function keyOf(table: TableDescriptor, row: Values): string {
  const parts = table.primaryKey.map((property) => {
    const value = row[property];
    if (value === undefined || value === null)
      throw new TypeError(`${table.model} is written without its key`);
    return value instanceof Uint8Array ? bytesToUuid(value) : `${value as string | number}`;
  });
  return parts.join('/');
}

/** The condition that is true of exactly these rows. */
export function keysOf(table: TableDescriptor, rows: readonly Values[]): Values {
  const [property, ...more] = table.primaryKey;
  if (property !== undefined && more.length === 0) {
    return { [property]: { in: rows.map((row) => row[property]) } };
  }
  return {
    OR: rows.map((row) => Object.fromEntries(table.primaryKey.map((part) => [part, row[part]]))),
  };
}

/** Whether a value of the change is one that only the database knows: `{ increment: 1 }`. */
export function needsReading(table: TableDescriptor, data: Values): boolean {
  return Object.entries(data).some(
    ([property, value]) => table.columns[property]?.type !== 'json' && isOperation(value),
  );
}

function isOperation(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
