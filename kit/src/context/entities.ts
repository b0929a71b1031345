import type DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import {
  columnOf,
  columnRef,
  decodeRows,
  isAnyOf,
  isPossible,
  selectColumns,
  type Columns,
} from '../sql/columns.ts';
import type { RequestDatabase } from '../sql/database.ts';
import { keyProperty } from '../pagination/order.ts';
import {
  more,
  readChildPages,
  readPage,
  sourceOf,
  type ReadableChildren,
  type Readable,
} from '../pagination/lists.ts';
import type { Connection, PageArguments } from '../pagination/page.ts';
import { confined, walled, type Walled } from '../sql/walled.ts';
import type { SubgraphContext } from './context.ts';

/** A context of any database: what is read here goes through the walls of those that need them. */
type ReadingContext = SubgraphContext<unknown, unknown, Walled>;

/**
 * The row with that key, or null; all that are asked for in one tick are read by one statement.
 * @param property the key's property; the primary key when not given
 */
export function loadEntity<Row extends object>(
  context: ReadingContext,
  readable: Readable,
  key: string,
  property = keyProperty(readable.table),
): Promise<Row | null> {
  return entityLoader<Row>(context, readable, property).load(key);
}

/** Keeps a row that a list has read, so that loading it by its primary key needs no statement. */
export function keepEntity(context: ReadingContext, readable: Readable, row: { readonly id: string }): void {
  entityLoader(context, readable, 'id').prime(row.id, row);
}

function entityLoader<Row extends object>(
  { db, loaders, selection }: ReadingContext,
  readable: Readable,
  property: string,
): DataLoader<string, Row | null> {
  const { table } = readable;
  // Whom the wall refuses is told so for this field, before it is put together with others.
  db.rowsOf(table);
  const columns = selection.columnsOf(table, [property]);
  return loaders.get<string, Row | null>(`${table.model}.${property}`, (keys) =>
    selectByKeys<Row>(db, readable, property, columns, keys),
  );
}

async function selectByKeys<Row extends object>(
  db: RequestDatabase<unknown, Walled>,
  { table, where = sql`true`, from, extra }: Readable,
  property: string,
  columns: Columns,
  keys: readonly string[],
): Promise<(Row | null)[]> {
  const { dialect } = db;
  const column = columnOf(table, property);
  const possible = keys.filter((key) => isPossible(column, key));
  if (possible.length === 0) return keys.map(() => null);
  const ref = columnRef(dialect, table, property);
  const rows = await db.many<Row>(
    walled`select ${selectColumns(dialect, table, columns)}${more(extra)} from ${sourceOf(db, table, from)} t
      where ${isAnyOf(dialect, column, ref, possible)} and ${confined(dialect, where)}`,
  );
  const byKey = new Map(
    decodeRows(dialect, table, rows, columns).map((row) => [
      String(Reflect.get(row, property)).toLowerCase(),
      row,
    ]),
  );
  return keys.map((key) => byKey.get(key.toLowerCase()) ?? null);
}

/** All rows that name one of the parents, in the given order, unpaged: for short lists such as a user's roles. */
export function loadAllOf<Row extends object>(
  { db, loaders, selection }: ReadingContext,
  { table, where = sql`true` }: Readable,
  property: string,
  parent: string,
): Promise<readonly Row[]> {
  const { dialect } = db;
  const columns = selection.columnsOf(table, [property]);
  const batch = async (parents: readonly string[]): Promise<Row[][]> => {
    const ref = columnRef(dialect, table, property);
    const rows = await db.many<Row>(
      walled`select ${selectColumns(dialect, table, columns)} from ${db.rowsOf(table)} t
        where ${isAnyOf(dialect, columnOf(table, property), ref, parents)} and ${confined(dialect, where)}`,
    );
    const byParent = Map.groupBy(decodeRows(dialect, table, rows, columns), (row) =>
      String(Reflect.get(row, property)),
    );
    return parents.map((key) => byParent.get(key) ?? []);
  };
  return loaders.get<string, readonly Row[]>(`${table.model}.all.${property}`, batch).load(parent);
}

/** A page of a whole list. */
export function loadPage<Row extends object>(
  context: ReadingContext,
  list: Readable,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Row>> {
  return readPage<Row>(context, list, args, withTotal);
}

/**
 * A parent's page of a list; the pages of all parents with the same arguments are read by one statement.
 * @param name the field, as `Type.field`
 */
export function loadChildPage<Row extends object>(
  context: ReadingContext,
  name: string,
  list: ReadableChildren,
  parent: string,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Row>> {
  const loader = context.loaders.get<string, Connection<Row>>(
    `${name}(${JSON.stringify([args, withTotal])})`,
    async (parents) => {
      const pages = await readChildPages<Row>(context, list, [{ parents }], args, withTotal);
      return parents.map((key) => pages.get(key) ?? new Error(`No page for ${key}`));
    },
  );
  return loader.load(parent);
}
