/** The databases of the test run past every wall: what is really there. */
import { databaseVariable, domainFolders } from '@cdx/kit/domains';
import { createConnection } from 'mariadb';
import pg from 'pg';

function urlOf(domain: string): string {
  const url = process.env[databaseVariable(domain)];
  if (!url) throw new Error(`${databaseVariable(domain)} is not set: run tests by \`npm test\``);
  return url;
}

/** The rows of a statement in a domain's database; parameters are `$1`, in auth `?`. */
export function rowsOf<Row>(
  domain: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const isMysql = domainFolders.find(({ name }) => name === domain)?.dialect === 'mysql';
  return (isMysql ? mysqlRows : postgresRows)<Row>(urlOf(domain), statement, values);
}

async function postgresRows<Row>(url: string, statement: string, values: readonly unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('app.role', 'system', true)");
    const { rows } = await client.query(statement, [...values]);
    await client.query('commit');
    return rows as Row[];
  } finally {
    await client.end();
  }
}

async function mysqlRows<Row>(url: string, statement: string, values: readonly unknown[]): Promise<Row[]> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = await createConnection({
    ...{ host: hostname, port: Number(port), database: pathname.slice(1) },
    ...{ user: decodeURIComponent(username), password: decodeURIComponent(password) },
    ...{ allowPublicKeyRetrieval: true, bigIntAsNumber: true },
  });
  try {
    return await connection.query<Row[]>(statement, values);
  } finally {
    await connection.end();
  }
}
