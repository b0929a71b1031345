import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createConnection } from 'mariadb';
import pg from 'pg';
import { z } from 'zod';
import { databaseUrl, readSettings, type Environment } from '@cdx/kit';
import { databaseVariable, domainFolders, type DomainFolder } from '@cdx/kit/domains';
import { startEmbedded } from './embedded/index.ts';
import { publicUrl, type DatabaseUrls } from './urls.ts';

/** The databases, ready to be used; `stop` ends what was started for them. */
export interface Databases {
  readonly urls: DatabaseUrls;
  /** Settles when embedded servers have ended; never where there are none. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

export interface LocateOptions {
  /** Where embedded databases keep their data. */
  readonly dataDir: string;
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  readonly env: Environment;
  /** Told of every wait before it begins. */
  readonly onProgress: (step: string) => void;
}

const schema = z.object(
  Object.fromEntries(domainFolders.map(({ name }) => [databaseVariable(name), databaseUrl.optional()])),
);

/** The databases of each dialect: what their URLs begin with, and what they are called. */
const dialects = {
  mysql: { scheme: /^(mysql|mariadb):/, product: 'MySQL or MariaDB' },
  postgres: { scheme: /^postgres(ql)?:/, product: 'Postgres' },
} as const;

/**
 * The databases that the environment names.
 * @throws SettingsError naming the variables that are no database URLs
 */
export function readDatabaseUrls(env: Environment): DatabaseUrls {
  const settings = readSettings(schema, env);
  return Object.fromEntries(
    domainFolders.flatMap((domain) => {
      const url = settings[databaseVariable(domain.name)];
      if (url === undefined) return [];
      checkUrl(domain, url);
      return [[domain.name, url]];
    }),
  );
}

function checkUrl({ name, dialect }: DomainFolder, url: string): void {
  const { scheme, product } = dialects[dialect];
  if (!scheme.test(url)) throw new Error(`${databaseVariable(name)} must name a ${product} database`);
  if (!URL.canParse(url)) {
    throw new Error(
      `${databaseVariable(name)} cannot be read. In the user and the password, write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A and % as %25.`,
    );
  }
}

/**
 * Finds the databases that the environment names and starts embedded ones for the rest: one Postgres for all its
 * domains, a schema each, and MariaDB for auth.
 * @throws Error in words for the user: what is wrong with which database, and what to do
 */
export async function startDatabases({
  dataDir,
  cacheDir,
  env,
  onProgress,
}: LocateOptions): Promise<Databases> {
  const given = readDatabaseUrls(env);
  for (const domain of domainFolders) {
    const url = given[domain.name];
    if (url === undefined) continue;
    onProgress(`reaching ${domain.name} at ${publicUrl(url)}`);
    await checkReachable(domain, url);
  }
  const missing = domainFolders.filter(({ name }) => given[name] === undefined);
  if (missing.length === 0)
    return { urls: given, ended: new Promise(() => undefined), stop: () => Promise.resolve() };
  const password = await embeddedPassword(dataDir);
  const servers = await startEmbedded({
    ...{ dataDir, cacheDir, password, onProgress },
    postgres: missing.some(({ dialect }) => dialect === 'postgres'),
    mariadb: missing.some(({ dialect }) => dialect === 'mysql'),
  });
  const embedded = missing.map(({ name, dialect }) => {
    const url = dialect === 'mysql' ? servers.mysqlUrl : servers.postgresUrl;
    if (url === undefined) throw new Error(`There is no database for ${name}`);
    return [name, url] as const;
  });
  return {
    urls: { ...given, ...Object.fromEntries(embedded) },
    ended: servers.ended,
    stop: () => servers.stop(),
  };
}

async function checkReachable({ name, dialect }: DomainFolder, url: string): Promise<void> {
  try {
    if (dialect === 'mysql') {
      const { hostname, port, username, password, pathname } = new URL(url);
      const connection = await createConnection({
        host: hostname,
        port: Number(port || 3306),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        database: decodeURIComponent(pathname.slice(1)),
        connectTimeout: 5_000,
        allowPublicKeyRetrieval: true,
      });
      await connection.end();
    } else {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
      await client.connect();
      await client.end();
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    throw new Error(`${databaseVariable(name)}: ${advice(code, url)}`, { cause: error });
  }
}

/** What to do about a database that does not let us in, by its error code. */
function advice(code: string, url: string): string {
  const place = publicUrl(url);
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${place}. Start the server, or correct host and port; leave the variable unset for an embedded database.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host of ${place} is not known. Correct its name.`;
    case '28P01':
    case '28000':
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR':
      return `${place} refuses the user or password. Correct them in the URL.`;
    case '3D000':
    case 'ER_BAD_DB_ERROR':
    case 'ER_DBACCESS_DENIED_ERROR':
      return `${place}: there is no such database, or the user may not use it. Create it first.`;
    default:
      return `${place} cannot be reached${code ? ` (${code})` : ''}. Check that the server runs and that the URL is right.`;
  }
}

/** The password of the embedded servers, made at the first start and kept where only its owner reads it. */
async function embeddedPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'database-password');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const stored = await readFile(file, 'utf8').catch(() => undefined);
    if (stored) return stored;
    const password = randomBytes(24).toString('base64url');
    await writeFile(file, password, { mode: 0o600 });
    return password;
  } catch (error) {
    throw new Error(
      `${dataDir} cannot hold the data: ${(error as Error).message}. Choose another folder with --data-dir.`,
      { cause: error },
    );
  }
}
