import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withMysql } from './connect.ts';
import { writePermissions } from './permissions.ts';
import { run } from './run-command.ts';
import { domains, publicUrl, urlOf, type DatabaseUrls } from './urls.ts';

/** dbmate's binary lies in a package of its own for each system. */
const dbmate = createRequire(createRequire(import.meta.url).resolve('dbmate')).resolve(
  `@dbmate/${process.platform}-${process.arch}/bin/dbmate`,
);

/** What is written after a domain's migrations because it follows from the code. */
const afterwards: Readonly<Record<string, (url: string) => Promise<void>>> = {
  auth: (url) => withMysql(url, writePermissions),
};

/** How long another process gets to end the migration that it is at. */
const retryAfterMs = 200;

function commandLine(domain: string, url: string, command: string): string[] {
  const target = new URL(url);
  const isPostgres = target.protocol.startsWith('postgres');
  if (target.protocol === 'mariadb:') target.protocol = 'mysql:';
  if (
    isPostgres &&
    ['127.0.0.1', 'localhost', '[::1]'].includes(target.hostname) &&
    !target.searchParams.has('sslmode')
  ) {
    target.searchParams.set('sslmode', 'disable');
  }
  const table = isPostgres ? `${domain}.schema_migrations` : 'schema_migrations';
  const folder = fileURLToPath(new URL(`../../prisma/${domain}/migrations`, import.meta.url));
  return [
    '--url',
    target.href,
    '--migrations-dir',
    folder,
    '--migrations-table',
    table,
    '--no-dump-schema',
    command,
  ];
}

function invoke(domain: string, url: string, command: string): Promise<string> {
  return run(dbmate, commandLine(domain, url, command)).catch((error: unknown) => {
    const password = new URL(url).password || '\0';
    const words = error instanceof Error ? error.message.replaceAll(password, '***') : '';
    const reason = /Error: .*/s.exec(words)?.[0] ?? words;
    // Without the error as its cause: that has the command line, with the password.
    throw new Error(`The ${domain} database at ${publicUrl(url)} could not be migrated. ${reason}`);
  });
}

/**
 * Brings a database to the newest migration. Several processes may do so at the same time: dbmate has no lock, and
 * whoever comes second to a migration fails at it, and finds it applied when it tries again.
 * @returns how many migrations were applied
 * @throws Error naming the database, without its password, and the statement that failed
 */
export async function migrateUp(domain: string, url: string): Promise<number> {
  for (let last = ''; ;) {
    try {
      const output = await invoke(domain, url, 'migrate');
      await afterwards[domain]?.(url);
      return output.match(/^Applied: /gm)?.length ?? 0;
    } catch (error) {
      const { message } = error as Error;
      // The same mistake twice is not another process's doing, unless it is that the migration is applied by now.
      if (message === last && !message.includes('schema_migrations_pkey')) throw error;
      last = message;
      await sleep(retryAfterMs);
    }
  }
}

/** Takes back the newest migration of a database. */
export async function migrateDown(domain: string, url: string): Promise<void> {
  await invoke(domain, url, 'rollback');
}

/** Brings all databases to their newest migrations. */
export async function migrateAll(urls: DatabaseUrls, onProgress: (step: string) => void): Promise<void> {
  for (const domain of domains) {
    onProgress(`migrating ${domain}`);
    await migrateUp(domain, urlOf(urls, domain));
  }
}
