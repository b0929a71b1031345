import {
  conflict,
  idFor,
  isAnyOf,
  isUuid,
  notFound,
  readChildPages,
  columnRef,
  selectColumns,
  decodeRows,
  tableName,
  type Audit,
  type Connection,
  type PageArguments,
  type Readable,
  type ReadableChildren,
  type TableDescriptor,
} from '@cdx/kit';
import type { ClientRow } from '@cdx/prisma-clients/tables';
import sql, { join, type Sql } from 'sql-template-tag';
import { existingClient, keepClient, loadClient, visibleClients } from './client.ts';
import type { Context, Transaction } from './context.ts';

/** A row of a client's own schema, with the client it belongs to. */
export type Owned<Row> = Row & { readonly clientId: string };

/** What identifies a row of a client's schema. */
export interface OwnedKey {
  readonly clientId: string;
  readonly id: string;
}

/**
 * The schemas that a statement reads follow from rows of the registry, which row-level security has let the caller
 * see, and never from text that the caller sends.
 */
const place = (table: TableDescriptor, { schemaName }: Pick<ClientRow, 'schemaName'>): Sql =>
  tableName('postgres', table, schemaName);

const withClient = ({ id }: Pick<ClientRow, 'id'>): Sql => sql`${id}::text as "clientId"`;

/** A client has its schema from the moment that it is no longer being provisioned. */
const hasSchema = (client: ClientRow | null): client is ClientRow =>
  client !== null && client.status !== 'provisioning';

/** The row with that key, or null; all that are asked for in one tick, of all clients, are read by one statement. */
export function loadOwned<Row extends object>(
  context: Context,
  table: TableDescriptor,
  key: OwnedKey,
): Promise<Owned<Row> | null> {
  const loader = context.loaders.get<string, Owned<Row> | null>(`${table.model}.owned`, (keys) =>
    selectOwned<Row>(context, table, keys.map(parseKey)),
  );
  return isUuid(key.id) ? loader.load(formatKey(key)) : Promise.resolve(null);
}

const formatKey = ({ clientId, id }: OwnedKey): string => `${clientId}/${id.toLowerCase()}`;

function parseKey(key: string): OwnedKey {
  const slash = key.indexOf('/');
  return { clientId: key.slice(0, slash), id: key.slice(slash + 1) };
}

async function clientsOf(context: Context, keys: readonly OwnedKey[]): Promise<ClientRow[]> {
  const ids = [...new Set(keys.map(({ clientId }) => clientId))];
  const clients = await Promise.all(ids.map((id) => loadClient(context, id)));
  return clients.filter(hasSchema);
}

async function selectOwned<Row extends object>(
  context: Context,
  table: TableDescriptor,
  keys: readonly OwnedKey[],
): Promise<(Owned<Row> | null)[]> {
  const clients = await clientsOf(context, keys);
  if (clients.length === 0) return keys.map(() => null);
  const { id: column } = table.columns;
  if (!column) throw new TypeError(`${table.model} has no id`);
  const byClient = Map.groupBy(keys, ({ clientId }) => clientId);
  const columns = context.selection.columnsOf(table);
  const parts = clients.map((client) => {
    const ids = (byClient.get(client.id) ?? []).map(({ id }) => id);
    return sql`select ${selectColumns('postgres', table, columns)}, ${withClient(client)} from ${place(table, client)} t
      where ${isAnyOf('postgres', column, columnRef('postgres', table, 'id'), ids)}`;
  });
  const rows = await context.db.many<Owned<Row & { readonly id: string }>>(join(parts, ' union all '));
  const byKey = new Map(decodeRows('postgres', table, rows, columns).map((row) => [formatKey(row), row]));
  return keys.map((key) => byKey.get(formatKey(key)) ?? null);
}

/** A page of what a client has; the pages of all clients with the same arguments are read by one statement. */
export function loadClientPage<Row extends object>(
  context: Context,
  name: string,
  list: Readable,
  client: ClientRow,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Owned<Row>>> {
  const loader = context.loaders.get<string, Connection<Owned<Row>>>(
    `${name}(${JSON.stringify([args, withTotal])})`,
    async (ids) => {
      const clients = (await Promise.all(ids.map((id) => loadClient(context, id)))).filter(hasSchema);
      const sources = clients.map((one) => ({
        from: place(list.table, one),
        extra: withClient(one),
        parents: [one.id],
      }));
      const pages = await pagesOf<Owned<Row>>(context, { ...list, parent: null }, sources, args, withTotal);
      return ids.map((id) => pages.get(id) ?? emptyPage(withTotal));
    },
  );
  keepClient(context, client);
  return loader.load(client.id);
}

/** A page of what a row of a client's schema has, as `loadClientPage`. */
export function loadOwnedPage<Row extends object>(
  context: Context,
  name: string,
  list: ReadableChildren,
  parent: OwnedKey,
  args: PageArguments,
  withTotal: boolean,
): Promise<Connection<Owned<Row>>> {
  const loader = context.loaders.get<string, Connection<Owned<Row>>>(
    `${name}(${JSON.stringify([args, withTotal])})`,
    async (formatted) => {
      const keys = formatted.map(parseKey);
      const byClient = Map.groupBy(keys, ({ clientId }) => clientId);
      const sources = (await clientsOf(context, keys)).map((client) => ({
        from: place(list.table, client),
        extra: withClient(client),
        parents: (byClient.get(client.id) ?? []).map(({ id }) => id),
      }));
      const pages = await pagesOf<Owned<Row>>(context, list, sources, args, withTotal);
      return keys.map(({ id }) => pages.get(id) ?? emptyPage(withTotal));
    },
  );
  return loader.load(formatKey(parent));
}

async function pagesOf<Row extends object>(
  context: Context,
  list: ReadableChildren,
  sources: Parameters<typeof readChildPages>[2],
  args: PageArguments,
  withTotal: boolean,
): Promise<Map<string, Connection<Row>>> {
  return sources.length === 0 ? new Map() : readChildPages<Row>(context, list, sources, args, withTotal);
}

/** A page of a list that nothing is in. */
export function emptyPage<Row>(withTotal: boolean): Connection<Row> {
  const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
  return { edges: [], pageInfo, ...(withTotal ? { totalCount: 0 } : {}) };
}

/**
 * A table of all clients that the caller may see, as one; a filter on it reaches the index of each schema.
 * @returns undefined when the caller sees no client
 */
export async function acrossClients(context: Context, list: Readable): Promise<Readable | undefined> {
  const clients = (await visibleClients(context)).filter(hasSchema);
  if (clients.length === 0) return undefined;
  const parts = clients.map(
    (client) => sql`select *, ${client.id}::text as client_id from ${place(list.table, client)}`,
  );
  return { ...list, from: sql`(${join(parts, ' union all ')})`, extra: sql`t.client_id as "clientId"` };
}

/**
 * Runs a write in a client's schema.
 * @throws NOT_FOUND when the caller sees no such client, CONFLICT when the client is not active
 */
export async function writeIn<Result>(
  context: Context,
  clientId: string,
  work: (transaction: Transaction, audit: Audit) => Promise<Result>,
): Promise<Result> {
  const client = await existingClient(context, clientId);
  if (client.status !== 'active') throw conflict(`Client ${clientId} is ${client.status}, not active`);
  const { id: within, schemaName: clientSchema, tenantId } = client;
  return context.db.write(work, { within, clientSchema, tenantId });
}

/** The id of a new row in a client's schema; with a key the same for the same client, caller and mutation. */
export function ownedIdFor(
  context: Context,
  mutation: string,
  clientId: string,
  key: string | null | undefined,
): string {
  return idFor(context, `${mutation}:${clientId}`, key);
}

/** @throws NOT_FOUND when the caller sees no such row */
export async function existingOwned<Row extends object>(
  context: Context,
  table: TableDescriptor,
  key: OwnedKey,
): Promise<Owned<Row>> {
  const row = await loadOwned<Row>(context, table, key);
  if (!row) throw notFound(table.model, key.id);
  return row;
}
