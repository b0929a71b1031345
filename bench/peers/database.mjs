/** How the hand-written servers reach the databases: the same roles and the same tenant context as the product. */
import { createPool } from 'mariadb';
import pg from 'pg';

const target = new URL(process.env.CLIENTS_DATABASE_URL);
target.searchParams.set('options', '-c role=cdx_app');
const postgres = new pg.Pool({ connectionString: target.href, max: 10 });

const { hostname, port, username, password, pathname } = new URL(process.env.AUTH_DATABASE_URL);
const mariadb = createPool({
  host: hostname,
  port: Number(port),
  user: username,
  password: decodeURIComponent(password),
  database: pathname.slice(1),
  connectionLimit: 10,
  timezone: 'Z',
  bigIntAsNumber: true,
});

const contextText = `select set_config('app.tenant_id', $1, false), set_config('app.user_id', $2, false),
  set_config('app.organization_id', $3, false), set_config('app.role', $4, false)`;

const context = ({ tid, sub, oid, role }) => ({
  name: 'context',
  text: contextText,
  values: [tid ?? '', sub ?? '', oid ?? '', role],
});

const names = new Map();

/** Every text is prepared once a connection, under a name of its own. */
function prepared(text, values) {
  let name = names.get(text);
  if (!name) names.set(text, (name = `s${names.size}`));
  return { name, text, values };
}

/** Rows of a Postgres statement, as the caller may see them. */
export async function rows(caller, text, values) {
  const client = await postgres.connect();
  try {
    const [, result] = await Promise.all([
      client.query(context(caller)),
      client.query(prepared(text, values)),
    ]);
    return result.rows;
  } finally {
    client.release();
  }
}

/** The same in a transaction, for writes. */
export async function write(caller, text, values) {
  const client = await postgres.connect();
  try {
    const answers = await Promise.all([
      client.query('begin'),
      client.query(context(caller)),
      client.query(prepared(text, values)),
      client.query('commit'),
    ]);
    return answers[2].rows;
  } finally {
    client.release();
  }
}

/** Rows of a MariaDB statement; `?` may be a list. */
export const authRows = (text, values) => mariadb.query(text, values);

export const idBytes = (id) => Buffer.from(id.replaceAll('-', ''), 'hex');

/** An id of MariaDB's `hex()` as everybody else writes it. */
export const idText = (hex) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`.toLowerCase();
