import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ScenarioName } from '../scenarios.ts';
import type { DatabaseUrls } from '../../../databases/src/index.ts';

/** One way to answer the same operations from the same databases, running. */
export interface Way {
  readonly name: string;
  /** Where it takes GraphQL. */
  readonly url: string;
  /** Its own processes, subgraphs included; the databases are counted for every way alike. */
  readonly pids: readonly number[];
  /** The gateway among them, where it asks subgraphs that are other processes. */
  readonly gatewayPid: number | null;
  /** Whether it has what a scenario asks for. */
  answers(scenario: ScenarioName): boolean;
  stop(): Promise<void>;
}

/** What every way is started with. */
export interface Site {
  readonly urls: DatabaseUrls;
  /** The environment of the product's processes, and of the peers. */
  readonly env: NodeJS.ProcessEnv;
  /** The product's subgraphs as processes of their own, as the gateway's SUBGRAPHS wants them. */
  readonly subgraphs: string;
  readonly subgraphPids: readonly number[];
  /** The composed supergraph, with these addresses. */
  readonly supergraphFile: string;
  /** A folder with the contract of each subgraph: `auth.graphql`. */
  readonly contracts: string;
  /** The folder of the peers, with their packages. */
  readonly peers: string;
}

/** How long a way may take to come up, in milliseconds. */
const startMs = 60_000;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** A process of a way, on the port it has told. */
export interface Started {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Waits until a process has told its port; ends it when it does not. */
async function started(child: ChildProcess, name: string, port: Promise<number>): Promise<Started> {
  const late = AbortSignal.timeout(startMs);
  try {
    const failed = Promise.race([
      once(child, 'exit', { signal: late }).then(() =>
        Promise.reject(new Error(`${name} ended at its start`)),
      ),
      once(child, 'error', { signal: late }).then(() =>
        Promise.reject(new Error(`${name} cannot be started`)),
      ),
    ]);
    const known = await Promise.race([port, failed]);
    if (child.pid === undefined) throw new Error(`${name} has no process`);
    return { port: known, pid: child.pid, stop: () => ended(child) };
  } catch (error) {
    await ended(child);
    throw error;
  }
}

/** Starts the product's gateway by its command, as an operator does. */
export function startGatewayProcess(env: NodeJS.ProcessEnv): Promise<Started> {
  const entry = join(import.meta.dirname, '../../../gateway/src/main.ts');
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = new Promise<number>((resolve) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /http:\/\/[\d.]+:(\d+)/.exec(said) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return started(child, 'The gateway', port);
}

/** Starts a module of the peers, which tells its port by message. */
export function startPeer(folder: string, module: string, env: NodeJS.ProcessEnv): Promise<Started> {
  const child = fork(join(folder, module), [], {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = once(child, 'message').then(([message]) => (message as { readonly port: number }).port);
  return started(child, module, port);
}

/** Starts a program that is told its port, and waits until that answers. */
export function startProgram(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly port: number;
    readonly path: string;
  },
): Promise<Started> {
  const { cwd, env, port, path } = options;
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  return started(
    child,
    args.join(' '),
    answers(`http://127.0.0.1:${port}${path}`).then(() => port),
  );
}

async function answers(url: string): Promise<void> {
  for (const until = Date.now() + startMs; Date.now() < until;) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer`);
}
