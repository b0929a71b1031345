import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import type { MariadbInstallation } from '../mariadb-installation.ts';
import { run } from '../run-command.ts';
import { startTime } from './folder-lock.ts';

/** A private MariaDB that serves one data folder on loopback. */
export interface MariadbServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a private MariaDB, making its data folder at first use.
 * @param folder where its data lives; nothing else may use it
 * @param password of the account `cdx`, which owns the databases whose names begin with `auth`
 * @param launcher the command and options that run the server in their own place, if any
 */
export async function startMariadb(
  installation: MariadbInstallation,
  folder: string,
  password: string,
  launcher: readonly string[] = [],
): Promise<MariadbServer> {
  const data = join(folder, 'data');
  const pidFile = join(folder, 'mariadbd.pid');
  // A server that starts deletes the temporary tables of every other one that shares its folder for them.
  const temporary = join(folder, 'tmp');
  const environment = { ...installation.environment, TMPDIR: temporary };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await killStale(pidFile, data);
  await mkdir(temporary, { recursive: true });
  if (!existsSync(join(folder, 'installed'))) {
    await rm(data, { recursive: true, force: true });
    await install({ ...installation, environment }, data);
    await writeFile(join(folder, 'installed'), '');
  }
  const initFile = join(folder, 'init.sql');
  await writeFile(initFile, accounts(password), { mode: 0o600 });
  const port = await freePort();
  const [program, ...args] = [
    ...launcher,
    installation.server,
    ...serverFlags(installation, data),
    `--port=${port}`,
    `--init-file=${initFile}`,
  ];
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  await writeFile(pidFile, String(child.pid));
  await ready(child, () => log);
  return { port, stop: () => stop(child) };
}

function serverFlags(installation: MariadbInstallation, data: string): string[] {
  return [
    '--no-defaults',
    ...installation.flags,
    `--datadir=${data}`,
    // Relative to the data folder: a socket's whole path may have 107 characters only.
    '--socket=mariadb.sock',
    '--bind-address=127.0.0.1',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--skip-log-bin',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
}

async function install(installation: MariadbInstallation, data: string): Promise<void> {
  await run(
    installation.installer,
    [
      '--no-defaults',
      ...installation.flags,
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ],
    {
      env: installation.environment,
    },
  );
}

/** What the server runs at each start: the account by which everything connects, and a root that nobody is. */
export function accounts(password: string): string {
  return [
    `create user if not exists 'cdx'@'127.0.0.1' identified by '${password}'`,
    `alter user 'cdx'@'127.0.0.1' identified by '${password}'`,
    "grant all on `auth%`.* to 'cdx'@'127.0.0.1'",
    `alter user 'root'@'localhost' identified by '${password}'`,
    'create database if not exists auth character set utf8mb4 collate utf8mb4_unicode_ci',
  ]
    .map((statement) => `${statement};\n`)
    .join('');
}

/**
 * Waits until a server says that it may be reached.
 * @param log what it has said so far
 * @throws Error with the server's own words when it ends, or says nothing for a minute
 */
export async function ready(
  child: ChildProcess,
  log: () => string,
  name = 'MariaDB',
  words = /ready for connections/,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!words.test(log())) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      throw new Error(`${name} did not start. It said:\n${log()}`);
    }
    await sleep(50);
  }
}

/** Asks a server to end and waits until it has. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Ends a server of this folder that outlived the process which had started it. */
async function killStale(pidFile: string, data: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!pid) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  // Its number may belong to something else by now; only a server of this very folder is ended.
  if (command.includes(`--datadir=${data}\0`)) {
    process.kill(pid, 'SIGTERM');
    while ((await startTime(pid)) !== '') await sleep(50);
  }
  await rm(pidFile, { force: true });
}
