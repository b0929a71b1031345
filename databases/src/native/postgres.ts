import { chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { run } from '../run-command.ts';
import type { NativeServer, NativeServerOptions } from './native-server.ts';
import { postgresInstallation, type PostgresInstallation } from './postgres-installation.ts';
import { startServer } from './server-process.ts';

/** The user `nobody`, whom every Debian has. */
const nobody = 65534;

/** Postgres refuses to run as root, and then runs as nobody. */
const privileges =
  process.getuid?.() === 0 ? [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];

/** Starts a Postgres 15 that has pgvector, with an empty database `cdx`. */
export async function startNativePostgres(options: NativeServerOptions): Promise<NativeServer> {
  const { cacheDir, dataDir, password, onProgress } = options;
  const root = await postgresInstallation(cacheDir, onProgress);
  onProgress('starting Postgres');
  const folder = await makeFolder(dataDir);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const installation = await reachable(root, folder);
    await initialise(installation, folder, password);
    const port = await freePort();
    const stop = await startServer({
      name: 'Postgres',
      program: join(installation.programs, 'postgres'),
      args: ['-D', join(folder, 'data'), ...settings(port)],
      env: installation.environment,
      readyWords: /ready to accept connections/,
      stopSignal: 'SIGINT',
      privileges,
    });
    const server = `postgres://postgres:${password}@127.0.0.1:${port}`;
    await createDatabase(`${server}/postgres`).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { url: `${server}/cdx`, stop: () => stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A fresh folder; nobody may reach the project's, so root takes one among the temporary files. */
async function makeFolder(dataDir: string): Promise<string> {
  if (privileges.length > 0) {
    const folder = await mkdtemp(join(tmpdir(), 'cdx-postgres-'));
    await chown(folder, nobody, nobody);
    return folder;
  }
  const folder = join(dataDir, 'postgres');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The installation, or a copy beside the data when the user that it runs as cannot reach it. */
async function reachable(installation: PostgresInstallation, folder: string): Promise<PostgresInstallation> {
  const probe = ['test', '-x', join(installation.programs, 'postgres')];
  const found = await run('setpriv', [...privileges, '--', ...probe]).then(
    () => true,
    () => false,
  );
  if (found) return installation;
  const copy = join(folder, 'programs');
  await cp(installation.root, copy, { recursive: true, verbatimSymlinks: true });
  return installation.at(copy);
}

async function initialise(
  installation: PostgresInstallation,
  folder: string,
  password: string,
): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (privileges.length > 0) await chown(passwordFile, nobody, nobody);
  const flags = [
    `--pgdata=${join(folder, 'data')}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  await run('setpriv', [...privileges, '--', join(installation.programs, 'initdb'), ...flags], {
    env: installation.environment,
    cwd: folder,
  });
  await rm(passwordFile);
}

function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    // As the embedded server: every gateway of a test run holds ten for each domain.
    max_connections: 500,
    // The library that it takes is a large one, and not among ours.
    jit: 'off',
    // Tests need not survive a power cut.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('create database cdx');
  } finally {
    await client.end();
  }
}
