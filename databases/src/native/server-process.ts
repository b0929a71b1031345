import { spawn } from 'node:child_process';
import { ready, stop } from '../embedded/mariadb.ts';

/** How a server is run. */
export interface ServerCommand {
  /** Its name, for errors. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What it says when it may be reached. */
  readonly readyWords: RegExp;
  /** What makes it end in order without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
  /** Options of `setpriv`, for another user than ours. */
  readonly privileges?: readonly string[];
}

/**
 * The command, still without `--`, that runs another one in its own place. The kernel ends that one when we are killed,
 * so that no test run leaves a server behind.
 */
export function launcher(stopSignal: NodeJS.Signals): [program: string, ...options: string[]] {
  return ['setpriv', `--pdeathsig=${stopSignal}`];
}

/**
 * Starts a server and waits until it may be reached.
 * @returns what stops it
 * @throws Error with the server's own words when it does not start
 */
export async function startServer(command: ServerCommand): Promise<() => Promise<void>> {
  const { name, program, args, env, readyWords, stopSignal, privileges = [] } = command;
  const [setpriv, ...options] = launcher(stopSignal);
  const child = spawn(setpriv, [...options, ...privileges, '--', program, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  try {
    await ready(child, () => log, name, readyWords);
  } catch (error) {
    await stop(child, 'SIGKILL');
    throw error;
  }
  return () => stop(child, stopSignal);
}
