import { createHash } from 'node:crypto';
import { domainFolders } from '@cdx/kit/domains';
import { rowsOf } from '../support/sql.ts';

/** Every row of every domain, as a digest that begins with its table's name. */
export async function fingerprints(): Promise<ReadonlySet<string>> {
  const all = await Promise.all(
    domainFolders.map(({ name, dialect }) =>
      dialect === 'postgres' ? rowsInPostgres(name) : rowsInMysql(name),
    ),
  );
  return new Set(all.flat());
}

async function rowsInPostgres(domain: string): Promise<readonly string[]> {
  const tables = await rowsOf<{ name: string }>(
    domain,
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and (n.nspname = $1 or n.nspname like $1 || '\\_%'
        or $1 = 'clients' and n.nspname like 'client\\_%')`,
    [domain],
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await rowsOf<{ digest: string }>(domain, `select md5(t::text) as digest from ${name} t`);
    found.push(...rows.map(({ digest }) => `${name} ${digest}`));
  }
  return found;
}

async function rowsInMysql(domain: string): Promise<readonly string[]> {
  const tables = await rowsOf<{ name: string }>(
    domain,
    "select table_name as name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await rowsOf<object>(domain, `select * from ${name}`);
    found.push(...rows.map((row) => `${name} ${digestOf(row)}`));
  }
  return found;
}

const digestOf = (row: object): string => createHash('md5').update(JSON.stringify(row)).digest('hex');
