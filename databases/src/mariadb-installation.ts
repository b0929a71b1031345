import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './run-command.ts';

/** The programs of a MariaDB and what they need to run where they lie. */
export interface MariadbInstallation {
  readonly server: string;
  readonly installer: string;
  readonly flags: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

const packages = ['mariadb-server-core', 'mariadb-client-core', 'liburing2', 'libaio1'];

/** Said when there is no MariaDB and none can be had. */
const howToInstallMariadb = `No MySQL or MariaDB server is on this machine, and none could be downloaded. Install one:
  Debian, Ubuntu   apt-get install mariadb-server-core mariadb-client-core
  Fedora           dnf install mariadb-server
  macOS            brew install mariadb
or name a server: AUTH_DATABASE_URL=mysql://user:password@host:3306/auth
or start one:      docker run -p 3306:3306 -e MYSQL_DATABASE=auth -e MYSQL_ROOT_PASSWORD=… mysql:8.4`;

/**
 * The MariaDB on PATH, or else Debian's packages unpacked into a folder of the project's, where nothing is installed.
 * @param cache the folder for what is downloaded
 * @throws Error saying how to install one on each system
 */
export async function findMariadb(
  cache: string,
  onProgress: (step: string) => void,
): Promise<MariadbInstallation> {
  const server = onPath('mariadbd') ?? onPath('mysqld', '/usr/sbin');
  const installer = onPath('mariadb-install-db');
  if (server && installer) return { server, installer, flags: [], environment: process.env };
  const root = join(cache, 'mariadb');
  if (!existsSync(root)) {
    if (!onPath('apt-get') || !onPath('dpkg')) throw new Error(howToInstallMariadb);
    onProgress('downloading MariaDB (8 MB, once)');
    await unpackDebian(packages, root).catch((error: unknown) => {
      throw new Error(howToInstallMariadb, { cause: error });
    });
  }
  return unpackedMariadb(root);
}

async function unpackedMariadb(root: string): Promise<MariadbInstallation> {
  const usr = join(root, 'usr');
  const libraries = (await readdir(join(usr, 'lib'))).map((name) => join(usr, 'lib', name));
  return {
    server: join(usr, 'sbin/mariadbd'),
    installer: join(usr, 'bin/mariadb-install-db'),
    flags: [
      `--basedir=${usr}`,
      `--lc-messages-dir=${join(usr, 'share/mysql')}`,
      `--character-sets-dir=${join(usr, 'share/mysql/charsets')}`,
    ],
    environment: {
      ...process.env,
      PATH: `${join(usr, 'bin')}:${process.env.PATH ?? ''}`,
      LD_LIBRARY_PATH: libraries.join(':'),
    },
  };
}

/**
 * Downloads Debian packages and unpacks them into one folder, which appears only when it is whole.
 * @param names the packages; their dependencies must be on the machine or among them
 */
async function unpackDebian(names: readonly string[], folder: string): Promise<void> {
  const partial = `${folder}.partial-${process.pid}`;
  const downloads = join(partial, '.packages');
  await mkdir(downloads, { recursive: true });
  try {
    await run('apt-get', ['download', ...names], { cwd: downloads }).catch(async () => {
      // A fresh machine has no package lists yet, and an old one names versions that are gone. Lists of our own
      // need no root. What else the machine does after an update may fail then, and is none of our business.
      const own = [
        '-o',
        `Dir::State::lists=${join(partial, '.lists')}`,
        '-o',
        `Dir::Cache=${join(partial, '.lists')}`,
      ];
      await mkdir(join(partial, '.lists/partial'), { recursive: true });
      await run('apt-get', [...own, 'update']).catch(() => undefined);
      await run('apt-get', [...own, 'download', ...names], { cwd: downloads });
      await rm(join(partial, '.lists'), { recursive: true });
    });
    for (const file of await readdir(downloads)) await run('dpkg', ['-x', join(downloads, file), partial]);
    await rm(downloads, { recursive: true });
    await mkdir(dirname(folder), { recursive: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function onPath(program: string, ...more: string[]): string | undefined {
  return [...(process.env.PATH ?? '').split(':'), ...more]
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
