import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openPrivateApt } from './private-apt.ts';
import { buildPgvector } from './pgvector.ts';
import { wholeFolder } from './whole-folder.ts';

/** The programs of a Postgres and what they need to run where they lie. */
export interface PostgresInstallation {
  readonly root: string;
  readonly programs: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The same installation copied elsewhere; Debian's Postgres finds its files relative to its programs. */
  at(root: string): PostgresInstallation;
}

/** Postgres and those of its libraries that apt, hence every Debian, does not bring itself. */
const packages = [
  'postgresql-15',
  'libcom-err2',
  'libgssapi-krb5-2',
  'libicu72',
  'libk5crypto3',
  'libkeyutils1',
  'libkrb5-3',
  'libkrb5support0',
  'libldap-2.5-0',
  'libpq5',
  'libsasl2-2',
  'libssl3',
  'libxml2',
];

/**
 * Debian's Postgres 15 with pgvector, downloaded and built at first use; nothing is installed.
 * @param cache the folder for what is downloaded
 * @throws Error saying what could not be fetched or what to install for the build
 */
export async function postgresInstallation(
  cache: string,
  onProgress: (step: string) => void,
): Promise<PostgresInstallation> {
  const root = join(cache, 'native/postgres');
  if (!existsSync(root)) {
    onProgress('downloading Postgres 15 and building pgvector (50 MB, once)');
    await make(root);
  }
  return installation(root);
}

function installation(root: string): PostgresInstallation {
  const libraries = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return {
    root,
    programs: join(root, 'usr/lib/postgresql/15/bin'),
    environment: {
      ...process.env,
      // Its messages are read to know when it is ready.
      LC_ALL: 'C.UTF-8',
      LD_LIBRARY_PATH: ['usr/lib', 'lib'].map((folder) => join(root, folder, libraries)).join(':'),
    },
    at: installation,
  };
}

/** Debian 12 has Postgres 15 but a pgvector without HNSW, so that one is built from the source of Debian 13. */
async function make(root: string): Promise<void> {
  await wholeFolder(root, async (partial) => {
    const development = join(partial, '.development');
    const apt = await openPrivateApt(join(partial, '.apt'), ['deb bookworm', 'deb-src trixie']);
    await apt.unpack(packages, partial);
    await apt.unpack(['postgresql-server-dev-15'], development);
    await buildPgvector({
      archive: await apt.source('pgvector'),
      headers: join(development, 'usr/include/postgresql/15/server'),
      workspace: join(partial, '.pgvector'),
      libraries: join(partial, 'usr/lib/postgresql/15/lib'),
      shared: join(partial, 'usr/share/postgresql/15'),
    });
    await apt.close();
    for (const folder of ['.development', '.pgvector']) await rm(join(partial, folder), { recursive: true });
  });
}
