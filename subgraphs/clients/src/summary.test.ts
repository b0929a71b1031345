import { createRequire } from 'node:module';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf, testDatabaseUrl } from '@cdx/kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

interface Connection {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

const subgraph = aClientsSubgraph();
const database = new Client({ connectionString: testDatabaseUrl('CLIENTS_DATABASE_URL') });
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const superadmin = { ...anIdentity({ role: 'superadmin' }), userId: newId() };
/** The admin of a tenant with three clients, of which one has nothing. */
const busy = aUser();
/** The admin of a tenant whose client has one agent that does nothing. */
const idle = aUser();
const definition = '01930001-0000-7000-8000-000000000001';
let clients: readonly string[];

async function made(who: Identity, source: string): Promise<string> {
  const { data, errors } = await run(subgraph, who, `mutation { made: ${source} { id } }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

const anAgent = (who: Identity, client: string): Promise<string> =>
  made(
    who,
    `createAgentInstance(clientId: "${client}", input: { definitionId: "${definition}", name: "A" })`,
  );

async function anExecution(client: string, agent: string, end?: string): Promise<string> {
  const input = `input: { agentInstanceId: "${agent}", workflowName: "w" }`;
  const id = await made(busy, `queueWorkflowExecution(clientId: "${client}", ${input})`);
  if (end === undefined) return id;
  await made(busy, `startWorkflowExecution(clientId: "${client}", id: "${id}")`);
  await made(busy, `finishWorkflowExecution(clientId: "${client}", id: "${id}", ${end})`);
  return id;
}

beforeAll(async () => {
  await database.connect();
  clients = [await aClient(subgraph, busy), await aClient(subgraph, busy), await aClient(subgraph, busy)];
  const [first = '', second = ''] = clients;
  const agent = await anAgent(busy, first);
  await anAgent(busy, first);
  await made(busy, `setAgentStatus(clientId: "${first}", id: "${agent}", status: RUNNING)`);
  await anExecution(first, agent, 'output: {}');
  await anExecution(first, agent, 'output: {}');
  await anExecution(first, agent, 'error: "broken"');
  await anExecution(first, agent);
  const another = await anAgent(busy, second);
  await anExecution(second, another, 'error: "broken"');
  const old = await anExecution(second, another, 'error: "broken"');
  await database.query('begin');
  await database.query("select set_config('app.role', 'system', true)");
  await database.query(
    `update client_${second}.workflow_executions set created_at = '2020-05-05T00:00:00Z' where id = $1`,
    [old],
  );
  await database.query('commit');
  await anAgent(idle, await aClient(subgraph, idle));
});

const figures = 'instances running executions24h failureRate';

async function summaries(who: Identity, tenants: readonly string[], fields = figures): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    who,
    `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { agents { ${fields} } } } }`,
    { all: tenants.map((id) => ({ __typename: 'Tenant', id })) },
  );
  expect(errors).toBeUndefined();
  return data?._entities;
}

const looks = (statements: readonly { readonly text: string }[]): number =>
  statements.filter(({ text }) => text.includes('agent_figures')).length;
const ofBusy = { agents: { instances: 3, running: 1, executions24h: 5, failureRate: 0.5 } };
const ofIdle = { agents: { instances: 1, running: 0, executions24h: 0, failureRate: null } };
const ofNobody = { agents: { instances: 0, running: 0, executions24h: 0, failureRate: null } };

describe('the summary of a tenant’s agents', () => {
  test('is exact over all of its clients, of a whole page in one statement', async () => {
    const statements = await statementsOf(async () => {
      expect(await summaries(superadmin, [busy.tenantId ?? '', 'nobody', idle.tenantId ?? ''])).toEqual([
        ofBusy,
        ofNobody,
        ofIdle,
      ]);
    });
    expect(looks(statements)).toBe(1);
  });

  test('counts executions in a period, each period in one statement', async () => {
    const statements = await statementsOf(async () => {
      const fields = `
        before: executions(period: { from: "2020-05-04T00:00:00Z", to: "2020-05-05T00:00:00Z" })
        then: executions(period: { from: "2020-05-05T00:00:00Z", to: "2020-05-05T00:00:00.001Z" })
        ever: executions(period: { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" })`;
      expect(
        await summaries(superadmin, [busy.tenantId ?? '', idle.tenantId ?? '', 'nobody'], fields),
      ).toEqual([
        { agents: { before: 0, then: 1, ever: 6 } },
        { agents: { before: 0, then: 0, ever: 0 } },
        { agents: { before: 0, then: 0, ever: 0 } },
      ]);
    });
    expect(looks(statements)).toBe(3);
    const { errors } = await run(
      subgraph,
      busy,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { agents {
        executions(period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) } } } }`,
      { all: [{ __typename: 'Tenant', id: busy.tenantId }] },
    );
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test.each(['admin', 'client', 'user'] as const)(
    'is for its own %s, and of another tenant there is none',
    async (role) => {
      const who = aUser({ role, tenantId: busy.tenantId });
      const tenants = [busy.tenantId ?? '', idle.tenantId ?? '', ''];
      expect(await summaries(who, tenants)).toEqual([ofBusy, null, null]);
    },
  );

  test('needs the scope', async () => {
    const result = await run(
      subgraph,
      { ...busy, scopes: [] },
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { agents { instances } } } }',
      { all: [{ __typename: 'Tenant', id: busy.tenantId }] },
    );
    expect(codes(result)).toEqual(['FORBIDDEN']);
  });
});

describe('the figures that the database counts', () => {
  /**
   * The figures as the application’s role sees them, and the locks on clients' tables that are left behind.
   * @param before what the owner does before, which is undone
   */
  async function counted(
    settings: Readonly<Record<string, string>>,
    before = 'select 1',
  ): Promise<{ rows: unknown; locks: unknown }> {
    await database.query('begin');
    try {
      await database.query(before);
      await database.query('set local role cdx_app');
      for (const [name, value] of Object.entries(settings))
        await database.query('select set_config($1, $2, true)', [name, value]);
      const { rows } = await database.query(
        `select instances, executions from clients.agent_figures($1, '-infinity', 'infinity', true, true)
          order by instances, executions`,
        [[busy.tenantId, idle.tenantId]],
      );
      const { rows: locks } = await database.query(
        `select c.oid::regclass::text from pg_locks l join pg_class c on c.oid = l.relation
          where l.pid = pg_backend_pid() and c.relnamespace::regnamespace::text like 'client\\_%'`,
      );
      return {
        rows: rows.map(({ instances, executions }) => [Number(instances), Number(executions)]),
        locks,
      };
    } finally {
      await database.query('rollback');
    }
  }

  test('are of each client that the caller sees, and leave no lock', async () => {
    expect(await counted({ 'app.role': 'superadmin' })).toEqual({
      rows: [
        [0, 0],
        [1, 0],
        [1, 2],
        [2, 4],
      ],
      locks: [],
    });
  });

  test('are of no other client, whatever tenants are named', async () => {
    expect(await counted({ 'app.role': 'admin', 'app.tenant_id': idle.tenantId ?? '' })).toMatchObject({
      rows: [[1, 0]],
    });
    expect(await counted({})).toMatchObject({ rows: [] });
    expect(await counted({ 'app.role': 'anonymous', 'app.tenant_id': '' })).toMatchObject({ rows: [] });
  });

  test('leave out a client whose schema is gone', async () => {
    const drop = `drop schema client_${clients[0] ?? ''} cascade`;
    expect(await counted({ 'app.role': 'superadmin' }, drop)).toMatchObject({
      rows: [
        [0, 0],
        [1, 0],
        [1, 2],
      ],
    });
  });
});

describe('the summary of all agents', () => {
  const platform = (who: Identity, fields: string) =>
    run(
      subgraph,
      who,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform { ${fields} } } }`,
      { all: [{ __typename: 'Platform', id: 'platform' }] },
    );
  const ever = 'executions(period: { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" })';

  test('has those of every tenant, each part in one statement', async () => {
    const statements = await statementsOf(async () => {
      const { data, errors } = await platform(superadmin, `agentExecutions24h agents { ${figures} ${ever} }`);
      expect(errors).toBeUndefined();
      const [found] = data?._entities as [
        {
          agentExecutions24h: number;
          agents: Record<'instances' | 'running' | 'executions' | 'executions24h', number>;
        },
      ];
      expect(found.agents.instances).toBeGreaterThanOrEqual(4);
      expect(found.agents.running).toBeGreaterThanOrEqual(1);
      expect(found.agentExecutions24h).toBeGreaterThanOrEqual(5);
      expect(found.agents.executions).toBeGreaterThan(found.agents.executions24h);
    });
    expect(looks(statements)).toBe(3);
  });

  test('is for superadmins', async () => {
    expect((await platform(busy, 'agentExecutions24h')).data?._entities).toEqual([null]);
  });
});
