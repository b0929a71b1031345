import sql, { raw, type Sql } from 'sql-template-tag';
import type { SubgraphContext } from '../context/context.ts';
import { columnOf, columnRef, decodeRows, isAnyOf, selectColumns, type Columns } from '../sql/columns.ts';
import type { Dialect, RequestDatabase } from '../sql/database.ts';
import type { ColumnDescriptor, TableDescriptor } from '../sql/table.ts';
import { allWalled, confined, walled, type Walled } from '../sql/walled.ts';
import { keyProperty, type Order } from './order.ts';
import { planPage, type Connection, type PageArguments, type PagePlan } from './page.ts';

/** A list of a table's rows: those that the caller may read, by the database's walls, and their usual order. */
export interface Readable {
  readonly table: TableDescriptor;
  readonly order: Order;
  /** What the list is of, among what the caller may read; over the table aliased `t`. */
  readonly where?: Sql;
  /** What stands for the table, where it is not the descriptor's own: the union of a table in several schemas. */
  readonly from?: Sql;
  /** More columns of the rows: `t.client_id as "clientId"`. */
  readonly extra?: Sql;
}

interface Total {
  readonly totalCount?: number;
}

/** What a list is read with: the database as the caller sees it, and what is wanted of the rows. */
type Reader = Pick<SubgraphContext<unknown, unknown, Walled>, 'db' | 'selection'>;

/**
 * One page of a whole table, with its count when asked, in one statement.
 * @param withTotal whether `totalCount` is selected
 */
export async function readPage<Row extends object>(
  { db, selection }: Reader,
  list: Readable,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Row>> {
  const { dialect } = db;
  const { table, where = sql`true` } = list;
  const plan = planPage(dialect, table, args, list.order, selection);
  const from = walled`from ${sourceOf(db, table, list.from)} t where ${confined(dialect, where)} and ${plan.filter}`;
  const page = walled`select ${columnsOf(dialect, table, plan)}${more(list.extra)} ${from} and ${plan.keyset} order by ${plan.orderBy} limit ${limit(plan)}`;
  if (!withTotal) {
    const rows = await db.many<Row>(page);
    return plan.toConnection(decodeRows(dialect, table, rows, plan.columns));
  }
  const rows = await db.many<Row & Total>(
    walled`select c.${totalCount(dialect)}, p.* from (select ${count(dialect)} as ${totalCount(dialect)} ${from}) c
      left join (${page}) p on true`,
  );
  return plan.toConnection(present(dialect, table, rows, plan.columns), rows[0]?.totalCount ?? 0);
}

/** Parents whose rows are in one place. */
export interface ParentsIn extends Pick<Readable, 'from' | 'extra'> {
  readonly parents: readonly string[];
}

export interface ReadableChildren extends Readable {
  /** The property that names the parent; null when every row there belongs to the one parent. */
  readonly parent: string | null;
}

/**
 * The pages of many parents, each with its own limit, in one statement: a lateral join for every schema in
 * Postgres, a window in MySQL (MariaDB 10.11 has no LATERAL).
 * @returns the connection of every parent, by its key
 */
export async function readChildPages<Row extends object>(
  { db, selection }: Reader,
  list: ReadableChildren,
  sources: readonly ParentsIn[],
  args: PageArguments,
  withTotal: boolean,
): Promise<Map<string, Connection<Row>>> {
  const { dialect } = db;
  const plan = planPage(dialect, list.table, args, list.order, selection);
  const statement = dialect === 'postgres' ? lateral : window;
  const rows = await db.many<Row & Total & { readonly parentKey: string }>(
    allWalled(
      sources.map((source) => statement(db, list, source, plan, withTotal)),
      ' union all ',
    ),
  );
  const byParent = Map.groupBy(rows, (row) => row.parentKey);
  return new Map(
    sources
      .flatMap(({ parents }) => parents)
      .map((parent) => {
        const ofParent = byParent.get(parent) ?? [];
        const total = withTotal ? (ofParent[0]?.totalCount ?? 0) : undefined;
        return [parent, plan.toConnection<Row>(present(dialect, list.table, ofParent, plan.columns), total)];
      }),
  );
}

/** One schema's part. A lateral's rows come out parent by parent, in the order that it read them. */
function lateral(
  db: RequestDatabase<unknown, Walled>,
  list: ReadableChildren,
  { parents, from: place = list.from, extra = list.extra }: ParentsIn,
  plan: PagePlan,
  withTotal: boolean,
): Walled {
  const { table, parent, where = sql`true` } = list;
  const type = parent === null ? 'text' : keyType(columnOf(table, parent));
  const ofParent = parent === null ? sql`true` : sql`${columnRef('postgres', table, parent)} = p.parent`;
  const from = walled`from ${sourceOf(db, table, place)} t
    where ${ofParent} and ${confined('postgres', where)} and ${plan.filter}`;
  const page = walled`select ${columnsOf('postgres', table, plan)}${more(extra)} ${from} and ${plan.keyset}
    order by ${plan.orderBy} limit ${limit(plan)}`;
  const of = confined('postgres', sql`unnest(${[...parents]}::${raw(type)}[]) p(parent)`);
  return withTotal
    ? walled`(select p.parent::text as "parentKey", c."totalCount", x.* from ${of}
        cross join lateral (select ${count('postgres')} as "totalCount" ${from}) c
        left join lateral (${page}) x on true)`
    : walled`(select p.parent::text as "parentKey", x.* from ${of} cross join lateral (${page}) x)`;
}

function window(
  db: RequestDatabase<unknown, Walled>,
  list: ReadableChildren,
  { parents }: ParentsIn,
  plan: PagePlan,
  withTotal: boolean,
): Walled {
  const { table, parent, where = sql`true` } = list;
  if (parent === null) throw new TypeError('A list in MySQL needs the property that names the parent');
  const ref = columnRef('mysql', table, parent);
  const from = walled`from ${sourceOf(db, table, list.from)} t
    where ${isAnyOf('mysql', columnOf(table, parent), ref, parents)} and ${confined('mysql', where)} and ${plan.filter}`;
  const ranked = walled`select ${columnsOf('mysql', table, plan)}, ${ref} as rankedParent,
    row_number() over (partition by ${ref} order by ${plan.orderBy}) as rowRank ${from} and ${plan.keyset}`;
  return withTotal
    ? walled`select c.countedParent as parentKey, c.totalCount, r.*
        from (select ${ref} as countedParent, ${count('mysql')} as totalCount ${from} group by ${ref}) c
        left join (${ranked}) r on r.rankedParent = c.countedParent and r.rowRank <= ${limit(plan)}
        order by r.rowRank`
    : walled`select r.rankedParent as parentKey, r.* from (${ranked}) r
        where r.rowRank <= ${limit(plan)} order by r.rowRank`;
}

/** The Postgres type of what names a parent. */
function keyType({ type }: ColumnDescriptor): string {
  return type === 'uuid' || type === 'int' ? type : 'text';
}

/** What is read from. Only policies could confine a source other than the table. */
export function sourceOf(
  db: RequestDatabase<unknown, Walled>,
  table: TableDescriptor,
  from: Sql | undefined,
): Walled {
  if (from === undefined) return db.rowsOf(table);
  if (db.dialect === 'mysql') throw new TypeError(`${table.model} is read from behind its wall alone`);
  return confined(db.dialect, from);
}

function columnsOf(dialect: Dialect, table: TableDescriptor, { columns }: PagePlan): Sql {
  return selectColumns(dialect, table, columns);
}

/** More columns, after those that are there. */
export function more(extra: Sql | undefined): Sql {
  return extra ? sql`, ${extra}` : sql``;
}

/** The limit as text: it is a small integer of ours, and MySQL's protocol refuses a parameter that is no integer. */
function limit(plan: PagePlan): Sql {
  return raw(String(Math.trunc(plan.limit)));
}

function count(dialect: Dialect): Sql {
  return dialect === 'postgres' ? sql`count(*)::int` : sql`count(*)`;
}

function totalCount(dialect: Dialect): Sql {
  return raw(dialect === 'postgres' ? '"totalCount"' : 'totalCount');
}

/** The rows that are rows: an outer join gives one empty row to what has none. */
function present<Row extends object>(
  dialect: Dialect,
  table: TableDescriptor,
  rows: readonly Row[],
  columns: Columns,
): Row[] {
  const key = keyProperty(table);
  return decodeRows(
    dialect,
    table,
    rows.filter((row) => Reflect.get(row, key) !== null),
    columns,
  );
}
