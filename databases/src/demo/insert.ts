import type { Row, Value } from '@cdx/demo';
import type { Connection } from 'mariadb';
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
