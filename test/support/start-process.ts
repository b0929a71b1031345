/** `npm start` as a process, with everything that it says and everything that it starts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@cdx/kit';

const root = resolve(import.meta.dirname, '../..');
const entry = join(root, 'databases/src/start.ts');

/** What the test run has set for itself, and must not reach a start that is to find its own way. */
const settings = /^(NODE_OPTIONS|NODE_ENV|PORT|HOST|LOG_LEVEL|SUBGRAPHS|CDX_.*|.*_DATABASE_URL)$/;

/** A process that a start has brought about, however many parents lie between. */
export interface Descendant {
  readonly pid: number;
  /** The program, or the file of ours that Node runs. */
  readonly name: string;
}

/** A running start, or one that has ended. */
export class StartProcess {
  readonly #child: ChildProcess;
  /** Inherited by every process that it starts, so that those are found whose parents are gone. */
  readonly #mark = `CDX_TEST_MARK=${newId()}`;
  readonly #ended: Promise<unknown>;
  #output = '';
  #errors = '';
  static readonly #all: StartProcess[] = [];

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !settings.test(name));
    const [name = '', value = ''] = this.#mark.split('=');
    this.#child = spawn(process.execPath, [entry, ...args], {
      env: { ...Object.fromEntries(inherited), ...env, [name]: value },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a shell makes one for each command.
      detached: true,
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#ended = once(this.#child, 'close');
    StartProcess.#all.push(this);
  }

  /** Leaves nothing behind of any, whatever went wrong. */
  static async killAll(): Promise<void> {
    for (const one of StartProcess.#all.splice(0)) await one.#kill();
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Waits until it has said something; throws with all that it said when it ends before. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.#output);
      if (found) return found;
      if (this.#isOver()) throw new Error(`It ended without ${words}:\n${this.#output}\n${this.#errors}`);
      await sleep(20);
    }
  }

  /** Waits until it serves, and answers where. */
  async ready(): Promise<{ readonly url: string }> {
    const [, url = ''] = await this.says(/GraphQL +(\S+)\/graphql[^]*Ctrl-C/);
    return { url };
  }

  /** The query that its greeting offers, as it is to be pasted. */
  async firstQuery(): Promise<string> {
    const [, query = ''] = await this.says(/A first query, for the playground\n {4}(.*)\n/);
    return query;
  }

  /** Waits until it has ended; answers its exit code, or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals | null> {
    await this.#ended;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** Sends a signal to this process alone, as `kill` does. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal to the process group, as a terminal does at Ctrl-C and when it closes. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-(this.#child.pid ?? NaN), signal);
  }

  /** The names of the processes that it has started and that run. */
  async names(): Promise<string[]> {
    return (await this.descendants()).map(({ name }) => name);
  }

  /** The processes that it has started and that run, itself not among them, by name. */
  async descendants(): Promise<Descendant[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && +name !== this.#child.pid);
    const processes = await Promise.all(
      pids.map(async (pid) => {
        const isOurs = (await readProcess(pid, 'environ')).includes(this.#mark);
        return isOurs ? [{ pid: Number(pid), name: nameOf(await readProcess(pid, 'cmdline')) }] : [];
      }),
    );
    return processes.flat().toSorted((left, right) => left.name.localeCompare(right.name));
  }

  async #kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    // One that dies may have started another just before.
    for (let left = await this.descendants(); left.length > 0; left = await this.descendants()) {
      for (const { pid } of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      }
    }
    await this.#ended;
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** One of the lists that Linux has about a process; empty when it is another user's, or has ended since. */
async function readProcess(pid: string, list: 'environ' | 'cmdline'): Promise<string[]> {
  return (await readFile(join('/proc', pid, list), 'utf8').catch(() => '')).split('\0');
}

function nameOf([program = '', script = '']: readonly string[]): string {
  return script.startsWith(root) ? relative(root, script) : basename(program);
}
