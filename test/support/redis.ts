import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@cdx/databases';
import { install } from './install.ts';

/** A Redis of a test's own. */
export interface TestRedis {
  readonly url: string;
  /** Ends it at once, as a crash would. */
  stop(): Promise<void>;
  /** Makes it answer nobody, until it is resumed. */
  pause(): void;
  resume(): void;
}

/** Starts an empty Redis that keeps nothing; on Debian, where there is none, it is installed first. */
export async function aRedis(): Promise<TestRedis> {
  if (spawnSync('redis-server', ['--version']).error) installRedis();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'cdx-redis-'));
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(server, 'exit');
  let log = '';
  for await (const chunk of server.stdout) {
    log += String(chunk);
    if (log.includes('Ready to accept connections')) break;
  }
  if (!log.includes('Ready to accept connections')) throw new Error(`Redis does not start:\n${log}`);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      await ended;
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
  };
}

function installRedis(): void {
  try {
    install('redis-server');
  } catch (cause) {
    const words =
      'The tests of what gateways share need redis-server on PATH. Install it, on Debian: apt-get install redis-server';
    throw new Error(words, { cause });
  }
}
