/**
 * The process that hosts the embedded databases, so that they neither share the gateway's event loop nor outlive it:
 * when its parent goes, however it goes, the channel between them closes and the host ends with its servers.
 */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { lockFolder } from './folder-lock.ts';
import { startMariadb } from './mariadb.ts';
import type { HostOrder, HostReport } from './host-messages.ts';
import { serveWire } from './wire-server.ts';

const stops: (() => Promise<void>)[] = [];
let unlock: (() => Promise<void>) | undefined;
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= Promise.allSettled(stops.map((end) => end()))
    .then(() => unlock?.())
    .finally(() => process.exit(0));
  return stopping;
}

async function startPostgres(folder: string, password: string): Promise<number> {
  const database = await PGlite.create({ dataDir: folder, extensions: { vector } });
  const server = serveWire(database, password);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.close();
    await database.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The embedded Postgres has no port');
  return address.port;
}

async function start({ dataDir, postgres, mariadb }: HostOrder): Promise<HostReport> {
  unlock = await lockFolder(dataDir);
  const [postgresPort, mariadbServer] = await Promise.all([
    postgres && startPostgres(postgres.folder, postgres.password),
    mariadb && startMariadb(mariadb.installation, mariadb.folder, mariadb.password),
  ]);
  if (mariadbServer) stops.push(() => mariadbServer.stop());
  return { kind: 'ready', postgresPort, mariadbPort: mariadbServer?.port };
}

process.once('message', (order: HostOrder) => {
  start(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.send?.({
        kind: 'failed',
        reason: error instanceof Error ? error.message : String(error),
      } satisfies HostReport);
      void stop();
    },
  );
});
process.once('disconnect', () => void stop());
// Ctrl-C reaches the whole group; the parent decides the order of the end, and closes the channel.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());
