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
/** Settles when no server is half started. */
let starting: Promise<unknown> = Promise.resolve();
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  // One that is half started cannot be ended yet, and would outlive this process.
  stopping ??= starting
    .then(() => Promise.allSettled(stops.map((end) => end())))
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

async function hostMariadb({
  installation,
  folder,
  password,
}: NonNullable<HostOrder['mariadb']>): Promise<number> {
  const server = await startMariadb(installation, folder, password);
  stops.push(() => server.stop());
  return server.port;
}

async function start({ dataDir, postgres, mariadb }: HostOrder): Promise<HostReport> {
  unlock = await lockFolder(dataDir);
  const servers = [
    postgres ? startPostgres(postgres.folder, postgres.password) : Promise.resolve(undefined),
    mariadb ? hostMariadb(mariadb) : Promise.resolve(undefined),
  ] as const;
  // When one of them fails the other is waited for, to be ended in order.
  starting = Promise.allSettled(servers);
  await starting;
  const [postgresPort, mariadbPort] = await Promise.all(servers);
  return { kind: 'ready', postgresPort, mariadbPort };
}

/** Tells the parent, if it is still there to be told. */
function report(message: HostReport): void {
  if (process.connected) process.send?.(message);
}

process.once('message', (order: HostOrder) => {
  start(order).then(report, (error: unknown) => {
    report({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    void stop();
  });
});
process.once('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
