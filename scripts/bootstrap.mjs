/**
 * Runs a TypeScript entry of the product on a machine that has nothing but Node 20 or later:
 * `node scripts/bootstrap.mjs <entry.ts> [arguments]`. It brings Node 24, pnpm, the dependencies and the generated
 * code when they are missing or out of date, saying what is awaited, and is silent when all is there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeVersion = '24.21.0';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, '.cache');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = packageManager.replace('pnpm@', '');

/** Something is missing that the person has to bring. */
class Unable extends Error {}

/** Runs a program, showing what is awaited and, when it fails, what the program said. */
function bring(words, program, args, options = {}) {
  const started = Date.now();
  process.stderr.write(`cdx: ${words} …`);
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
    ...options,
  });
  process.stderr.write(` ${((Date.now() - started) / 1_000).toFixed(1)} s\n`);
  if (error || status !== 0) {
    const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
    throw new Unable(`That did not work: ${words}.\n${error?.message ?? said}`);
  }
}

/** Installs one package from npm into a folder of the cache. */
function bringPackage(words, folder, spec) {
  const npm = process.env.npm_execpath;
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    spec,
  ];
  mkdirSync(folder, { recursive: true });
  if (npm?.endsWith('npm-cli.js')) bring(words, process.execPath, [npm, ...args]);
  else bring(words, process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
}

/** The Node to go on with: this one, or the pinned one, whose npm package is its program. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const folder = join(cache, 'node', nodeVersion);
  const program = join(folder, 'node_modules', name, 'bin', system === 'win' ? 'node.exe' : 'node');
  if (!existsSync(program))
    bringPackage(`bringing Node ${nodeVersion} (40 MB)`, folder, `${name}@${nodeVersion}`);
  if (!existsSync(program))
    throw new Unable(`There is no Node ${nodeVersion} for ${name}. Install Node 24 and try again.`);
  return program;
}

function findPnpm() {
  const folder = join(cache, 'pnpm', pnpmVersion);
  const program = join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  if (!existsSync(program)) bringPackage(`bringing pnpm ${pnpmVersion}`, folder, `pnpm@${pnpmVersion}`);
  return program;
}

/** Installs the dependencies when the lock file or a manifest is not what was installed last. */
function install(node, env) {
  const folders = [
    '.',
    'kit',
    'access',
    'gateway',
    'databases',
    'demo',
    'console',
    'test',
    ...under('subgraphs'),
    ...under('prisma'),
  ];
  const manifests = folders
    .map((folder) => join(root, folder, 'package.json'))
    .filter((file) => existsSync(file));
  const hash = createHash('sha256');
  for (const file of [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml'), ...manifests]) {
    hash.update(readFileSync(file));
  }
  const stamp = join(root, 'node_modules', '.cdx-installed');
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const args = ['install', '--frozen-lockfile', '--reporter=append-only'];
  // pnpm asks before it removes a folder of another version's; without a terminal it can only be told beforehand.
  bring('installing the dependencies', node, [findPnpm(), ...args], { env: { ...env, CI: 'true' } });
  writeFileSync(stamp, wanted);
}

function under(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

/** Lets one bootstrap at a time change the working copy; a lock whose process is gone is taken over. */
function lock() {
  const file = join(cache, 'bootstrap.lock');
  mkdirSync(cache, { recursive: true });
  for (let told = false; ;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (holder !== '' && !isAlive(Number(holder))) rmSync(file, { force: true });
    else if (!told)
      process.stderr.write(`cdx: waiting for process ${holder}, which is preparing the same folder …\n`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Goes on as the entry: its output, its end, its signals. */
function run(node, env, args) {
  const child = spawn(node, args, { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to both of us, so it is only waited for; what comes otherwise is handed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => fail(error));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (!signal) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(error) {
  console.error(error instanceof Unable ? `\n${error.message}` : error);
  process.exitCode = 1;
}

try {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) throw new Unable('Usage: node scripts/bootstrap.mjs <entry.ts> [arguments]');
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new Unable('Node 20 or later is needed to begin with.');
  const unlock = lock();
  try {
    const node = findNode();
    const env = {
      ...process.env,
      PATH: [dirname(node), process.env.PATH].join(delimiter),
      // What has been compiled once is not compiled again at the next start, nor in the processes that it starts.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(cache, 'compile'),
      APOLLO_TELEMETRY_DISABLED: 'true',
      CHECKPOINT_DISABLE: '1',
    };
    install(node, env);
    const generated = spawnSync(node, [join(root, 'scripts/generate.ts')], {
      cwd: root,
      stdio: 'inherit',
      env,
    });
    if (generated.status !== 0) throw new Unable('The generated code could not be made; see above.');
    if (resolve(root, entry) !== join(root, 'scripts/generate.ts'))
      run(node, env, [resolve(root, entry), ...args]);
  } finally {
    unlock();
  }
} catch (error) {
  fail(error);
}
