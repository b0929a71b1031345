import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run-command.ts';

/** The flags of pgvector's own makefile, without those that bind the result to this machine's processor. */
const flags = [
  '-O2',
  '-fPIC',
  '-ftree-vectorize',
  '-fassociative-math',
  '-fno-signed-zeros',
  '-fno-trapping-math',
  '-fno-strict-aliasing',
  '-fwrapv',
  '-fexcess-precision=standard',
];

const howToInstallCompiler = `pgvector could not be built: that takes a C compiler and the headers of the C library.
Install them:
  apt-get install build-essential`;

/** Where pgvector is built from, and where to. */
export interface PgvectorBuild {
  /** Its source archive. */
  readonly archive: string;
  /** The headers of the Postgres server. */
  readonly headers: string;
  /** An empty folder to build in. */
  readonly workspace: string;
  /** The Postgres that gets the extension: its folder for libraries and its folder for shared data. */
  readonly libraries: string;
  readonly shared: string;
}

/**
 * Builds pgvector and puts it where Postgres looks for extensions.
 * @throws Error saying what to install when there is no compiler
 */
export async function buildPgvector(build: PgvectorBuild): Promise<void> {
  const { archive, headers, workspace, libraries, shared } = build;
  await mkdir(workspace, { recursive: true });
  await run('tar', ['-x', '-f', archive, '-C', workspace, '--strip-components=1']);
  const sources = (await readdir(join(workspace, 'src'))).filter((file) => file.endsWith('.c'));
  const compile = (file: string): Promise<string> =>
    run('gcc', [...flags, `-I${headers}`, '-c', `src/${file}`, '-o', `${file}.o`], { cwd: workspace });
  try {
    await Promise.all(sources.map(compile));
    const objects = sources.map((file) => `${file}.o`);
    await run('gcc', ['-shared', '-o', join(libraries, 'vector.so'), ...objects, '-lm'], { cwd: workspace });
  } catch (error) {
    throw new Error(howToInstallCompiler, { cause: error });
  }
  await installScripts(workspace, join(shared, 'extension'));
}

/** What `create extension` reads: the control file and the script of the version it names. */
async function installScripts(workspace: string, extensions: string): Promise<void> {
  const control = await readFile(join(workspace, 'vector.control'), 'utf8');
  const version = /^default_version = '(.+)'$/m.exec(control)?.[1];
  if (version === undefined) throw new Error("pgvector's control file names no version");
  await writeFile(join(extensions, 'vector.control'), control);
  await cp(join(workspace, 'sql/vector.sql'), join(extensions, `vector--${version}.sql`));
}
