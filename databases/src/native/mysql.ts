import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accounts } from '../embedded/mariadb.ts';
import { freePort } from '../free-port.ts';
import { run } from '../run-command.ts';
import type { NativeServer, NativeServerOptions } from './native-server.ts';
import { openPrivateApt } from './private-apt.ts';
import { startServer } from './server-process.ts';
import { wholeFolder } from './whole-folder.ts';

/** Where Debian puts libraries, and the name of the program that loads them, by processor. */
const loaders: Partial<Record<NodeJS.Architecture, readonly [folder: string, loader: string]>> = {
  x64: ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2'],
  arm64: ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1'],
};

/** Starts a MySQL 9 with an empty database `auth`. */
export async function startNativeMysql(options: NativeServerOptions): Promise<NativeServer> {
  const { cacheDir, dataDir, password, onProgress } = options;
  const root = join(cacheDir, 'native/mysql');
  if (!existsSync(root)) {
    onProgress('downloading MySQL 9 (70 MB, once)');
    await download(root);
  }
  onProgress('starting MySQL');
  const folder = join(dataDir, 'mysql');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
  const [program, ...args] = commandLine(root, folder);
  await run(program, [...args, '--initialize-insecure']);
  const initFile = join(folder, 'init.sql');
  await writeFile(initFile, accounts(password), { mode: 0o600 });
  const port = await freePort();
  const stop = await startServer({
    name: 'MySQL',
    program,
    args: [...args, `--port=${port}`, `--init-file=${initFile}`],
    env: process.env,
    readyWords: /ready for connections/,
    stopSignal: 'SIGTERM',
  });
  return { url: `mysql://cdx:${password}@127.0.0.1:${port}/auth`, stop };
}

/** MySQL is in Debian's unstable suite only, whose C library is too new for this machine, so that comes along. */
async function download(root: string): Promise<void> {
  await wholeFolder(root, async (partial) => {
    const apt = await openPrivateApt(join(partial, '.apt'), ['deb unstable']);
    await apt.unpack(['mysql-server-core'], partial, { dependencies: true });
    await apt.close();
  });
}

/** How the server is run with the loader and the libraries of its own suite. */
function commandLine(root: string, home: string): [program: string, ...args: string[]] {
  const usr = join(root, 'usr');
  const [folder, loader] = loaders[process.arch] ?? [];
  if (folder === undefined || loader === undefined) throw new Error(`There is no MySQL for ${process.arch}`);
  const libraries = join(usr, 'lib', folder);
  return [
    join(libraries, loader),
    '--library-path',
    libraries,
    join(usr, 'sbin/mysqld'),
    '--no-defaults',
    `--basedir=${usr}`,
    `--lc-messages-dir=${join(usr, 'share/mysql')}`,
    `--character-sets-dir=${join(usr, 'share/mysql/charsets')}`,
    `--plugin-dir=${join(usr, 'lib/mysql/plugin')}`,
    '--secure-file-priv=NULL',
    '--mysqlx=OFF',
    `--datadir=${join(home, 'data')}`,
    // A server that starts deletes the temporary tables of every other one that shares its folder for them.
    `--tmpdir=${join(home, 'tmp')}`,
    // Relative to the data folder: a socket's whole path may have 107 characters only.
    '--socket=mysql.sock',
    '--bind-address=127.0.0.1',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--skip-log-bin',
    // Tests need not survive a power cut.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=OFF',
    '--performance-schema=OFF',
    // Containers may refuse it, and then the server does not start.
    '--innodb-use-native-aio=OFF',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
}
