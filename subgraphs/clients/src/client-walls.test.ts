import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

interface Connection {
  connect(): Promise<void>;
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number }>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

const subgraph = aClientsSubgraph();
const database = new Client({ connectionString: testDatabaseUrl('CLIENTS_DATABASE_URL') });
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const owner = aUser();
const stranger = aUser();
const definition = '01930001-0000-7000-8000-000000000001';
const period = 'periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-01-02T00:00:00Z"';
let client: string;
let memory: string;

async function made(source: string): Promise<string> {
  const { data, errors } = await run(subgraph, owner, `mutation { made: ${source} { id } }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

/** A client that has one row in each of its tables. */
beforeAll(async () => {
  await database.connect();
  client = await aClient(subgraph, owner);
  const agent = await made(
    `createAgentInstance(clientId: "${client}", input: { definitionId: "${definition}", name: "A" })`,
  );
  const ofAgent = `agentInstanceId: "${agent}"`;
  memory = await made(`createAgentMemory(clientId: "${client}", ${ofAgent}, input: { content: "secret" })`);
  await made(`createClientProject(clientId: "${client}", input: { name: "P" })`);
  await made(`queueWorkflowExecution(clientId: "${client}", input: { ${ofAgent}, workflowName: "w" })`);
  await made(
    `recordUsage(clientId: "${client}", input: { ${ofAgent}, metric: "m", quantity: "1", unit: "u", ${period} })`,
  );
});

type Settings = Readonly<Record<string, string>>;
const contextOf = ({ tenantId, role }: typeof owner): Settings => ({
  'app.tenant_id': tenantId ?? '',
  'app.role': role,
});
const contexts: Readonly<Record<string, Settings>> = {
  'no context': {},
  'the context of nobody': { 'app.tenant_id': '', 'app.role': 'anonymous' },
  'the context of another tenant': contextOf(stranger),
};
const own = contextOf(owner);

/** Runs statements directly as the application's role in one transaction, and takes them back. */
async function as(settings: Settings, ...statements: readonly string[]) {
  await database.query('begin');
  try {
    await database.query('set local role cdx_app');
    for (const [name, value] of Object.entries(settings)) {
      await database.query('select set_config($1, $2, true)', [name, value]);
    }
    let last: Awaited<ReturnType<Connection['query']>> = { rows: [], rowCount: 0 };
    for (const statement of statements) last = await database.query(statement);
    return last;
  } finally {
    await database.query('rollback');
  }
}

const sqlState = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );

const tables = ['agent_instances', 'agent_memory', 'projects', 'usage_analytics', 'workflow_executions'];

describe.each(Object.entries(contexts))('direct SQL with %s', (_, settings) => {
  test.each(tables)('reads, changes and deletes no row of %s', async (table) => {
    const place = `client_${client}.${table}`;
    expect((await as(own, `select from ${place}`)).rowCount).toBe(1);
    expect((await as(settings, `select from ${place}`)).rowCount).toBe(0);
    expect((await as(settings, `update ${place} set created_at = now()`)).rowCount).toBe(0);
    expect((await as(settings, `delete from ${place}`)).rowCount).toBe(0);
  });

  test('adds no row', async () => {
    const insert = `insert into client_${client}.projects (id, name, created_by) values ('${newId()}', 'x', '${newId()}')`;
    expect((await as(own, insert)).rowCount).toBe(1);
    expect(await sqlState(as(settings, insert))).toBe('42501');
  });

  test('finds nothing by the functions of the search', async () => {
    for (const found of [
      "clients.search_schemas('secret', null, true, 10)",
      `clients.search_passage('${client}', 'AgentMemory', '${memory}')`,
    ]) {
      expect([found, (await as(own, `select from ${found}`)).rowCount]).toEqual([found, 1]);
      expect([found, (await as(settings, `select from ${found}`)).rowCount]).toEqual([found, 0]);
    }
  });

  test('makes and drops no schema', async () => {
    const archived = await aClient(subgraph, owner);
    await run(subgraph, owner, `mutation { archiveClient(id: "${archived}") { id } }`);
    for (const name of ['create_client_schema', 'drop_client_schema']) {
      expect([name, await sqlState(as(settings, `select clients.${name}('${archived}')`))]).toEqual([
        name,
        'P0002',
      ]);
    }
    expect(await sqlState(as(own, `select clients.drop_client_schema('${archived}')`))).toBeNull();
  });

  test('removes no wall', async () => {
    const place = `client_${client}.projects`;
    for (const statement of [
      `alter table ${place} disable row level security`,
      `alter table ${place} no force row level security`,
      `drop policy client on ${place}`,
      `create policy open on ${place} using (true)`,
      `create or replace function clients.sees_tenant(tenant_id text) returns boolean language sql return true`,
    ]) {
      expect([statement, await sqlState(as(settings, statement))]).toEqual([statement, '42501']);
    }
    expect(await sqlState(as(settings, 'set row_security = off', `select from ${place}`))).toBe('42501');
  });
});

test('a client that has moved to another tenant is seen there, and no longer where it was', async () => {
  const id = await aClient(subgraph, owner);
  await run(
    subgraph,
    owner,
    `mutation { createClientProject(clientId: "${id}", input: { name: "P" }) { id } }`,
  );
  const move = `update clients.clients_info set tenant_id = '${stranger.tenantId ?? ''}' where client_id = '${id}'`;
  const read = `select from client_${id}.projects`;
  const system = { 'app.role': 'system' };
  const context = (settings: Settings) =>
    Object.entries(settings).map(([name, value]) => `select set_config('${name}', '${value}', true)`);
  const nobody = { 'app.tenant_id': '' };
  expect((await as(system, move, ...context({ ...nobody, ...own }), read)).rowCount).toBe(0);
  expect((await as(system, move, ...context({ ...nobody, ...contextOf(stranger) }), read)).rowCount).toBe(1);
});

describe('the wall of a client’s table', () => {
  async function planOf(query: string): Promise<string> {
    // Of a table this small an index is not worth its while.
    const { rows } = await as(
      own,
      'set local enable_seqscan = off',
      'set local enable_sort = off',
      `explain ${query}`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  test('is one look into the registry before a statement, and none for each row', async () => {
    const plan = await planOf(`select id from client_${client}.agent_memory`);
    // An InitPlan runs once a statement, a SubPlan would run for each row.
    expect(plan).toMatch(/InitPlan 1[^]*clients_info_pkey/);
    expect(plan).not.toContain('SubPlan');
  });

  test('leaves semantic search its index', async () => {
    const vector = JSON.stringify(Array.from({ length: 1_536 }, () => 0.1));
    const nearest = `select id from client_${client}.agent_memory order by embedding operator(public.<=>) '${vector}' limit 3`;
    expect(await planOf(nearest)).toContain('using agent_memory_embedding');
  });
});
