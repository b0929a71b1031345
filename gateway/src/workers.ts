import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { Logger } from '@cdx/kit';

/** A worker that ends sooner than this after its start is not replaced at once: it would only end again. */
const soonMs = 5_000;
/** How long to wait before such a one is replaced. */
const pauseMs = 2_000;

/**
 * Runs the gateway in several processes that share its port, and replaces those that end.
 * @param count how many; as many as there are cores when 0
 * @returns a function that ends them all, once what they have been asked is answered
 */
export function runWorkers(count: number, log: Logger): () => Promise<void> {
  const wanted = count === 0 ? availableParallelism() : count;
  let ending = false;
  const start = (): void => {
    const startedAt = Date.now();
    const worker = cluster.fork();
    worker.once('exit', (code: number | null, signal: string | null) => {
      if (ending) return;
      log.error({ pid: worker.process.pid, code, signal }, 'a worker has ended; another takes its place');
      setTimeout(() => ending || start(), Date.now() - startedAt < soonMs ? pauseMs : 0);
    });
  };
  for (let index = 0; index < wanted; index += 1) start();
  return async () => {
    ending = true;
    await Promise.all(workers().map(end));
  };
}

const workers = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

function end(worker: Worker): Promise<void> {
  return new Promise((done) => {
    worker.once('exit', () => done());
    worker.process.kill('SIGTERM');
  });
}
