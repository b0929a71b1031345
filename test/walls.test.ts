import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseVariable, domainFolders } from '@cdx/kit/domains';
import { testDatabaseUrl } from '@cdx/kit/testing';
import pg from 'pg';

/** The Postgres databases, by their domains: one that is added is tested without a word here. */
const databases = domainFolders
  .filter(({ dialect }) => dialect === 'postgres')
  .map(({ name }) => [name, testDatabaseUrl(databaseVariable(name))] as const);

/** What belongs to no tenant, and may be read by a statement that nobody asks for. */
const shared = ['agent_definitions', 'persona_templates', 'prompt_templates', 'schema_migrations'];

/** What the application may run with its owner's rights; each asks itself who the caller is. */
const trusted = [
  'clients.create_client_schema(text)',
  'clients.drop_client_schema(text)',
  'analytics.make_event_partitions(date,date)',
  'analytics.drop_old_events(integer)',
  'analytics.forget_user_in_events(uuid,integer)',
  'platform.make_audit_partitions()',
];

const role = 'cdx_app';

interface Table {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly walled: boolean;
  readonly ofTenant: boolean;
}

/** The tables of a domain's schema, and of the clients' for the domain that has them, with their walls. */
const tablesQuery = `
  select c.oid::regclass::text as name, n.nspname as schema, c.relname as table,
    c.relrowsecurity and c.relforcerowsecurity
      and exists (select from pg_policy p where p.polrelid = c.oid) as walled,
    n.nspname like 'client\\_%' or exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    ) as "ofTenant"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and (n.nspname = $1 or ($1 = 'clients' and n.nspname like 'client\\_%'))
  order by 1`;

describe.each(databases)('the %s database', (domain, url) => {
  const database = new pg.Client({ connectionString: url });
  let tables: readonly Table[];

  beforeAll(async () => {
    await database.connect();
    tables = (await database.query<Table>(tablesQuery, [domain])).rows;
  });
  afterAll(() => database.end());

  const column = async (query: string, ...values: readonly unknown[]): Promise<unknown[]> => {
    const { rows } = await database.query<unknown[]>({ text: query, values: [...values], rowMode: 'array' });
    return rows.map(([first]) => first);
  };

  /** Rows that a statement counts; as the application's role without a context, unless as the owner. */
  async function count(table: string, as: 'owner' | 'application'): Promise<number> {
    await database.query('begin');
    try {
      await database.query(
        as === 'owner' ? "select set_config('app.role', 'system', true)" : `set local role ${role}`,
      );
      return Number((await column(`select count(*) from ${table}`))[0]);
    } catch (error) {
      // What is not granted, such as a partition, shows nothing either.
      if (as === 'application' && (error as { code?: string }).code === '42501') return 0;
      throw error;
    } finally {
      await database.query('rollback');
    }
  }

  test('has row-level security, on and forced, on every table of a tenant or a client', () => {
    expect(tables.length).toBeGreaterThan(0);
    expect(tables.filter(({ ofTenant, walled }) => ofTenant && !walled)).toEqual([]);
  });

  test('has it on every other table too, unless that is listed as shared', () => {
    const open = tables.filter(({ walled, table }) => !walled && !shared.includes(table));
    expect(open).toEqual([]);
  });

  test('shows the application’s role no row of them without a context', async () => {
    const walled = tables.filter(({ table }) => !shared.includes(table));
    let present = 0;
    for (const { name } of walled) {
      expect([name, await count(name, 'application')]).toEqual([name, 0]);
      present += await count(name, 'owner');
    }
    // Else the zeros would say nothing; but a domain that has only just been made has no rows.
    const hasTables = walled.some(({ table }) => !table.startsWith('audit_'));
    expect(present > 0 || !hasTables).toBe(true);
  });

  test('has no policy that lets everybody through', async () => {
    const open = await column(
      `select polrelid::regclass::text from pg_policy
        where pg_get_expr(polqual, polrelid) = 'true' or pg_get_expr(polwithcheck, polrelid) = 'true'`,
    );
    expect(open).toEqual([]);
  });

  test('has no object that the application’s role owns', async () => {
    const owned = await column(
      "select classid::regclass::text from pg_shdepend where deptype = 'o' and refobjid = $1::regrole",
      role,
    );
    expect(owned).toEqual([]);
  });

  test('lets the application’s role make nothing', async () => {
    const schemas = await column(
      "select nspname from pg_namespace where has_schema_privilege($1, oid, 'create')",
      role,
    );
    expect(schemas).toEqual([]);
    const databases = await column(
      "select datname from pg_database where datname = current_database() and has_database_privilege($1, oid, 'create')",
      role,
    );
    expect(databases).toEqual([]);
  });

  test('lets it run nothing with another’s rights but what checks its caller', async () => {
    const functions = await column(
      `select p.oid::regprocedure::text from pg_proc p
        where p.prosecdef and has_function_privilege($1, p.oid, 'execute') order by 1`,
      role,
    );
    expect(functions.filter((name) => !trusted.includes(String(name)))).toEqual([]);
  });

  test('lets nobody run its functions to whom it does not say so', async () => {
    const functions = await column(
      `select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = $1 and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))`,
      domain,
    );
    expect(functions).toEqual([]);
  });
});

test.each(databases)('on the server of %s the application’s role can do nothing special', async (_, url) => {
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    const { rows } = await database.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin,
        exists (select from pg_auth_members where member = r.oid) as "isMember" from pg_roles r where rolname = $1`,
      [role],
    );
    const powers = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false };
    expect(rows).toEqual([{ ...powers, rolreplication: false, rolcanlogin: false, isMember: false }]);
  } finally {
    await database.end();
  }
});
