import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { domainFolders } from '@cdx/kit/domains';
import { createConnection } from 'mariadb';
import pg from 'pg';
import { startDatabases, type Databases } from './locate.ts';
import { migrateAll, migrateDown, migrateUp } from './migrate.ts';
import { urlOf } from './urls.ts';

let dataDir: string;
let databases: Databases;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cdx-migrate-'));
  databases = await startDatabases({
    dataDir,
    cacheDir: resolve(import.meta.dirname, '../../.cache'),
    env: {},
    onProgress: () => undefined,
  });
}, 90_000);

afterAll(async () => {
  await databases.stop();
  await rm(dataDir, { recursive: true });
});

const up = (domain: string): Promise<number> => migrateUp(domain, urlOf(databases.urls, domain));
const down = (domain: string): Promise<void> => migrateDown(domain, urlOf(databases.urls, domain));

async function countMigrations(domain: string): Promise<number> {
  return (await readdir(resolve(import.meta.dirname, '../../prisma', domain, 'migrations'))).length;
}

/** What a schema of Postgres holds, beside the list of migrations; `identity` changes when an object is made anew. */
const postgresObjects = `
  select 'relation ' || relname || ' ' || coalesce(relacl::text, '') as name, c.oid::text as identity
    from pg_class c where relnamespace = $1::text::regnamespace and relname not like 'schema_migrations%'
  union all select 'column ' || c.relname || '.' || attname || ' ' || format_type(atttypid, atttypmod), ''
    from pg_attribute a join pg_class c on c.oid = attrelid
    where relnamespace = $1::text::regnamespace and attnum > 0 and relname not like 'schema_migrations%'
  union all select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid), oid::text
    from pg_constraint where connamespace = $1::text::regnamespace and conname not like 'schema_migrations%'
  union all select 'function ' || proname || ' ' || md5(prosrc), oid::text
    from pg_proc where pronamespace = $1::text::regnamespace
  union all select 'type ' || typname || ' ' || coalesce(array_agg(enumlabel order by enumsortorder)::text, ''), t.oid::text
    from pg_type t left join pg_enum on enumtypid = t.oid
    where typnamespace = $1::text::regnamespace and typname not like '%schema_migrations' group by t.oid, typname
  union all select 'policy ' || policyname || ' ' || coalesce(qual, '') || coalesce(with_check, ''), ''
    from pg_policies where schemaname = $1::text
  union all select 'trigger ' || tgname || ' ' || pg_get_triggerdef(t.oid), t.oid::text
    from pg_trigger t join pg_class c on c.oid = tgrelid
    where relnamespace = $1::text::regnamespace and not tgisinternal
  order by name`;

/** The same of MySQL's current database. */
const mysqlObjects = `
  select concat('column ', table_name, '.', column_name, ' ', column_type, ' ', is_nullable) as name, '' as identity
    from information_schema.columns where table_schema = database() and table_name <> 'schema_migrations'
  union all select concat('table ', table_name), date_format(create_time, '%Y-%m-%d %T')
    from information_schema.tables where table_schema = database() and table_name <> 'schema_migrations'
  union all select concat('index ', table_name, '.', index_name, ' ', column_name, ' ', non_unique), ''
    from information_schema.statistics where table_schema = database() and table_name <> 'schema_migrations'
  union all select concat('constraint ', table_name, '.', constraint_name, ' ', constraint_type), ''
    from information_schema.table_constraints
    where table_schema = database() and table_name <> 'schema_migrations'
  union all select concat('routine ', routine_name, ' ', md5(routine_definition)), created
    from information_schema.routines where routine_schema = database()
  union all select concat('event ', event_name), created
    from information_schema.events where event_schema = database()
  union all select concat('trigger ', trigger_name), created
    from information_schema.triggers where trigger_schema = database()
  order by name`;

interface SchemaObject {
  readonly name: string;
  readonly identity: string | Date | null;
}

async function objectsOf(domain: string): Promise<readonly SchemaObject[]> {
  const url = urlOf(databases.urls, domain);
  if (url.startsWith('mysql:')) {
    const connection = await createConnection(url.replace(/^mysql:/, 'mariadb:'));
    try {
      return Array.from(await connection.query<SchemaObject[]>(mysqlObjects));
    } finally {
      await connection.end();
    }
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<SchemaObject>(postgresObjects, [domain])).rows;
  } finally {
    await client.end();
  }
}

const namesOf = async (domain: string): Promise<string[]> =>
  (await objectsOf(domain)).map(({ name }) => name);

describe.each(domainFolders)('the migrations of $name', ({ name: domain }) => {
  let whole: readonly string[];

  test('make the schema, when three processes run them on a fresh database at the same time', async () => {
    await Promise.all([up(domain), up(domain), up(domain)]);
    whole = await namesOf(domain);
    expect(whole.length).toBeGreaterThan(await countMigrations(domain));
  });

  test('change nothing when run again, once or at the same time', async () => {
    const before = await objectsOf(domain);
    expect(await up(domain)).toBe(0);
    expect(await Promise.all([up(domain), up(domain)])).toEqual([0, 0]);
    expect(await objectsOf(domain)).toEqual(before);
  });

  test('can be taken back one by one until nothing is left, and no further', async () => {
    const count = await countMigrations(domain);
    for (let taken = 0; taken < count; taken += 1) await down(domain);
    expect(await namesOf(domain)).toEqual([]);
    await expect(down(domain)).rejects.toThrow(`The ${domain} database at `);
  });

  test('make the same schema again after that', async () => {
    expect(await up(domain)).toBe(await countMigrations(domain));
    expect(await namesOf(domain)).toEqual(whole);
  });

  test('can be taken back and made again each on its own', async () => {
    const count = await countMigrations(domain);
    for (let taken = 1; taken <= count; taken += 1) {
      for (let step = 0; step < taken; step += 1) await down(domain);
      expect(await up(domain)).toBe(taken);
    }
    expect(await namesOf(domain)).toEqual(whole);
    // A process for each step, and their number grows with the square of the migrations'.
  }, 180_000);
});

describe('migrating all databases', () => {
  test('tells each step before it begins', async () => {
    const steps: string[] = [];
    await migrateAll(databases.urls, (step) => steps.push(step));
    expect(steps).toEqual(domainFolders.map(({ name }) => `migrating ${name}`));
    expect(steps).toContain('migrating clients');
  });

  test('fails in words that name the database and hide its password', async () => {
    const url = new URL(urlOf(databases.urls, 'clients'));
    url.password = 'wrong-secret';
    const failure = await migrateUp('clients', url.href).catch((error: unknown) => String(error));
    expect(failure).toContain(
      `The clients database at postgres://${url.host}/postgres could not be migrated. `,
    );
    expect(failure).toContain('password authentication failed');
    expect(failure).not.toContain('wrong-secret');
  });
});
