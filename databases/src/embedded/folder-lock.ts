import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a start waits for the servers of an earlier one to end, in milliseconds. */
const patienceMs = 10_000;

/**
 * Takes a data folder for this process alone: two servers on one folder would destroy it, and nothing else prevents it.
 * A lock whose process is gone is taken over.
 * @returns gives the folder back
 * @throws Error naming the process that has the folder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'lock');
  const mine = `${process.pid} ${await startTime(process.pid)}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if (await claim(file, mine)) return () => rm(file, { force: true });
    const held = await readFile(file, 'utf8').catch(() => '');
    const [pid = '', started] = held.split(' ');
    const isLate = Date.now() > deadline;
    // A lock may be empty for as long as its holder writes it, or for ever when the machine went down meanwhile.
    const isStale = held === '' ? isLate : (await startTime(Number(pid))) !== started;
    if (isStale) await discard(file, held);
    else if (isLate) {
      throw new Error(
        `${folder} is in use by process ${pid}. Stop that one, or choose another folder with --data-dir.`,
      );
    } else await sleep(100);
  }
}

async function claim(file: string, mine: string): Promise<boolean> {
  try {
    await writeFile(file, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead process's lock, unless somebody else has done so and locked the folder meanwhile. */
async function discard(file: string, held: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await rename(file, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => held);
  // A lock newer than the one that was judged has been moved by mistake: it goes back, and its holder never notices.
  if (moved === held) await rm(aside, { force: true });
  else await rename(aside, file);
}

/** When a process began, so that a number used again is not taken for it; empty text when it has ended. */
export async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    // Fields 3 and 22, counted after the name in parentheses, which may itself hold spaces (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Z: it has ended, and its parent has not asked how; in a container nobody may ever ask.
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  }
  if (process.platform === 'linux') return '';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    // No such process.
    return '';
  }
}
