import {
  createPool,
  type FieldInfo,
  type Pool,
  type PoolConfig,
  type TypeCastNextFunction,
  type TypeCastResult,
} from 'mariadb';
import type { Sql } from 'sql-template-tag';
import { bytesToUuid } from '../ids/uuid.ts';
import { publishStatement, type StatementRunner } from './run.ts';
import { isWalled } from './walled.ts';

/** The protocol's number of the collation 'binary': what has it is bytes, not text. */
const binaryCollation = 63;

/** BINARY(16) is an id and TINYINT(1) a truth value, everywhere in this product's MySQL. */
function castColumn(column: FieldInfo, next: TypeCastNextFunction): TypeCastResult {
  const type: string = column.type;
  // MariaDB calls it VARBINARY(16) where it has passed through a temporary table.
  const isBytes = type === 'STRING' || type === 'VAR_STRING';
  if (isBytes && column.columnLength === 16 && column.collation.index === binaryCollation) {
    const bytes = column.buffer();
    return bytes && bytesToUuid(bytes);
  }
  if (type === 'TINY' && column.columnLength === 1) {
    const value = next();
    return value === null ? null : value === 1;
  }
  // MariaDB's JSON is text and MySQL's is not; both are left as text here, and parsed where a column is known to be JSON.
  if (type === 'JSON') return column.string();
  return next();
}

/** The pool options of a MySQL or MariaDB URL: `mysql://user:password@host:port/database`. */
function mysqlOptions(url: string, connectionLimit: number): PoolConfig {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    connectionLimit,
    acquireTimeout: 5_000,
    connectTimeout: 5_000,
    timezone: 'Z',
    initSql: [
      "set time_zone = '+00:00'",
      'set names utf8mb4',
      // As in Postgres: a row that was waited for is read as it is by then, such as the head of an audit chain.
      'set session transaction isolation level read committed',
    ],
    // MySQL 8+ refuses a cold login over an unencrypted connection without it.
    allowPublicKeyRetrieval: true,
    bigIntAsNumber: true,
    insertIdAsNumber: true,
    // Here and not with each statement: for one that has options of its own, the driver copies all of these (10 µs).
    typeCast: castColumn,
    autoJsonMap: false,
  };
}

/**
 * A pool on a MySQL or MariaDB database. Connections are made when they are needed.
 * @param max the most connections held at once
 */
export function mysqlPool(url: string, max: number): Pool {
  return createPool(mysqlOptions(url, max));
}

/**
 * Runs prepared statements on a MySQL or MariaDB pool. There is no row-level security there: the statements carry
 * the walls of the tables themselves, and one that has not been through them is refused.
 * @param name the domain, for counts and traces
 */
export function mysqlRunner(name: string, pool: Pool): StatementRunner {
  return {
    async run(statement: Sql) {
      if (!isWalled(statement)) throw new TypeError(`A statement for ${name} goes past its walls`);
      const { sql: text, values } = statement;
      publishStatement(name, text);
      return pool.execute<unknown[]>(text, values);
    },
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      await pool.end();
    },
  };
}
