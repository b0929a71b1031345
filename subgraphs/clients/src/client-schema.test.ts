import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

interface Connection {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only this test goes past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

const subgraph = aClientsSubgraph();
const connect = (): Connection => new Client({ connectionString: testDatabaseUrl('CLIENTS_DATABASE_URL') });
const database = connect();
const other = connect();
const admin = aUser();
const superadmin = aUser({ role: 'superadmin', tenantId: null });

beforeAll(() => Promise.all([database.connect(), other.connect()]));
afterAll(() => Promise.all([database.end(), other.end(), subgraph.close()]));

const tables = ['agent_instances', 'agent_memory', 'projects', 'usage_analytics', 'workflow_executions'];

async function tablesOf(clientId: string): Promise<unknown[]> {
  const { rows } = await database.query(
    'select table_name from information_schema.tables where table_schema = $1 order by table_name',
    [`client_${clientId}`],
  );
  return rows.map(({ table_name: name }) => name);
}

/** All that a client's schema is made of, with the identities that a change would alter. */
async function fingerprint(clientId: string): Promise<unknown[]> {
  const { rows } = await database.query(
    `select c.oid::text, c.relname, c.relkind::text, c.relacl::text from pg_class c
      join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 order by c.relname`,
    [`client_${clientId}`],
  );
  return rows;
}

async function schemaExists(clientId: string): Promise<boolean> {
  const { rows } = await database.query('select 1 from pg_namespace where nspname = $1', [
    `client_${clientId}`,
  ]);
  return rows.length > 0;
}

const sqlState = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );

const archive = (id: string) => run(subgraph, admin, `mutation { archiveClient(id: "${id}") { id } }`);

const malformed = [
  'Acme',
  '1a',
  'a-b',
  '',
  'a'.repeat(51),
  'a\n',
  'a b',
  'a"; drop schema clients; --',
  null,
];

/** Who calls is asked even of the owner; read before the function runs, this is set for it. */
const asSystem = "from set_config('app.role', 'system', true)";

describe('create_client_schema', () => {
  const create = (connection: Connection, id: unknown) =>
    connection.query(`select clients.create_client_schema($1) ${asSystem}`, [id]);

  test('has made a provisioned client’s tables', async () => {
    expect(await tablesOf(await aClient(subgraph, admin))).toEqual(tables);
  });

  test('changes nothing when run twice, one after the other or at the same time', async () => {
    const id = await aClient(subgraph, admin);
    await run(
      subgraph,
      admin,
      `mutation { createClientProject(clientId: "${id}", input: { name: "P" }) { id } }`,
    );
    const before = await fingerprint(id);
    await create(database, id);
    await Promise.all([create(database, id), create(other, id)]);
    expect(await fingerprint(id)).toEqual(before);
    const { data } = await run(subgraph, admin, `{ client(id: "${id}") { projects { totalCount } } }`);
    expect(data?.client).toEqual({ projects: { totalCount: 1 } });
  });

  test('gives the walls back to a schema that was made before there were any, and keeps its rows', async () => {
    const id = await aClient(subgraph, admin);
    const walls = () =>
      database.query(
        `select c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname, pg_get_expr(p.polqual, p.polrelid)
          from pg_class c left join pg_policy p on p.polrelid = c.oid
          where c.relnamespace = $1::regnamespace and c.relkind = 'r' order by 1`,
        [`client_${id}`],
      );
    const { rows: before } = await walls();
    for (const table of tables) {
      await database.query(`drop policy client on client_${id}.${table}`);
      await database.query(
        `alter table client_${id}.${table} disable row level security, no force row level security`,
      );
    }
    await create(database, id);
    expect((await walls()).rows).toEqual(before);
    expect(before).toHaveLength(tables.length);
  });

  test('makes one schema when two make it at the same time', async () => {
    const id = await aClient(subgraph, admin);
    await database.query(`drop schema client_${id} cascade`);
    await Promise.all([create(database, id), create(other, id)]);
    expect(await tablesOf(id)).toEqual(tables);
  });

  test.each(malformed)('refuses the id %j', async (id) => {
    expect(await sqlState(create(database, id))).toBe('22023');
    expect(await schemaExists(String(id))).toBe(false);
  });

  test('refuses an id that no client has', async () => {
    expect(await sqlState(create(database, 'nobody_has_this'))).toBe('P0002');
    expect(await schemaExists('nobody_has_this')).toBe(false);
  });

  test('leaves no client when it fails within', async () => {
    const id = `c_${newId().replaceAll('-', '')}`;
    // A table of that name with other columns is in the way: the function stops at its first index.
    await database.query(`create schema client_${id}`);
    await database.query(`create table client_${id}.agent_instances (other int)`);
    const provision = `mutation { provisionClient(input: { id: "${id}", name: "A" }) { id } }`;
    const { data, errors } = await run(subgraph, admin, provision);
    expect(data).toEqual({ provisionClient: null });
    expect(errors).toHaveLength(1);
    expect(await tablesOf(id)).toEqual(['agent_instances']);
    const { rows } = await database.query('select 1 from clients.clients_info where client_id = $1', [id]);
    expect(rows).toEqual([]);
    await database.query(`drop schema client_${id} cascade`);
    expect((await run(subgraph, admin, provision)).data).toEqual({ provisionClient: { id } });
  });
});

describe('drop_client_schema', () => {
  const drop = (connection: Connection, id: unknown) =>
    connection.query(`select clients.drop_client_schema($1) ${asSystem}`, [id]);

  test('refuses a client that is active or suspended', async () => {
    const id = await aClient(subgraph, admin);
    expect(await sqlState(drop(database, id))).toBe('55006');
    await run(subgraph, admin, `mutation { suspendClient(id: "${id}") { id } }`);
    expect(await sqlState(drop(database, id))).toBe('55006');
    expect(await tablesOf(id)).toEqual(tables);
  });

  test('drops an archived client’s schema, and changes nothing when it is run again or twice at once', async () => {
    const id = await aClient(subgraph, admin);
    const untouched = await aClient(subgraph, admin);
    await archive(id);
    await Promise.all([drop(database, id), drop(other, id)]);
    await drop(database, id);
    expect(await schemaExists(id)).toBe(false);
    expect(await tablesOf(untouched)).toEqual(tables);
    const { data } = await run(subgraph, admin, `{ client(id: "${id}") { status agents { totalCount } } }`);
    expect(data?.client).toEqual({ status: 'PROVISIONING', agents: { totalCount: 0 } });
  });

  test.each(malformed)('refuses the id %j', async (id) => {
    expect(await sqlState(drop(database, id))).toBe('22023');
  });

  test('is what deleteClient drops the schema by', async () => {
    const id = await aClient(subgraph, admin);
    await archive(id);
    const { data } = await run(subgraph, superadmin, `mutation { deleteClient(id: "${id}") }`);
    expect(data).toEqual({ deleteClient: id });
    expect(await schemaExists(id)).toBe(false);
  });
});

describe('the registry itself', () => {
  test('refuses a malformed id', async () => {
    const insert = database.query(
      'insert into clients.clients_info (client_id, tenant_id, name, owner_user_id) values ($1, $2, $3, $4)',
      ['Not-An-Id', 'tenant', 'A', newId()],
    );
    expect(await sqlState(insert)).toBe('23514');
  });

  /** What a statement counts as the application's role, in a transaction with these settings. */
  async function countAs(settings: Readonly<Record<string, string>>, table: string): Promise<unknown> {
    await database.query('begin');
    try {
      await database.query('set local role cdx_app');
      for (const [name, value] of Object.entries(settings)) {
        await database.query('select set_config($1, $2, true)', [name, value]);
      }
      const { rows } = await database.query(`select count(*)::int as found from clients.${table}`);
      return rows[0]?.found;
    } finally {
      await database.query('rollback');
    }
  }

  test.each(['clients_info', 'orchestrator_state'])(
    'shows the application’s role no row of %s without a context, and with one the tenant’s own',
    async (table) => {
      const owner = aUser();
      const id = await aClient(subgraph, owner);
      const state = 'input: { status: RUNNING, state: {} }';
      await run(
        subgraph,
        owner,
        `mutation { saveOrchestratorState(clientId: "${id}", workflowId: "w", ${state}) { id } }`,
      );
      const tenant = { 'app.tenant_id': owner.tenantId ?? '' };
      expect(await countAs({}, table)).toBe(0);
      expect(await countAs({ 'app.tenant_id': '', 'app.role': 'anonymous' }, table)).toBe(0);
      expect(await countAs({ ...tenant, 'app.role': 'client' }, table)).toBe(1);
    },
  );
});
