import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { cpuMsOf, memoryMbOf, parseStat, withPids } from './processes.ts';

/** Only Linux tells of its processes in /proc; the benchmark runs nowhere else. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('processes', () => {
  test('are read from the kernel’s line, whatever their names hold', () => {
    const line = `42 (a (odd) name) S 7 ${'0 '.repeat(9)}100 20 3 4 20 0`;
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, cpuMs: 1_270 });
  });

  test('are counted with all that they have started, ended or not', async () => {
    // By the processor's time and not the clock's: a busy machine gives little of it in a while.
    const busy = 'while (process.cpuUsage().user < 200_000);';
    const child = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(busy)}]);
      process.send('done'); setInterval(() => undefined, 1000);`;
    const [started, pids] = await withPids(async () => {
      const process_ = spawn(process.execPath, ['-e', child], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await once(process_, 'message');
      return process_;
    });
    try {
      expect(pids).toEqual([started.pid]);
      expect(cpuMsOf(pids)).toBeGreaterThanOrEqual(100);
      expect(memoryMbOf(pids)).toBeGreaterThan(5);
    } finally {
      started.kill();
      await once(started, 'exit');
    }
    expect(cpuMsOf(pids)).toBe(0);
  });
});
