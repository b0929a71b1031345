import sql, { type Sql } from 'sql-template-tag';
import { badInput } from '../errors/errors.ts';
import { filterCondition, type Filter } from '../filter/filter.ts';
import type { Selection } from '../context/selection.ts';
import type { Columns } from '../sql/columns.ts';
import type { Dialect } from '../sql/database.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { isBeyond, orderBy, type Order, type SortDirection } from './order.ts';

/** The most rows of one page, and the number when the caller names none. */
export const maxPageSize = 200;
const defaultPageSize = 50;

/** The arguments of a connection field, as GraphQL has checked them. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly filter?: Filter | null;
  /** `field` is the column's property: the kit maps the enum's values so. */
  readonly orderBy?: { readonly field: string; readonly direction?: SortDirection | null } | null;
}

export interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row;
}

/** An edge that makes its cursor when it is asked for: few operations select it, and every row would pay for it. */
class PageEdge<Row> implements Edge<Row> {
  readonly node: Row;
  readonly #cursorOf: (row: Row) => string;

  constructor(node: Row, cursorOf: (row: Row) => string) {
    this.node = node;
    this.#cursorOf = cursorOf;
  }

  get cursor(): string {
    return this.#cursorOf(this.node);
  }
}

/** A page as the Relay specification lays it out. `totalCount` is there when the caller asked for it. */
export interface Connection<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount?: number;
}

/** The parts of the statement that reads a page, and the way back from its rows to a connection. */
export interface PagePlan {
  /** What is read of the rows: what is wanted of them, and what makes their cursors. */
  readonly columns: Columns;
  /** The caller's filter: what `totalCount` counts. */
  readonly filter: Sql;
  /** The rows beyond the cursors. */
  readonly keyset: Sql;
  readonly orderBy: Sql;
  /** One more than the page holds, to know whether there is another. */
  readonly limit: number;
  toConnection<Row extends object>(rows: readonly Row[], totalCount?: number): Connection<Row>;
}

/**
 * Plans a page of a table aliased `t`.
 * @param fallback the order when the caller names none
 * @param selection what the operation wants of the rows
 * @throws BAD_USER_INPUT on sizes, cursors or filters that cannot be
 */
export function planPage(
  dialect: Dialect,
  table: TableDescriptor,
  args: PageArguments,
  fallback: Order,
  selection: Selection,
): PagePlan {
  const order: Order = args.orderBy
    ? { property: args.orderBy.field, direction: args.orderBy.direction ?? 'ASC' }
    : fallback;
  const { size, backwards } = pageSize(args);
  const cursorCondition = (argument: 'after' | 'before'): Sql => {
    const cursor = args[argument];
    if (cursor === null || cursor === undefined) return sql`true`;
    const position = decodeCursor(table, order, cursor, argument);
    return isBeyond(dialect, table, order, position, argument === 'before');
  };
  return {
    columns: selection.columnsOf(table, selection.withCursors ? [order.property] : []),
    filter: filterCondition(dialect, table, args.filter),
    keyset: sql`${cursorCondition('after')} and ${cursorCondition('before')}`,
    orderBy: orderBy(dialect, table, order, backwards),
    limit: size + 1,
    toConnection<Row extends object>(rows: readonly Row[], totalCount?: number): Connection<Row> {
      const page = rows.slice(0, size);
      if (backwards) page.reverse();
      const cursorOf = (row: Row): string => encodeCursor(table, order, row);
      const edges = page.map((node) => new PageEdge(node, cursorOf));
      const more = rows.length > size;
      return {
        edges,
        pageInfo: {
          hasNextPage: backwards ? args.before != null : more,
          hasPreviousPage: backwards ? more : args.after != null,
          get startCursor() {
            return edges[0]?.cursor ?? null;
          },
          get endCursor() {
            return edges.at(-1)?.cursor ?? null;
          },
        },
        ...(totalCount === undefined ? {} : { totalCount }),
      };
    },
  };
}

function pageSize({ first, last }: PageArguments): { size: number; backwards: boolean } {
  if (first != null && last != null) throw badInput('last', 'left out where first is given');
  const backwards = last != null;
  const size = first ?? last ?? defaultPageSize;
  if (size < 0 || size > maxPageSize) {
    throw badInput(backwards ? 'last' : 'first', `between 0 and ${maxPageSize}`);
  }
  return { size, backwards };
}
