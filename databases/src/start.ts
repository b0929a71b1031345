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
import { databaseEnvironment, type DatabaseUrls } from './urls.ts';

const cacheDir = resolve(import.meta.dirname, '../../.cache');

/** What has been started, to be ended in the opposite order. */
class Started {
  readonly #ends: (() => Promise<void>)[] = [];
  #ending: Promise<void> | undefined;

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Waits until something has started. What is still starting when the end comes is ended as soon as it has. */
  async add<Thing>(starting: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing> {
    this.#ends.unshift(() => starting.then(end, () => undefined));
    const thing = await starting;
    this.throwIfEnding();
    return thing;
  }

  throwIfEnding(): void {
    if (this.isEnding) throw new Error('It was stopped');
  }

  end(): Promise<void> {
    this.#ending ??= this.#endAll();
    return this.#ending;
  }

  async #endAll(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

async function start(options: StartOptions, started: Started, progress: Progress): Promise<RunningGateway> {
  const dataDir = resolve(options.dataDir);
  const step = (words: string): void => {
    started.throwIfEnding();
    progress.step(words);
  };
  await checkPort(options.port);
  if (options.reset) await reset(dataDir);
  const databases = await started.add(
    startDatabases({ dataDir, cacheDir, env: process.env, onProgress: step }),
    (them) => them.stop(),
  );
  void databases.ended.then(() => {
    if (!started.isEnding) fail(new Error('The embedded databases have ended. Start again: npm start'));
  });
  // A migration is not to lose its database in the middle: MariaDB could not take the first half back.
  await started.add(migrateAll(databases.urls, step), () => Promise.resolve());
  if (options.demo) {
    step('loading the demo data');
    await loadDemoData({ urls: databases.urls, scale: options.scale, onProgress: progress.bar });
  }
  const env = environment(options, dataDir, databases.urls);
  if (options.distributed) {
    step('starting the subgraphs');
    if (env.CDX_INTERNAL_SECRET === '') delete env.CDX_INTERNAL_SECRET;
    env.CDX_INTERNAL_SECRET ??= randomBytes(32).toString('base64url');
    const processes = await started.add(startSubgraphProcesses(env), (them) => them.stop());
    env.SUBGRAPHS = processes.subgraphs;
  }
  step('composing the graph');
  return started.add(startGateway(env), (gateway) => gateway.close());
}

/** What the gateway and the subgraphs read: the settings of this process, and what has been started. */
function environment({ demo, port }: StartOptions, dataDir: string, urls: DatabaseUrls): NodeJS.ProcessEnv {
  return {
    AUTH_SIGNING_KEYS_FILE: join(dataDir, 'signing-keys.json'),
    MAIL_OUTBOX_DIR: join(dataDir, 'outbox'),
    LOG_LEVEL: 'warn',
    ...process.env,
    ...databaseEnvironment(urls),
    CDX_DEMO: String(demo),
    PORT: String(port),
  };
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

/** Ends everything, and this process with it. */
function stop(code: number): void {
  progress.end();
  // Whoever is at work with what is being ended fails at it, and need not say so.
  process.on('uncaughtException', () => undefined);
  void started.end().finally(() => process.exit(code));
}

function fail(error: unknown): void {
  progress.end();
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  stop(1);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(help);
  } else {
    // A second Ctrl-C waits for nothing; what has been started then ends by itself.
    process.once('SIGINT', () => stop(0));
    process.on('SIGTERM', () => stop(0)).on('SIGHUP', () => stop(0));
    const gateway = await start(options, started, progress);
    progress.end();
    console.log(greeting(gateway.url, options));
  }
} catch (error) {
  if (!started.isEnding) fail(error);
}
