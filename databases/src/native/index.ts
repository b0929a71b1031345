import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { startNativeMariadb } from './mariadb.ts';
import { startNativeMysql } from './mysql.ts';
import type { NativeServer } from './native-server.ts';
import { startNativePostgres } from './postgres.ts';

/** Where native servers live. */
export interface NativeOptions {
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  /** Where their data may be put; what a former run left there is replaced. */
  readonly dataDir: string;
  /** Told of every wait before it begins. */
  readonly onProgress: (step: string) => void;
}

/** Native servers for the test run, by URL. */
export interface NativeServers {
  readonly postgresUrl: string;
  readonly mariadbUrl: string;
  readonly mysqlUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts Postgres with pgvector, MariaDB and MySQL on loopback, each with an empty database. Programs are downloaded,
 * and pgvector is built, at first use.
 * @throws Error in words for the user: what could not be fetched or started, and what to install
 */
export async function startNativeServers(options: NativeOptions): Promise<NativeServers> {
  const { onProgress } = options;
  // The servers change their working folder.
  const [cacheDir, dataDir] = [resolve(options.cacheDir), resolve(options.dataDir)];
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const starters = [startNativePostgres, startNativeMariadb, startNativeMysql] as const;
  const password = (): string => randomBytes(24).toString('base64url');
  const results = await Promise.allSettled(
    starters.map((start) => start({ cacheDir, dataDir, password: password(), onProgress })),
  );
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  const [postgres, mariadb, mysql] = servers as [NativeServer, NativeServer, NativeServer];
  return { postgresUrl: postgres.url, mariadbUrl: mariadb.url, mysqlUrl: mysql.url, stop };
}
