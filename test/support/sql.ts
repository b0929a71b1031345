/** The databases of the test run past every wall: what is really there. */
import { databaseVariable, domainFolders } from '@cdx/kit/domains';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { createPool } from 'mariadb';
import pg from 'pg';

/** One connection to a domain's database. */
export interface OpenDatabase {
  /** The rows of a statement; parameters are `$1`, in auth `?`. */
  rows<Row>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens a domain's database, for many statements; they are run one after the other. */
export function openDatabase(domain: string): OpenDatabase {
  const url = testDatabaseUrl(databaseVariable(domain));
  const isMysql = domainFolders.find(({ name }) => name === domain)?.dialect === 'mysql';
  return isMysql ? openMysql(url) : openPostgres(url);
}

/** The rows of one statement in a domain's database; parameters are `$1`, in auth `?`. */
export async function rowsOf<Row>(
  domain: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const database = openDatabase(domain);
  try {
    return await database.rows<Row>(statement, values);
  } finally {
    await database.close();
  }
}

function openPostgres(url: string): OpenDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  return {
    async rows<Row>(statement: string, values: readonly unknown[] = []) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query("select set_config('app.role', 'system', true)");
        const { rows } = await client.query(statement, [...values]);
        await client.query('commit');
        client.release();
        return rows as Row[];
      } catch (error) {
        // Its transaction has failed: nobody gets it after this.
        client.release(true);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

function openMysql(url: string): OpenDatabase {
  const { hostname, port, username, password, pathname } = new URL(url);
  const pool = createPool({
    ...{ host: hostname, port: Number(port), database: pathname.slice(1), connectionLimit: 1 },
    ...{ user: decodeURIComponent(username), password: decodeURIComponent(password) },
    ...{ timezone: 'Z', allowPublicKeyRetrieval: true, bigIntAsNumber: true },
  });
  return {
    rows: <Row>(statement: string, values: readonly unknown[] = []) => pool.query<Row[]>(statement, values),
    close: () => pool.end(),
  };
}
