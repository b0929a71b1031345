import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run-command.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Packages of Debian suites that this machine need not follow, fetched without installing or changing anything. */
export interface PrivateApt {
  /**
   * Fetches packages and unpacks them into a folder.
   * @param dependencies whether to fetch all that they depend on as well, down to the C library
   */
  unpack(names: readonly string[], folder: string, options?: { dependencies: boolean }): Promise<void>;
  /**
   * Fetches the original source archive of a source package.
   * @returns the path of the archive
   */
  source(name: string): Promise<string>;
  /** Removes the package lists and everything that was downloaded. */
  close(): Promise<void>;
}

/**
 * Reads the package lists of Debian suites into a folder of our own, from the mirror that the machine uses.
 * @param folder for lists and downloads, removed by `close`
 * @param suites lines as in a source list: `deb bookworm`, `deb-src trixie`
 * @throws Error when this is no Debian or the mirror does not have the suites
 */
export async function openPrivateApt(
  folder: string,
  suites: readonly `${'deb' | 'deb-src'} ${string}`[],
): Promise<PrivateApt> {
  const archives = join(folder, 'archives');
  await mkdir(join(folder, 'lists/partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(folder, 'parts'));
  const mirror = await debianMirror(join(folder, 'parts'));
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const sources = suites.map((line) => {
    const [kind = '', suite = ''] = line.split(' ');
    return `${kind} ${signed}${mirror} ${suite} main\n`;
  });
  await writeFile(join(folder, 'sources.list'), sources.join(''));
  // Nothing counts as installed, so dependencies come down to the C library.
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'apt.conf'), configuration(folder));
  const apt = (...args: string[]): Promise<string> =>
    run('apt-get', ['--config-file', join(folder, 'apt.conf'), '--quiet', '--yes', ...args], {
      cwd: archives,
    });
  await apt('update', '--error-on=any').catch((error: unknown) => {
    throw unreachable(`Debian's package lists (${suites.join(', ')})`, error);
  });
  const fetch = async (what: string, ...args: string[]): Promise<void> => {
    await apt(...args).catch((error: unknown) => {
      throw unreachable(`Debian's ${what}`, error);
    });
  };
  return {
    async unpack(names, target, options = { dependencies: false }) {
      const command = options.dependencies ? ['install', '--download-only'] : ['download'];
      await fetch(names.join(', '), ...command, ...names);
      for (const file of await readdir(archives)) {
        if (!file.endsWith('.deb')) continue;
        await run('dpkg', ['-x', join(archives, file), target]);
        await rm(join(archives, file));
      }
    },
    async source(name) {
      await fetch(`source of ${name}`, 'source', '--download-only', name);
      const file = (await readdir(archives)).find((found) => /\.orig\.tar\.\w+$/.test(found));
      if (file === undefined) throw new Error(`Debian's source of ${name} has no original archive`);
      return join(archives, file);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function unreachable(what: string, cause: unknown): Error {
  const words = cause instanceof Error ? cause.message : String(cause);
  const advice = 'Check the network and the mirror that /etc/apt names; what was downloaded once is kept.';
  return new Error(`${what} could not be fetched. ${advice}\n${words}`, { cause });
}

/** What differs from the machine's own configuration, whose proxies and time limits stay in force. */
function configuration(folder: string): string {
  const settings: Record<string, string> = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': join(folder, 'parts'),
    'Dir::Etc::preferences': join(folder, 'preferences'),
    'Dir::Etc::preferencesparts': join(folder, 'parts'),
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': folder,
    'Dir::Cache::archives': join(folder, 'archives'),
    'Dir::Log': folder,
    // The user that apt downloads as may not reach our folder.
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  };
  const hooks = ['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'];
  return [
    ...hooks.map((hook) => `#clear ${hook};\n`),
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`),
  ].join('');
}

/**
 * The mirror that the machine takes Debian from.
 * @param empty an empty folder: without package lists, apt tells what it is configured to use
 */
async function debianMirror(empty: string): Promise<string> {
  const unknown =
    'Native database servers are taken from Debian packages, and this machine has no Debian source';
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const suites = [
    /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1],
    'stable',
    'oldstable',
    'testing',
    'unstable',
    'sid',
  ];
  if (!/^ID=debian$/m.test(release))
    throw new Error(`${unknown}. Use Debian 12, for example in a container.`);
  const targets = await run('apt-get', [
    ...['-o', `Dir::State::lists=${empty}`, 'indextargets', '--no-release-info'],
    ...['--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages'],
  ]);
  for (const line of targets.split('\n')) {
    const [mirror, suite, component] = line.split(' ');
    if (mirror && suites.includes(suite) && component === 'main') return mirror;
  }
  throw new Error(`${unknown}. Name one in /etc/apt/sources.list.d.`);
}
