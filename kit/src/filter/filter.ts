import sql, { join, type Sql } from 'sql-template-tag';
import { badInput } from '../errors/errors.ts';
import { columnRef, columnValue, isAnyOf, isPossible } from '../sql/columns.ts';
import type { Dialect } from '../sql/database.ts';
import type { ColumnDescriptor, TableDescriptor } from '../sql/table.ts';

/** A filter as GraphQL has already checked it: columns by name, and `and`, `or`, `not` over filters. */
export type Filter = Readonly<Record<string, unknown>>;

/** More conditions than this in one filter are refused; a person's filter has a handful. */
const maxConditions = 100;

interface Scope {
  readonly dialect: Dialect;
  readonly table: TableDescriptor;
  conditions: number;
}

/**
 * The SQL condition of a filter over the table aliased `t`; `true` when there is none.
 * @throws BAD_USER_INPUT naming the part of the filter that is wrong
 */
export function filterCondition(
  dialect: Dialect,
  table: TableDescriptor,
  filter: Filter | null | undefined,
): Sql {
  return filter ? allOf({ dialect, table, conditions: 0 }, filter, 'filter') : sql`true`;
}

function allOf(scope: Scope, filter: Filter, path: string): Sql {
  const parts = Object.entries(filter).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [part(scope, key, value, `${path}.${key}`)],
  );
  return parts.length === 0 ? sql`true` : sql`(${join(parts, ' and ')})`;
}

function part(scope: Scope, key: string, value: unknown, path: string): Sql {
  scope.conditions += 1;
  if (scope.conditions > maxConditions) throw badInput('filter', `at most ${maxConditions} conditions`);
  if (key === 'and' || key === 'or') return joined(scope, key, value as readonly Filter[], path);
  // `is not true` keeps the rows where the condition is unknown: a row without a name is not called Ann.
  if (key === 'not') return sql`${allOf(scope, value as Filter, path)} is not true`;
  const column = scope.table.columns[key];
  if (!column) throw new TypeError(`The filter of ${scope.table.model} names ${key}, which is no column`);
  const ref = columnRef(scope.dialect, scope.table, key);
  const conditions = Object.entries(value as Filter).flatMap(([operator, operand]) =>
    operand === undefined
      ? []
      : [comparison(scope.dialect, column, ref, operator, operand, `${path}.${operator}`)],
  );
  return conditions.length === 0 ? sql`true` : join(conditions, ' and ');
}

function joined(scope: Scope, key: 'and' | 'or', filters: readonly Filter[], path: string): Sql {
  if (filters.length === 0) throw badInput(path, 'a list with at least one filter');
  const parts = filters.map((filter, index) => allOf(scope, filter, `${path}.${index}`));
  return sql`(${join(parts, key === 'and' ? ' and ' : ' or ')})`;
}

const comparisons: Readonly<Record<string, Sql>> = {
  gt: sql`>`,
  gte: sql`>=`,
  lt: sql`<`,
  lte: sql`<=`,
};

function comparison(
  dialect: Dialect,
  column: ColumnDescriptor,
  ref: Sql,
  operator: string,
  operand: unknown,
  path: string,
): Sql {
  if (operand === null) throw badInput(path, 'a value; isNull asks for absence');
  const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  for (const value of operands) {
    if (typeof value === 'string' && !isPossible(column, value)) throw badInput(path, 'a UUID');
  }
  const value = columnValue(dialect, column, operand);
  switch (operator) {
    case 'eq':
      return sql`${ref} = ${value}`;
    case 'in':
      return isAnyOf(dialect, column, ref, operands);
    case 'contains':
      if (column.type === 'json') return containsJson(dialect, ref, operand);
      return like(dialect, ref, `%${escapePattern(text(operand))}%`);
    case 'startsWith':
      return like(dialect, ref, `${escapePattern(text(operand))}%`);
    case 'isNull':
      return operand === true ? sql`${ref} is null` : sql`${ref} is not null`;
    case 'has':
    case 'hasEvery':
      return column.type === 'json' ? containsJson(dialect, ref, operands) : sql`${ref} @> ${operands}`;
    case 'hasSome':
      return column.type === 'json' ? overlapsJson(dialect, ref, operands) : sql`${ref} && ${operands}`;
    default:
      return sql`${ref} ${comparisons[operator] ?? unknownOperator(operator)} ${value}`;
  }
}

function unknownOperator(operator: string): never {
  throw new TypeError(`The schema offers the operator ${operator}, which the kit does not know`);
}

/** Case does not count in `contains` and `startsWith`: MySQL's collation sees to it there, ILIKE here. */
function like(dialect: Dialect, ref: Sql, pattern: string): Sql {
  return sql`${ref} ${dialect === 'postgres' ? sql`ilike` : sql`like`} ${pattern}`;
}

/** Whether a JSON value has all that the operand has. */
function containsJson(dialect: Dialect, ref: Sql, operand: unknown): Sql {
  const json = JSON.stringify(operand);
  return dialect === 'postgres' ? sql`${ref} @> ${json}::jsonb` : sql`json_contains(${ref}, ${json})`;
}

/** Whether a JSON list of texts has one of the operands. */
function overlapsJson(dialect: Dialect, ref: Sql, operands: readonly unknown[]): Sql {
  return dialect === 'postgres'
    ? sql`${ref} ?| ${operands}::text[]`
    : sql`json_overlaps(${ref}, ${JSON.stringify(operands)})`;
}

/** The schema lets only texts through to these operators. */
function text(operand: unknown): string {
  if (typeof operand !== 'string') throw new TypeError('A pattern must be a text');
  return operand;
}

/** Backslash is the escape character of LIKE in both dialects. */
function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
