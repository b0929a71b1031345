import { isDeepStrictEqual } from 'node:util';
import { Client, closedLoop, openLoop, turnstile } from './load.ts';
import { cpuMsOf, memoryMbOf } from './processes.ts';
import { requestFor, type BenchRequest, type Case } from './scenarios.ts';
import { percentile } from './statistics.ts';
import type { Way } from './ways/index.ts';

/** What one way has shown in one case. */
export interface Measured {
  /** CPU of all its processes and the databases for each request, in milliseconds; a round each. */
  readonly cpuMs: number[];
  /** The part of it that is the gateway's, where that is a process of its own; a round each. */
  readonly gatewayCpuMs: number[];
  readonly perSecond: number[];
  failures: number;
  /** At the fixed rate, in milliseconds. */
  latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Of its own processes after the load, in megabytes. */
  memoryMb: number;
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** The processes of the databases. */
  readonly databases: readonly number[];
  readonly say: (words: string) => void;
}

/** A case as it was measured, and the ways that it was not measured of, with the reason. */
export interface CaseResult {
  readonly measured: ReadonlyMap<string, Measured>;
  readonly left: ReadonlyMap<string, string>;
}

/** How many answers are compared before anything is measured. */
const compared = 4;

/**
 * Measures ways in one case, in turn within every round: A B C, A B C. First all their answers are held against those
 * of the first way; one that answers differently is left out.
 */
export async function measureCase(
  ways: readonly Way[],
  { requests, connections, perSecond }: Case,
  options: MeasureOptions,
): Promise<CaseResult> {
  const { rounds, seconds, databases, say } = options;
  const left = await findDifferent(ways, requests);
  const equal = ways.filter(({ name }) => !left.has(name));
  const runs = equal.map((way) => ({
    way,
    client: new Client(way.url, Math.max(connections, 64)),
    next: turnstile(requests.map((request) => requestFor(way.name, request))),
    result: nothingYet(),
    latencies: new Array<number>(),
  }));
  const ms = seconds * 1_000;
  // What has run for less is still being compiled.
  for (const { client, next } of runs) await closedLoop(client, next, { connections, ms });
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const run of runs) await measureRound(run, databases, { connections, ms });
    if (perSecond === undefined) continue;
    for (const { client, next, result, latencies } of runs) {
      const outcome = await openLoop(client, next, { perSecond, ms });
      latencies.push(...outcome.latencies);
      result.failures += outcome.failures;
    }
  }
  for (const { client, result, latencies } of runs) {
    client.close();
    if (latencies.length > 0) result.latency = percentiles(latencies);
  }
  return { measured: new Map(runs.map(({ way, result }) => [way.name, result])), left };
}

/** A way that is measured. */
interface Run {
  readonly way: Way;
  readonly client: Client;
  readonly next: () => BenchRequest;
  readonly result: Measured;
}

async function measureRound(
  { way, client, next, result }: Run,
  databases: readonly number[],
  load: { readonly connections: number; readonly ms: number },
): Promise<void> {
  const all = stopwatch([...way.pids, ...databases]);
  const gateway = way.gatewayPid === null ? undefined : stopwatch([way.gatewayPid]);
  const outcome = await closedLoop(client, next, load);
  if (gateway) result.gatewayCpuMs.push(gateway() / outcome.count);
  result.cpuMs.push(all() / outcome.count);
  result.perSecond.push(outcome.count / outcome.seconds);
  result.failures += outcome.failures;
  result.memoryMb = memoryMbOf(way.pids);
}

const nothingYet = (): Measured => ({
  ...{ cpuMs: [], gatewayCpuMs: [], perSecond: [] },
  ...{ failures: 0, memoryMb: 0 },
});

/** Answers what CPU processes have used since, in milliseconds. */
function stopwatch(pids: readonly number[]): () => number {
  const before = cpuMsOf(pids);
  return () => cpuMsOf(pids) - before;
}

function percentiles(latencies: readonly number[]): NonNullable<Measured['latency']> {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
  return { p50: p50 ?? Number.NaN, p95: p95 ?? Number.NaN, p99: p99 ?? Number.NaN };
}

/** The ways whose data differ from those of the first way that answers, with what differs. */
async function findDifferent(
  ways: readonly Way[],
  requests: readonly BenchRequest[],
): Promise<Map<string, string>> {
  const different = new Map<string, string>();
  let expected: unknown[] | undefined;
  for (const way of ways) {
    try {
      const data = await dataOf(way, requests.slice(0, compared));
      expected ??= data;
      if (!isDeepStrictEqual(data, expected)) different.set(way.name, 'it answers with other data');
    } catch (error) {
      different.set(way.name, error instanceof Error ? error.message : String(error));
    }
  }
  return different;
}

/** The data of a way's answers; throws with the first error among them. */
async function dataOf({ name, url }: Way, requests: readonly BenchRequest[]): Promise<unknown[]> {
  const client = new Client(url, 1);
  try {
    const all: unknown[] = [];
    for (const request of requests) {
      const { data, errors } = JSON.parse((await client.send(requestFor(name, request))).text) as {
        readonly data?: unknown;
        readonly errors?: readonly { readonly message: string }[];
      };
      if (errors?.[0]) throw new Error(errors[0].message);
      all.push(data);
    }
    return all;
  } finally {
    client.close();
  }
}
