import pg from 'pg';
import { agentsOf, executionRows, type Agent } from './agents.ts';
import { clientRow, orchestratorRows, projectRows, usageRows, type DemoClient } from './clients.ts';
import { insertPostgres, postgresTransaction, type OnRows, type Tables } from './insert.ts';
import { memoryBatches } from './memories.ts';
import type { Sizes } from './sizes.ts';
import type { PersonaChoice } from './templates.ts';

/** What will be loaded for a client; its memories are made on the way, since their embeddings are big. */
export interface ClientPlan {
  readonly client: DemoClient;
  readonly agents: readonly Agent[];
  /** The rows of its schema but for the memories. */
  readonly tables: Tables;
  readonly memoriesPerAgent: number;
  readonly rowCount: number;
}

/** Makes the rows of a client. */
export function planClient(
  client: DemoClient,
  sizes: Sizes,
  definitions: ReadonlyMap<string, string>,
  personas: PersonaChoice,
): ClientPlan {
  const agents = agentsOf(client, sizes, definitions, personas);
  const agentIds = agents.map(({ id }) => id);
  const projects = projectRows(client);
  const projectIds = projects.map(({ id }) => id);
  const tables: Tables = [
    ['agent_instances', agents.map(({ row }) => row)],
    ['projects', projects],
    ['workflow_executions', executionRows(client, agents, projectIds)],
    ['usage_analytics', usageRows(client, agentIds)],
  ];
  const { memoriesPerAgent } = sizes;
  const inTables = tables.reduce((sum, [, rows]) => sum + rows.length, 0);
  const rowCount = 1 + orchestratorRows(client).length + inTables + agents.length * memoriesPerAgent;
  return { client, agents, tables, memoriesPerAgent, rowCount };
}

/** Inserts a client with its schema and all that is in it, in one transaction. */
export async function loadClient(
  database: pg.Client,
  { client, agents, tables, memoriesPerAgent }: ClientPlan,
  onRows: OnRows,
): Promise<void> {
  await postgresTransaction(database, async () => {
    await insertPostgres(database, 'clients.clients_info', [clientRow(client)], onRows);
    await database.query('select clients.create_client_schema($1)', [client.id]);
    await insertPostgres(database, 'clients.orchestrator_state', orchestratorRows(client), onRows);
    const schema = pg.escapeIdentifier(`client_${client.id}`);
    for (const [table, rows] of tables) await insertPostgres(database, `${schema}.${table}`, rows, onRows);
    await withoutVectorIndex(database, schema, async () => {
      for await (const rows of memoryBatches(client, agents, memoriesPerAgent)) {
        await insertPostgres(database, `${schema}.agent_memory`, rows, onRows);
      }
    });
  });
}

/** Runs work without the HNSW index of the memories and makes it again: built at once, it takes less time. */
async function withoutVectorIndex(
  database: pg.Client,
  schema: string,
  work: () => Promise<void>,
): Promise<void> {
  const index = `${schema}.agent_memory_embedding`;
  const { rows } = await database.query<{ definition: string }>(
    'select pg_get_indexdef($1::regclass) as definition',
    [index],
  );
  const definition = rows[0]?.definition;
  if (definition === undefined) throw new Error(`There is no index ${index}`);
  await database.query(`drop index ${index}`);
  await work();
  await database.query(definition);
}
