import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mariadb';
import pg from 'pg';
import { urlOf, type DatabaseUrls } from '../urls.ts';

let dataDir: string;
/** The process that has started the databases, and where they are. */
let running: ChildProcess;
let urls: DatabaseUrls;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cdx-restart-'));
  await start();
  await onMariadb(urlOf(urls, 'auth'), 'create table notes (text text not null)');
  await onPostgres(urlOf(urls, 'clients'), 'create table notes (text text not null)');
}, 90_000);

afterAll(async () => {
  running.disconnect();
  await ended(running);
  await rm(dataDir, { recursive: true });
});

/** Starts the databases of the folder in another process, which stops them when it is left alone. */
async function start(): Promise<void> {
  const script = `import { startDatabases } from '${new URL('../locate.ts', import.meta.url).href}';
    const databases = await startDatabases({ ...JSON.parse(process.argv[1]), env: {}, onProgress() {} });
    process.on('disconnect', () => databases.stop());
    process.send(databases.urls);`;
  const options = JSON.stringify({ dataDir, cacheDir: resolve(import.meta.dirname, '../../../.cache') });
  running = spawn(process.execPath, ['--input-type=module', '--eval', script, options], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(running, 'exit').then(() => undefined);
  const message: unknown = await Promise.race([once(running, 'message'), exited]);
  if (!Array.isArray(message)) throw new Error('The databases did not start');
  [urls] = message as [DatabaseUrls];
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** The number of the process that hosts the servers: it holds the folder's lock. */
const host = async (): Promise<number> => parseInt(await readFile(join(dataDir, 'lock'), 'utf8'));
const mariadbd = async (): Promise<number> =>
  parseInt(await readFile(join(dataDir, 'mariadb/mariadbd.pid'), 'utf8'));

/** Whether a process runs: one that has ended and was not asked for has no command line. */
async function runs(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
}

async function onMariadb(url: string, statement: string, values: readonly string[] = []): Promise<unknown[]> {
  const connection = await createConnection(url.replace(/^mysql:/, 'mariadb:'));
  try {
    const rows: unknown = await connection.query(statement, values);
    return Array.isArray(rows) ? Array.from<unknown>(rows) : [];
  } finally {
    await connection.end();
  }
}

async function onPostgres(
  url: string,
  statement: string,
  values: readonly string[] = [],
): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function kill(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (const pid of pids) while (await runs(pid)) await sleep(20);
}

/** The ways in which databases end, by what has happened. */
const ends: readonly [string, () => Promise<void>][] = [
  [
    'they were stopped in order',
    async () => {
      const servers = await Promise.all([host(), mariadbd()]);
      running.disconnect();
      await ended(running);
      expect(await Promise.all(servers.map(runs))).toEqual([false, false]);
      expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    },
  ],
  ['the process that had started them was killed', () => kill(running.pid ?? NaN)],
  [
    'their host was killed, so that MariaDB runs on without it',
    async () => {
      await kill(await host(), running.pid ?? NaN);
      expect(await runs(await mariadbd())).toBe(true);
    },
  ],
  [
    'all of them were killed at once, as when the power fails',
    async () => kill(await host(), await mariadbd(), running.pid ?? NaN),
  ],
];

describe('a row is there after the next start when', () => {
  test.each(ends)(
    '%s',
    async (text, end) => {
      await onMariadb(urlOf(urls, 'auth'), 'insert into notes values (?)', [text]);
      await onPostgres(urlOf(urls, 'clients'), 'insert into notes values ($1)', [text]);
      const before = await mariadbd();
      await end();
      await start();
      const select = 'select text from notes where text = ';
      expect(await onMariadb(urlOf(urls, 'auth'), `${select} ?`, [text])).toEqual([{ text }]);
      expect(await onPostgres(urlOf(urls, 'clients'), `${select} $1`, [text])).toEqual([{ text }]);
      expect(await runs(before)).toBe(false);
    },
    60_000,
  );
});
