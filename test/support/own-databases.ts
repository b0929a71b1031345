import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DatabaseUrls } from '@cdx/databases';

/** Databases of a suite that changes what others rely on. */
export interface OwnDatabases {
  readonly urls: DatabaseUrls;
  close(): Promise<void>;
}

/** Starts embedded databases with demo data in a folder of their own; another process runs them. */
export async function ownDatabases(scale: number): Promise<OwnDatabases> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cdx-own-'));
  const script = `import { loadDemoData, migrateAll, startDatabases } from '${new URL('../../databases/src/index.ts', import.meta.url).href}';
    const { scale, ...options } = JSON.parse(process.argv[1]);
    const databases = await startDatabases({ ...options, env: {}, onProgress() {} });
    process.on('disconnect', () => databases.stop());
    await migrateAll(databases.urls, () => {});
    await loadDemoData({ urls: databases.urls, scale, onProgress() {} });
    process.send(databases.urls);`;
  const cacheDir = resolve(import.meta.dirname, '../../.cache');
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script, JSON.stringify({ dataDir, cacheDir, scale })],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const exited = once(child, 'exit');
  const message: unknown = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!Array.isArray(message)) throw new Error('The databases did not start');
  const [urls] = message as [DatabaseUrls];
  return {
    urls,
    async close() {
      if (child.connected) child.disconnect();
      await exited;
      await rm(dataDir, { recursive: true });
    },
  };
}
