import { createConnection, type Connection } from 'mariadb';
import pg from 'pg';

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
