import pg from 'pg';
import { urlOf } from './knowledge.ts';

const ofClients = ['agent_instances', 'agent_memory', 'projects', 'workflow_executions', 'usage_analytics'];

/**
 * What each row of the clients' schemas holds, as a digest by its id.
 * @param ids those to look at; all when not given
 */
export async function fingerprints(ids?: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: urlOf('CLIENTS_DATABASE_URL') });
  await client.connect();
  try {
    const { rows: schemas } = await client.query<{ name: string }>(
      "select schema_name as name from information_schema.schemata where schema_name like 'client\\_%'",
    );
    const found = new Map<string, string>();
    for (const { name } of schemas) {
      for (const table of ofClients) {
        const { rows } = await client.query<{ id: string; digest: string }>(
          `select id::text, md5(t::text) as digest from ${client.escapeIdentifier(name)}.${table} t`,
        );
        for (const { id, digest } of rows) found.set(id, digest);
      }
    }
    return ids ? new Map(ids.map((id) => [id, found.get(id) ?? 'gone'])) : found;
  } finally {
    await client.end();
  }
}
