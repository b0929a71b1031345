import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadDemoData, migrateAll, sharedUrls, type DatabaseUrls } from '../../databases/src/index.ts';
import { startNativeMariadb } from '../../databases/src/native/mariadb.ts';
import { startNativePostgres } from '../../databases/src/native/postgres.ts';
import { withPids } from './processes.ts';

/** The databases that all ways answer from, with the demo data in them. */
export interface Data {
  readonly urls: DatabaseUrls;
  /** The processes of the servers. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/**
 * Starts a native Postgres with pgvector and a native MariaDB and loads the demo data: anew for every run, so that what
 * one run writes does not weigh on the next.
 * @param say told of every wait before it begins
 */
export async function openData(
  { cacheDir, scale }: { readonly cacheDir: string; readonly scale: number },
  say: (step: string) => void,
): Promise<Data> {
  const options = { cacheDir, dataDir: join(cacheDir, 'bench-data'), onProgress: say };
  const password = (): string => randomBytes(24).toString('base64url');
  const [servers, pids] = await withPids(async () => {
    const postgres = await startNativePostgres({ ...options, password: password() });
    try {
      return [postgres, await startNativeMariadb({ ...options, password: password() })] as const;
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  });
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const [{ url: postgres }, { url: mariadb }] = servers;
  const urls = sharedUrls(postgres, mariadb);
  try {
    await migrateAll(urls, say);
    say(`loading the demo data at scale ${scale}`);
    await loadDemoData({ urls, scale, onProgress: () => undefined });
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, pids, stop };
}
