import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startMariadb } from '../embedded/mariadb.ts';
import { findMariadb } from '../mariadb-installation.ts';
import type { NativeServer, NativeServerOptions } from './native-server.ts';
import { launcher } from './server-process.ts';

/** Starts a MariaDB with an empty database `auth`. */
export async function startNativeMariadb(options: NativeServerOptions): Promise<NativeServer> {
  const { cacheDir, dataDir, password, onProgress } = options;
  const installation = await findMariadb(cacheDir, onProgress);
  onProgress('starting MariaDB');
  const folder = join(dataDir, 'mariadb');
  // Without this mark the data are made anew, after a server that was left behind has been ended.
  await rm(join(folder, 'installed'), { force: true });
  const server = await startMariadb(installation, folder, password, [...launcher('SIGTERM'), '--']);
  return { url: `mysql://cdx:${password}@127.0.0.1:${server.port}/auth`, stop: () => server.stop() };
}
