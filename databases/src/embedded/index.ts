import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMariadb } from '../mariadb-installation.ts';
import type { HostOrder, HostReport } from './host-messages.ts';

/** Which embedded servers are wanted. */
export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  readonly postgres: boolean;
  readonly mariadb: boolean;
  /** The password of both servers' accounts. */
  readonly password: string;
  readonly onProgress: (step: string) => void;
}

/** The embedded servers, by URL; absent where not wanted. */
export interface EmbeddedServers {
  readonly postgresUrl: string | undefined;
  readonly mysqlUrl: string | undefined;
  /** Settles when the servers have ended, whoever has ended them. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts the embedded servers in a process of their own.
 * @throws Error in words for the user: the folder is in use, no MariaDB is to be had, a server does not start
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const { dataDir, cacheDir, password, onProgress } = options;
  const installation = options.mariadb ? await findMariadb(cacheDir, onProgress) : undefined;
  onProgress(
    `starting ${[options.postgres && 'Postgres', options.mariadb && 'MariaDB'].filter(Boolean).join(' and ')}`,
  );
  const host = fork(fileURLToPath(new URL('./host.ts', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    // In a process group of its own: what a terminal sends to all at Ctrl-C, or when it closes, would end the servers
    // at once, and under those who still use them. The channel tells the host when its time has come.
    detached: true,
  });
  const ended = new Promise((resolve) => host.once('exit', resolve));
  const report = await order(host, {
    dataDir,
    postgres: options.postgres ? { folder: join(dataDir, 'postgres'), password } : undefined,
    mariadb: installation && { folder: join(dataDir, 'mariadb'), password, installation },
  });
  const url = (
    scheme: string,
    user: string,
    port: number | undefined,
    database: string,
  ): string | undefined =>
    port === undefined ? undefined : `${scheme}://${user}:${password}@127.0.0.1:${port}/${database}`;
  return {
    postgresUrl: url('postgres', 'postgres', report.postgresPort, 'postgres'),
    mysqlUrl: url('mysql', 'cdx', report.mariadbPort, 'auth'),
    ended,
    async stop() {
      if (host.connected) host.disconnect();
      await ended;
    },
  };
}

async function order(
  host: ChildProcess,
  message: HostOrder,
): Promise<Extract<HostReport, { kind: 'ready' }>> {
  const report = await new Promise<HostReport>((resolve) => {
    host.once('message', (answer: HostReport) => resolve(answer));
    host.once('exit', (code) =>
      resolve({ kind: 'failed', reason: `The database process ended with code ${code ?? 'none'}` }),
    );
    host.send(message);
  });
  if (report.kind === 'failed') throw new Error(report.reason);
  return report;
}
