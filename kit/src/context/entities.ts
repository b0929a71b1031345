import type DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { columnOf, columnRef, decodeRow, isAnyOf, isPossible, selectColumns } from '../sql/columns.ts';
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
  { db, loaders }: ReadingContext,
  readable: Readable,
  property: string,
): DataLoader<string, Row | null> {
  // Whom the wall refuses is told so for this field, before it is put together with others.
  db.rowsOf(readable.table);
  return loaders.get<string, Row | null>(`${readable.table.model}.${property}`, (keys) =>
    selectByKeys<Row>(db, readable, property, keys),
  );
}

async function selectByKeys<Row extends object>(
  db: RequestDatabase<unknown, Walled>,
  { table, where = sql`true`, from, extra }: Readable,
  property: string,
  keys: readonly string[],
): Promise<(Row | null)[]> {
  const column = columnOf(table, property);
  const possible = keys.filter((key) => isPossible(column, key));
  if (possible.length === 0) return keys.map(() => null);
  const ref = columnRef(db.dialect, table, property);
  const rows = await db.many<Row>(
    walled`select ${selectColumns(db.dialect, table)}${more(extra)} from ${sourceOf(db, table, from)} t
      where ${isAnyOf(db.dialect, column, ref, possible)} and ${confined(db.dialect, where)}`,
  );
  const byKey = new Map(
    rows.map((row) => [String(Reflect.get(row, property)).toLowerCase(), decodeRow(db.dialect, table, row)]),
  );
  return keys.map((key) => byKey.get(key.toLowerCase()) ?? null);
}

/** All rows that name one of the parents, in the given order, unpaged: for short lists such as a user's roles. */
export function loadAllOf<Row extends object>(
  { db, loaders }: ReadingContext,
  { table, where = sql`true` }: Readable,
  property: string,
  parent: string,
): Promise<readonly Row[]> {
  const batch = async (parents: readonly string[]): Promise<Row[][]> => {
    const ref = columnRef(db.dialect, table, property);
    const rows = await db.many<Row>(
      walled`select ${selectColumns(db.dialect, table)} from ${db.rowsOf(table)} t
        where ${isAnyOf(db.dialect, columnOf(table, property), ref, parents)} and ${confined(db.dialect, where)}`,
    );
    const byParent = Map.groupBy(rows, (row) => String(Reflect.get(row, property)));
    return parents.map((key) => (byParent.get(key) ?? []).map((row) => decodeRow(db.dialect, table, row)));
  };
  return loaders.get<string, readonly Row[]>(`${table.model}.all.${property}`, batch).load(parent);
}

/** A page of a whole list. */
export function loadPage<Row extends object>(
  { db }: ReadingContext,
  list: Readable,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Row>> {
  return readPage<Row>(db, list, args, withTotal);
}

/**
 * A parent's page of a list; the pages of all parents with the same arguments are read by one statement.
 * @param name the field, as `Type.field`
 */
export function loadChildPage<Row extends object>(
  { db, loaders }: ReadingContext,
  name: string,
  list: ReadableChildren,
  parent: string,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Row>> {
  const loader = loaders.get<string, Connection<Row>>(
    `${name}(${JSON.stringify([args, withTotal])})`,
    async (parents) => {
      const pages = await readChildPages<Row>(db, list, [{ parents }], args, withTotal);
      return parents.map((key) => pages.get(key) ?? new Error(`No page for ${key}`));
    },
  );
  return loader.load(parent);
}
