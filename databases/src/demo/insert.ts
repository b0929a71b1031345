import type { Row, Value } from '@cdx/demo';
import { createConnection, type Connection } from 'mariadb';
import pg from 'pg';

/** Told of rows that were inserted. */
export type OnRows = (count: number, step: string) => void;

const rowsPerStatement = 500;

function* chunks(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    yield rows.slice(start, start + rowsPerStatement);
  }
}

function mysqlValue(value: Value | undefined): string | number | boolean | null | Buffer {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  if (value instanceof Uint8Array) return Buffer.from(value);
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** Inserts rows into a table of MySQL or MariaDB; rows whose keys are there already are left as they are. */
export async function insertMysql(
  connection: Connection,
  table: string,
  rows: readonly Row[],
  onRows: OnRows,
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const first = columns[0] ?? '';
  const places = `(${columns.map(() => '?').join(', ')})`;
  for (const chunk of chunks(rows)) {
    // Not `insert ignore`, which would also let broken references and cut values pass.
    await connection.query(
      `insert into \`${table}\` (${columns.map((column) => `\`${column}\``).join(', ')})
       values ${chunk.map(() => places).join(', ')}
       on duplicate key update \`${first}\` = \`${table}\`.\`${first}\``,
      chunk.flatMap((row) => columns.map((column) => mysqlValue(row[column]))),
    );
    onRows(chunk.length, table);
  }
}

/**
 * Inserts rows into a table of Postgres; rows whose keys are there already are left as they are.
 * @param table with its schema, as SQL
 */
export async function insertPostgres(
  client: pg.Client,
  table: string,
  rows: readonly Row[],
  onRows: OnRows,
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
    .map((column) => pg.escapeIdentifier(column))
    .join(', ');
  for (const chunk of chunks(rows)) {
    await client.query(
      `insert into ${table} (${columns})
       select ${columns} from json_populate_recordset(null::${table}, $1::json)
       on conflict do nothing`,
      [JSON.stringify(chunk)],
    );
    onRows(chunk.length, table);
  }
}

/** Runs work on a connection to MySQL or MariaDB, with times in UTC. */
export async function withMysql<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = await createConnection({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    initSql: ["set time_zone = '+00:00'", 'set names utf8mb4'],
    allowPublicKeyRetrieval: true,
  });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

/** Runs work in one transaction of MySQL or MariaDB. */
export async function mysqlTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.beginTransaction();
  try {
    await work();
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  }
}

/** Runs work on a connection to Postgres. */
export async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs work in one transaction of Postgres, as the system: forced row-level security binds even a table's owner. */
export async function postgresTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await client.query("select set_config('app.role', 'system', true)");
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
