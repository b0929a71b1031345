import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A gateway in a process of its own, with all that it has written to its log. */
export interface GatewayProcess {
  readonly url: string;
  log(): string;
  close(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

const entry = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url));

/** Starts a gateway as an operator does: by its command and its environment. */
export async function aGatewayProcess(env: NodeJS.ProcessEnv): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [entry], {
    env: { ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      written.push(chunk.toString());
      const found = /http:\/\/[\d.]+:\d+/.exec(written.join(''))?.[0];
      if (found) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`The gateway did not start: ${written.join('')}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    url,
    log: () => written.join(''),
    close: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
