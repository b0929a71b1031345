/** `npm start`: databases, migrations, demo data, gateway. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { demoLogins } from '@cdx/auth/demo-logins';
import { startGateway, type RunningGateway } from '@cdx/gateway';
import { loadDemoData } from './demo/index.ts';
import { lockFolder } from './embedded/folder-lock.ts';
import { startDatabases } from './locate.ts';
import { migrateAll } from './migrate.ts';
import { makeProgress, type Progress } from './progress.ts';
import { help, readOptions, type StartOptions } from './start-options.ts';
import { startSubgraphProcesses } from './subgraph-processes.ts';

const cacheDir = resolve(import.meta.dirname, '../../.cache');

/** What has been started, to be ended in the opposite order. */
class Started {
  readonly #ends: (() => Promise<void>)[] = [];

  add(end: () => Promise<void>): void {
    this.#ends.unshift(end);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

async function start(options: StartOptions, started: Started, progress: Progress): Promise<RunningGateway> {
  const dataDir = resolve(options.dataDir);
  await checkPort(options.port);
  if (options.reset) await reset(dataDir);
  const databases = await startDatabases({ dataDir, cacheDir, env: process.env, onProgress: progress.step });
  started.add(() => databases.stop());
  await migrateAll(databases.urls, progress.step);
  if (options.demo) {
    progress.step('loading the demo data');
    await loadDemoData({ urls: databases.urls, scale: options.scale, onProgress: progress.bar });
  }
  const env: NodeJS.ProcessEnv = {
    AUTH_SIGNING_KEYS_FILE: join(dataDir, 'signing-keys.json'),
    MAIL_OUTBOX_DIR: join(dataDir, 'outbox'),
    LOG_LEVEL: 'warn',
    ...process.env,
    AUTH_DATABASE_URL: databases.urls.auth,
    CLIENTS_DATABASE_URL: databases.urls.clients,
    TEMPLATES_DATABASE_URL: databases.urls.templates,
    CDX_DEMO: String(options.demo),
    PORT: String(options.port),
  };
  if (options.distributed) {
    progress.step('starting the subgraphs');
    env.CDX_INTERNAL_SECRET ??= randomBytes(32).toString('base64url');
    const processes = await startSubgraphProcesses(env);
    started.add(() => processes.stop());
    env.SUBGRAPHS = processes.subgraphs;
  }
  progress.step('composing the graph');
  const gateway = await startGateway(env);
  started.add(() => gateway.close());
  return gateway;
}

/** Fails before anything is started when the port cannot be had. */
async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  const host = process.env.HOST === '' ? undefined : process.env.HOST;
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    probe.listen(port, host ?? '127.0.0.1', () => probe.close(() => resolve()));
  });
}

function portError({ code, message }: NodeJS.ErrnoException, port: number): Error {
  if (code === 'EADDRINUSE') {
    return new Error(
      `Port ${port} is taken. Stop what uses it, or take another: npm start -- --port ${port + 1}`,
    );
  }
  if (code === 'EACCES')
    return new Error(`Port ${port} needs privileges. Take one above 1023: npm start -- --port 4000`);
  return new Error(`Port ${port} cannot be listened at: ${message}`);
}

/** Deletes what this command made, and nothing else that may lie in the folder. */
async function reset(dataDir: string): Promise<void> {
  const own = ['postgres', 'mariadb', 'database-password', 'signing-keys.json', 'outbox'];
  // Whoever holds the lock still writes there.
  const unlock = await lockFolder(dataDir);
  await unlock();
  await Promise.all(own.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

function greeting(url: string, { demo }: StartOptions): string {
  const [width] = demoLogins.map(({ email }) => email.length).toSorted((a, b) => b - a);
  const logins = demoLogins.map(
    ({ label, email, password }) => `    ${email.padEnd(width ?? 0)}   ${password}   (${label})`,
  );
  const address = url.replace('127.0.0.1', 'localhost');
  return `
  CDX is ready.

    Playground  ${address}/playground/
    GraphQL     ${address}/graphql
${demo ? `\n  Log in as\n${logins.join('\n')}\n` : ''}
  A first query, for the playground
    { clients(first: 3) { edges { node { name tier owner { name } agents(first: 2) { edges { node { name personaTemplate { name } } } } } } } }

  Ctrl-C stops it; the data stays.
`;
}

const started = new Started();
const progress = makeProgress();
try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(help);
  } else {
    const stop = (): void => {
      progress.end();
      void started.end().then(() => process.exit());
    };
    process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
    const gateway = await start(options, started, progress);
    progress.end();
    console.log(greeting(gateway.url, options));
  }
} catch (error) {
  progress.end();
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  await started.end();
  process.exitCode = 1;
}
