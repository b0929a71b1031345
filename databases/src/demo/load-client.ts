import type { Row, Tables } from '@cdx/demo';
import pg from 'pg';
import { postgresTransaction } from '../connect.ts';
import { agentsOf, executionRows, type Agent } from './agents.ts';
import { clientRow, orchestratorRows, projectRows, usageRows, type DemoClient } from './clients.ts';
import { insertPostgres, type OnRows } from './insert.ts';
import { memoryRows } from './memories.ts';
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

/** What the rows of all clients are made from. */
export interface ClientParts {
  readonly sizes: Sizes;
  /** The ids of agent definitions, by their keys. */
  readonly definitions: ReadonlyMap<string, string>;
  readonly personas: PersonaChoice;
  /** The moment that their history ends at. */
  readonly loadedAt: Date;
}

/** Makes the rows of a client. */
export function planClient(
  client: DemoClient,
  { sizes, definitions, personas, loadedAt }: ClientParts,
): ClientPlan {
  const agents = agentsOf(client, sizes, definitions, personas);
  const agentIds = agents.map(({ id }) => id);
  const projects = projectRows(client);
  const projectIds = projects.map(({ id }) => id);
  const tables: Tables = [
    ['agent_instances', agents.map(({ row }) => row)],
    ['projects', projects],
    ['workflow_executions', executionRows(client, agents, projectIds, loadedAt)],
    ['usage_analytics', usageRows(client, agentIds)],
  ];
  const { memoriesPerAgent } = sizes;
  const inTables = tables.reduce((sum, [, rows]) => sum + rows.length, 0);
  const rowCount = 1 + orchestratorRows(client).length + inTables + agents.length * memoriesPerAgent;
  return { client, agents, tables, memoriesPerAgent, rowCount };
}

/**
 * Inserts clients with their schemas and all that is in them, each in one transaction. The memories of the next client
 * are made while the database is busy with the vector index of the one before.
 */
export async function loadClients(
  database: pg.Client,
  plans: readonly ClientPlan[],
  report: (step: string) => OnRows,
): Promise<void> {
  const memoriesAt = async (index: number): Promise<Row[]> => {
    const plan = plans[index];
    return plan ? memoryRows(plan.client, plan.agents, plan.memoriesPerAgent) : [];
  };
  let memories = await memoriesAt(0);
  for (const [index, plan] of plans.entries()) {
    await postgresTransaction(database, async () => {
      const onRows = report(plan.client.name);
      const schema = await loadTables(database, plan, onRows);
      const indexDefinition = await dropVectorIndex(database, schema);
      await insertPostgres(database, `${schema}.agent_memory`, memories, onRows);
      [, memories] = await Promise.all([database.query(indexDefinition), memoriesAt(index + 1)]);
    });
  }
}

/** Inserts all of a client but its memories. @returns its schema, as SQL */
async function loadTables(
  database: pg.Client,
  { client, tables }: ClientPlan,
  onRows: OnRows,
): Promise<string> {
  await insertPostgres(database, 'clients.clients_info', [clientRow(client)], onRows);
  await database.query('select clients.create_client_schema($1)', [client.id]);
  await insertPostgres(database, 'clients.orchestrator_state', orchestratorRows(client), onRows);
  const schema = pg.escapeIdentifier(`client_${client.id}`);
  for (const [table, rows] of tables) await insertPostgres(database, `${schema}.${table}`, rows, onRows);
  return schema;
}

/**
 * Drops the HNSW index of the memories: built over all rows, it takes a sixth of the time of adding row by row.
 * @returns the statement that makes it again
 */
async function dropVectorIndex(database: pg.Client, schema: string): Promise<string> {
  const index = `${schema}.agent_memory_embedding`;
  const { rows } = await database.query<{ readonly definition: string }>(
    'select pg_get_indexdef($1::regclass) as definition',
    [index],
  );
  const definition = rows[0]?.definition;
  if (definition === undefined) throw new Error(`There is no index ${index}`);
  await database.query(`drop index ${index}`);
  return definition;
}
