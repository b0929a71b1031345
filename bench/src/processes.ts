import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in ticks of this many milliseconds (`getconf CLK_TCK` is 100 on Linux). */
const tickMs = 10;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Its own CPU time and that of its ended children, in milliseconds. */
  readonly cpuMs: number;
}

/**
 * Reads a line of `/proc/<pid>/stat`. The name in it may hold spaces and brackets, so fields count from behind it.
 * @returns the process and its CPU time; see proc(5) for the numbers of the fields
 */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { pid: Number.parseInt(line, 10), parent: field(4), cpuMs: ticks * tickMs };
}

/** Reads something of a process; undefined when the process has ended meanwhile. */
function readOf(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const line = readOf(Number(name), 'stat');
      return line === undefined ? [] : [parseStat(line)];
    });
}

function trees(roots: readonly number[]): ProcessStat[] {
  const all = allProcesses();
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const below = (one: ProcessStat): ProcessStat[] => [one, ...(byParent.get(one.pid) ?? []).flatMap(below)];
  return all.filter(({ pid }) => roots.includes(pid)).flatMap(below);
}

/** The processes that this one has started itself and that still run. */
function ownChildren(): number[] {
  return allProcesses()
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);
}

/** Starts something that says nothing of its processes; answers it with those that are new. */
export async function withPids<Thing>(start: () => Promise<Thing>): Promise<readonly [Thing, number[]]> {
  const before = new Set(ownChildren());
  const thing = await start();
  return [thing, ownChildren().filter((pid) => !before.has(pid))];
}

/** The CPU time that processes and all below them have used so far, in milliseconds. */
export function cpuMsOf(roots: readonly number[]): number {
  return trees(roots).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** The memory of processes and all below them, in megabytes; a page that several share counts once in all (PSS). */
export function memoryMbOf(roots: readonly number[]): number {
  const kilobytes = trees(roots).map(({ pid }) => {
    const [, size = '0'] = /^Pss: +(\d+) kB/m.exec(readOf(pid, 'smaps_rollup') ?? '') ?? [];
    return Number(size);
  });
  return kilobytes.reduce((sum, size) => sum + size, 0) / 1_024;
}
