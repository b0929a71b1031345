import { domainFolders } from '@cdx/kit/domains';
import { rowsOf } from '../support/sql.ts';

/** A row of some tenant: what must not be met by anybody else. */
export interface Secret {
  /** An id, an address or a slug: text that stands for the row and for no other. */
  readonly text: string;
  readonly tenant: string;
  /** What kind of value it is, to be sent where such a value is asked for. */
  readonly kind: 'id' | 'client' | 'email' | 'slug';
}

const idText = (column: string): string =>
  `lower(insert(insert(insert(insert(hex(${column}), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))`;

/** The tables of auth whose rows are a user's: their ids with the user's tenant. */
const ofUsers = ['auth_tokens', 'sessions', 'auth_events', 'projects', 'subscriptions', 'user_activity_logs'];

/** All that the databases keep for tenants, read past every wall, as the databases' owner. */
export async function readSecrets(): Promise<readonly Secret[]> {
  const auth = await secretsOfAuth();
  const tenantOf = new Map(auth.map(({ text, tenant }) => [text, tenant]));
  const [clients, templates, ...others] = await Promise.all([
    secretsOfClients(),
    secretsOfTemplates(tenantOf),
    ...domainFolders
      .filter(({ dialect }) => dialect === 'postgres')
      .map(({ name }) => secretsOfTenants(name)),
  ]);
  return [...auth, ...clients, ...templates, ...others.flat()];
}

interface Found {
  readonly text: string;
  readonly tenant: string | null;
}
const named = (rows: readonly Found[], kind: Secret['kind']): Secret[] =>
  rows.flatMap(({ text, tenant }) => (tenant === null ? [] : [{ text, tenant, kind }]));

async function secretsOfAuth(): Promise<Secret[]> {
  const read = (sql: string): Promise<Found[]> => rowsOf('auth', sql);
  const users = await read(`select ${idText('id')} as text, tenant_id as tenant from users`);
  const emails = await read('select email as text, tenant_id as tenant from users');
  const organizations = await read(`select ${idText('id')} as text, tenant_id as tenant from organizations`);
  const slugs = await read('select slug as text, tenant_id as tenant from organizations');
  const rows = [];
  for (const table of ofUsers) {
    const sql = `select ${idText('t.id')} as text, u.tenant_id as tenant from ${table} t join users u on u.id = t.user_id`;
    rows.push(...(await read(sql)));
  }
  return [
    ...named([...users, ...organizations, ...rows], 'id'),
    ...named(emails, 'email'),
    ...named(slugs, 'slug'),
  ];
}

const ofClients = ['agent_instances', 'agent_memory', 'projects', 'workflow_executions', 'usage_analytics'];

async function secretsOfClients(): Promise<Secret[]> {
  const read = (sql: string): Promise<Found[]> => rowsOf('clients', sql);
  const clients = await read('select client_id as text, tenant_id as tenant from clients.clients_info');
  const states = await read(
    'select s.id::text as text, c.tenant_id as tenant from clients.orchestrator_state s join clients.clients_info c using (client_id)',
  );
  const rows: Found[] = [];
  for (const { text: client, tenant } of clients) {
    const present = await read(
      `select table_name as text, null as tenant from information_schema.tables where table_schema = 'client_${client}'`,
    );
    for (const { text: table } of present.filter(({ text }) => ofClients.includes(text))) {
      const ids = await read(`select id::text as text, null as tenant from client_${client}.${table}`);
      rows.push(...ids.map(({ text }) => ({ text, tenant })));
    }
  }
  return [...named(clients, 'client'), ...named([...states, ...rows], 'id')];
}

/** The rows of every table of a domain that says whose they are; what the audit log adds while tests run is left out. */
async function secretsOfTenants(domain: string): Promise<Secret[]> {
  const tables = await rowsOf<{ name: string }>(
    domain,
    `select format('%I.%I', table_schema, table_name) as name
      from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = $1 and table_name <> 'audit_log' and table_type = 'BASE TABLE'
        and (column_name = 'id' and data_type = 'uuid' or column_name = 'tenant_id')
      group by table_schema, table_name having count(*) = 2`,
    [domain],
  );
  const rows: Found[] = [];
  for (const { name } of tables)
    rows.push(...(await rowsOf<Found>(domain, `select id::text as text, tenant_id as tenant from ${name}`)));
  return named(rows, 'id');
}

async function secretsOfTemplates(tenantOf: ReadonlyMap<string, string>): Promise<Secret[]> {
  const read = (sql: string): Promise<Found[]> => rowsOf('templates', sql);
  const prompts = await read(
    'select id::text as text, coalesce(organization_id, user_id)::text as tenant from templates.system_prompts',
  );
  const drafts = await read(
    "select id::text as text, created_by::text as tenant from templates.persona_templates where status = 'draft'",
  );
  const owned = [...prompts, ...drafts].map(({ text, tenant: owner }) => ({
    text,
    tenant: owner === null ? null : (tenantOf.get(owner) ?? null),
  }));
  return named(owned, 'id');
}
