import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { domains } from './urls.ts';

/** Subgraphs that run as processes of their own. */
export interface SubgraphProcesses {
  /** As the gateway's SUBGRAPHS wants it: `auth=http://127.0.0.1:4001,…`. */
  readonly subgraphs: string;
  /** Ends one of them as a crash would, for tests. */
  kill(domain: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts every subgraph as a process of its own, on a port that is free.
 * @param env what they all read; CDX_INTERNAL_SECRET is in it
 * @throws Error when one of them does not come up; what it said is on standard error
 */
export async function startSubgraphProcesses(env: NodeJS.ProcessEnv): Promise<SubgraphProcesses> {
  const started = domains.map((domain) => ({ domain, child: launch(domain, env) }));
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ child }) => end(child, 'SIGTERM')));
  };
  try {
    const entries = await Promise.all(
      started.map(async ({ domain, child }) => `${domain}=http://127.0.0.1:${await portOf(domain, child)}`),
    );
    return {
      subgraphs: entries.join(','),
      async kill(domain) {
        await Promise.all(
          started.filter((one) => one.domain === domain).map(({ child }) => end(child, 'SIGKILL')),
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function launch(domain: string, env: NodeJS.ProcessEnv): ChildProcess {
  const entry = fileURLToPath(new URL(`../../subgraphs/${domain}/src/server.ts`, import.meta.url));
  return fork(entry, [], {
    // Where the gateway listens is nothing to them: it reaches them on this machine.
    env: { ...env, HOST: '127.0.0.1', PORT: '0' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Not in the terminal's process group: at Ctrl-C they answer until the gateway has ended.
    detached: true,
  });
}

function portOf(domain: string, child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { readonly port: number }) => resolve(message.port));
    child.once('exit', () => reject(new Error(`The ${domain} subgraph did not start`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  // It listens to the channel, and so lives as long as there is one.
  if (child.connected) child.disconnect();
  await ended;
}
