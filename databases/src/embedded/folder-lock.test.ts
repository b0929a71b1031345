import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { lockFolder, startTime } from './folder-lock.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-lock-'));
});

afterEach(async () => {
  jest.restoreAllMocks();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** The command line of a process that locks the folder and lives on. */
const locker = (): string[] => [
  process.execPath,
  '--input-type=module',
  '--eval',
  `import { lockFolder } from '${new URL('./folder-lock.ts', import.meta.url).href}';
  await lockFolder(process.argv[1]);
  setTimeout(() => undefined, 60_000);`,
  folder,
];

/**
 * Another process that has locked the folder.
 * @param command what starts it; the process itself may be a child of that
 * @returns the process that was started, and the number of the one that has the lock
 */
async function aHolder(command = locker()): Promise<{ child: ChildProcess; pid: number }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit' });
  children.push(child);
  while ((await holder()) === 0) await sleep(20);
  return { child, pid: await holder() };
}

/** The number of the process that has the lock; 0 when there is none. */
async function holder(): Promise<number> {
  return parseInt(await readFile(join(folder, 'lock'), 'utf8').catch(() => '0')) || 0;
}

/** Kills a process and waits until it is no more. */
async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Lets the time that a start waits for an earlier one have passed. */
function outOfPatience(): void {
  jest.spyOn(Date, 'now').mockReturnValueOnce(0);
}

describe('a folder that a live process has', () => {
  test('is refused in words that name the process and what to do', async () => {
    const { pid } = await aHolder();
    outOfPatience();
    await expect(lockFolder(folder)).rejects.toThrow(
      `${folder} is in use by process ${pid}. Stop that one, or choose another folder with --data-dir.`,
    );
    expect(await holder()).toBe(pid);
  });

  test('is waited for, and had as soon as the process ends', async () => {
    const { child } = await aHolder();
    const waiting = lockFolder(folder);
    await sleep(150);
    expect(await holder()).toBe(child.pid);
    await kill(child);
    await waiting;
    expect(await holder()).toBe(process.pid);
  });

  test('is free once it is given back', async () => {
    const unlock = await lockFolder(folder);
    await unlock();
    expect(await holder()).toBe(0);
    await (
      await lockFolder(folder)
    )();
  });
});

describe('a lock is taken over', () => {
  test('from a process that was killed', async () => {
    const { child } = await aHolder();
    await kill(child);
    outOfPatience();
    await lockFolder(folder);
    expect(await holder()).toBe(process.pid);
  });

  test('from a process that has ended and that its parent has not asked for', async () => {
    const { pid } = await aHolder(['sh', '-c', '"$@" & exec sleep 60', 'sh', ...locker()]);
    process.kill(pid, 'SIGKILL');
    while ((await startTime(pid)) !== '') await sleep(20);
    outOfPatience();
    await lockFolder(folder);
    expect(await holder()).toBe(process.pid);
  });

  test('from an earlier process whose number is ours now', async () => {
    await writeFile(join(folder, 'lock'), `${process.pid} 1`);
    outOfPatience();
    await lockFolder(folder);
    expect(await readFile(join(folder, 'lock'), 'utf8')).not.toBe(`${process.pid} 1`);
  });

  test('when the machine went down before the holder had written its number', async () => {
    await writeFile(join(folder, 'lock'), '');
    outOfPatience();
    await lockFolder(folder);
    expect(await holder()).toBe(process.pid);
  });
});
