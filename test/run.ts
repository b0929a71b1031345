/**
 * `npm test [-- jest arguments]`: checks the code, brings up databases of its own, loads a small demo and runs every
 * test. `--native` does those that a database has a part in on native servers instead: Postgres and MariaDB, those of the auth
 * subgraph on MySQL too. Ends with the line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  databaseEnvironment,
  loadDemoData,
  migrateAll,
  sharedUrls,
  startDatabases,
  startNativeServers,
  type DatabaseUrls,
} from '@cdx/databases';

const root = resolve(import.meta.dirname, '..');
const cacheDir = join(root, '.cache');
/** Two tenants and a handful of everything: enough to have pages and neighbours, and loaded in seconds. */
const demoScale = 0.05;

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const say = (words: string): void => console.log(`· ${words}`);

/** Runs a command of ours with its output shown; answers its exit code. */
function show(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

/**
 * The runs of Jest: what crosses subgraphs reads whole lists, so it goes before any suite adds rows to them; attacks on
 * tenants have the machine to themselves, and those that write come after those that read; sagas make whole tenants,
 * which are half there for a moment, so they go last.
 */
const phases: readonly (readonly string[])[] = [
  [join(root, 'test/[^/]+$')],
  [join(root, 'test/isolation/[^/]+$')],
  [join(root, 'test/isolation/writes/')],
  ['--testPathIgnorePatterns', '/node_modules/', '<rootDir>/test/'],
  [join(root, 'test/sagas/')],
];

/** What no kind of database could answer otherwise has been tested when the native servers come. */
const aboutNoDatabase = [
  '<rootDir>/(access|bench|console|demo|scripts|gateway)/',
  '<rootDir>/test/(compose-file|playground|security-page|start|start-distributed|workers)\\.test',
  '<rootDir>/test/(browser-safety|fast-lane|graphql-over-http|http2|joined-queries)\\.test',
  '<rootDir>/test/(persisted-operations|rate-limits|secret-rotation|warm-operations)\\.test',
].flatMap((pattern) => ['--testPathIgnorePatterns', pattern]);

/** Runs all tests, or those that the arguments name. */
async function runTests(
  urls: DatabaseUrls,
  folder: string,
  args: readonly string[],
  more: readonly string[] = [],
): Promise<Count> {
  let sum: Count = { passed: 0, failed: 0 };
  const runs = args.length > 0 ? [args] : phases.map((phase) => [...phase, ...more]);
  for (const run of runs) sum = add(sum, await runJest(urls, folder, run));
  return sum;
}

const add = (one: Count, other: Count): Count => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
});

async function runJest(urls: DatabaseUrls, folder: string, args: readonly string[]): Promise<Count> {
  const report = join(folder, 'jest.json');
  // Theirs too, so that no file of a test outlives the run.
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const code = await show(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${report}`,
      ...args,
    ],
    { ...databaseEnvironment(urls), TMPDIR: temporary },
  );
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    await readFile(report, 'utf8'),
  ) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numFailedTestSuites: number;
  };
  // A suite that does not even load has no failed test to count, and an exit code without one has another reason.
  const failed = Math.max(numFailedTests, numFailedTestSuites, code === 0 ? 0 : 1);
  return { passed: numPassedTests, failed };
}

async function prepare(urls: DatabaseUrls): Promise<void> {
  await migrateAll(urls, say);
  say('loading a small demo');
  await loadDemoData({ urls, scale: demoScale, onProgress: () => undefined });
}

async function onEmbedded(folder: string, args: readonly string[]): Promise<Count> {
  const databases = await startDatabases({ dataDir: folder, cacheDir, env: process.env, onProgress: say });
  try {
    await prepare(databases.urls);
    return await runTests(databases.urls, folder, args);
  } finally {
    await databases.stop();
  }
}

async function onNative(folder: string, args: readonly string[]): Promise<Count> {
  const servers = await startNativeServers({ dataDir: folder, cacheDir, onProgress: say });
  try {
    const urls = sharedUrls(servers.postgresUrl, servers.mariadbUrl);
    await prepare(urls);
    say('the tests on Postgres and MariaDB');
    // The random attacks and the kills have had their full length on the embedded databases; here they see to what differs.
    process.env.CDX_ISOLATION_OPERATIONS ??= '5000';
    process.env.CDX_SAGA_KILLS ??= 'some';
    const all = await runTests(urls, folder, args, aboutNoDatabase);
    if (args.length > 0) return all;
    const onMysql = sharedUrls(servers.postgresUrl, servers.mysqlUrl);
    await prepare(onMysql);
    say('the tests of the auth subgraph on MySQL');
    const auth = await runJest(onMysql, folder, ['subgraphs/auth']);
    return add(all, auth);
  } finally {
    await servers.stop();
  }
}

const [native, args] = [
  process.argv.includes('--native'),
  process.argv.slice(2).filter((arg) => arg !== '--native'),
];
const folder = await mkdtemp(join(tmpdir(), 'cdx-test-run-'));
try {
  const whole = !native && args.length === 0;
  const checked = whole ? await show(['scripts/check.ts']) : 0;
  const { passed, failed } = await (native ? onNative : onEmbedded)(folder, args);
  const total = {
    passed: passed + (whole && checked === 0 ? 1 : 0),
    failed: failed + (checked === 0 ? 0 : 1),
  };
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
