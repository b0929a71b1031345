import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@cdx/databases';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from './support/ask.ts';
import { testEnvironment } from './support/gateways.ts';

const entry = fileURLToPath(new URL('../gateway/src/main.ts', import.meta.url));
let main: ChildProcess;
let gateway: { readonly url: string };
let written = '';

/** The processes that a process has started, and that run. */
function workersOf(pid: number | undefined): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
}

beforeAll(async () => {
  const port = await freePort();
  const env = { ...testEnvironment(), PORT: String(port), LOG_LEVEL: 'warn', NODE_OPTIONS: '' };
  main = spawn(process.execPath, [entry, '--workers', '2'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const note = (chunk: Buffer): void => void (written += chunk.toString());
  main.stdout?.on('data', note);
  main.stderr?.on('data', note);
  await eventually(() => written.split('GraphQL at').length > 2);
  gateway = { url: `http://127.0.0.1:${port}` };
}, 60_000);
afterAll(() => void main.kill('SIGKILL'));

const isAnswered = async (): Promise<boolean> =>
  (await ask(gateway, '{ __typename }')).data?.__typename === 'Query';

test('two processes share the port', async () => {
  expect(workersOf(main.pid)).toHaveLength(2);
  expect(await isAnswered()).toBe(true);
});

test('without a shared store for rates, that each counts for itself is said', () => {
  expect(written).toContain('without REDIS_URL each worker counts rates for itself');
});

test('one that is killed is replaced, and the other answers meanwhile', async () => {
  const [first, second] = workersOf(main.pid);
  process.kill(first ?? 0, 'SIGKILL');
  await eventually(() => !workersOf(main.pid).includes(first ?? 0));
  for (let count = 0; count < 20; count += 1) expect(await isAnswered()).toBe(true);
  await eventually(() => workersOf(main.pid).length === 2);
  expect(workersOf(main.pid)).toContain(second);
}, 60_000);

test('all end when the command is ended', async () => {
  await eventually(isAnswered);
  const workers = workersOf(main.pid);
  const ended = once(main, 'exit');
  main.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
}, 60_000);
