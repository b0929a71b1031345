import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const source = resolve(import.meta.dirname, '../peers');

/**
 * Puts the peers into a folder of the cache, with their packages from npm when these are missing or out of date. They
 * are no part of the workspace: whoever uses the product never downloads them.
 * @param say told of the wait before it begins
 * @returns the folder, whose modules find their packages
 */
export async function installPeers(cacheDir: string, say: (step: string) => void): Promise<string> {
  const folder = join(cacheDir, 'bench');
  await mkdir(folder, { recursive: true });
  await cp(source, folder, { recursive: true });
  const stamp = join(folder, 'node_modules', '.installed');
  const wanted = createHash('sha256')
    .update(await readFile(join(source, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return folder;
  say('installing the peers from npm (about 1 GB, once)');
  await install(folder);
  await writeFile(stamp, wanted);
  return folder;
}

/** npm shows its own progress; scripts are off, since every binary ships inside its package. */
function install(folder: string): Promise<void> {
  return new Promise((done, fail) => {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', fail);
    child.once('exit', (code) => {
      if (code === 0) done();
      else fail(new Error(`npm could not install the peers in ${folder}; what it said is above`));
    });
  });
}
