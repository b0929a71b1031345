import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { CaseResult, Measured } from './measure.ts';
import type { Case } from './scenarios.ts';
import { median, ratioOf, type Ratio } from './statistics.ts';

/** The results of the last whole run, kept with the code that they were measured on. */
export const latestFile = join(import.meta.dirname, '../results/latest.json');

/** What one way has shown in one case. */
export interface WayResult {
  readonly way: string;
  readonly cpuMsPerRequest: number;
  /** The part of it that is the gateway's; null where that is no process of its own. */
  readonly gatewayCpuMsPerRequest: number | null;
  /** Its CPU for a request to that of the baseline, from the rounds that both ran in. */
  readonly ratio: Ratio | null;
  readonly requestsPerSecond: number;
  readonly latencyMs: Measured['latency'] | null;
  readonly memoryMb: number;
  readonly failures: number;
}

export interface ReportedCase {
  readonly name: string;
  readonly scenario: string;
  readonly connections: number;
  readonly perSecond: number | null;
  readonly ways: readonly WayResult[];
  /** What was not measured, and why. */
  readonly left: readonly { readonly way: string; readonly reason: string }[];
}

/** A run of the benchmark. */
export interface Results {
  readonly commit: string;
  readonly date: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
  };
  readonly rounds: number;
  readonly seconds: number;
  readonly scale: number;
  /** Ways that did not start, and why. */
  readonly absent: readonly { readonly way: string; readonly reason: string }[];
  readonly cases: readonly ReportedCase[];
  /** What authorization and limits cost in a warm dashboard query. */
  readonly authorization: AuthorizationShare | null;
}

export interface AuthorizationShare {
  readonly authorizationMicroseconds: number;
  readonly limitsMicroseconds: number;
  /** Of the whole CPU of a request to the product in one process. */
  readonly authorizationPercent: number;
  readonly limitsPercent: number;
}

const round = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Makes a case's result into what is kept and shown. */
export function reportCase(
  { name, scenario, connections, perSecond }: Case,
  { measured, left }: CaseResult,
  baseline: string,
): ReportedCase {
  const base = measured.get(baseline)?.cpuMs;
  const ways = [...measured].map(([way, result]): WayResult => {
    const ratio = base && ratioOf(result.cpuMs, base);
    const { latency, gatewayCpuMs } = result;
    return {
      way,
      cpuMsPerRequest: round(median(result.cpuMs)),
      gatewayCpuMsPerRequest: gatewayCpuMs.length > 0 ? round(median(gatewayCpuMs)) : null,
      ratio: ratio ? { median: round(ratio.median), low: round(ratio.low), high: round(ratio.high) } : null,
      requestsPerSecond: round(median(result.perSecond), 1),
      latencyMs: latency
        ? { p50: round(latency.p50), p95: round(latency.p95), p99: round(latency.p99) }
        : null,
      memoryMb: round(result.memoryMb, 0),
      failures: result.failures,
    };
  });
  return {
    ...{ name, scenario, connections, perSecond: perSecond ?? null, ways },
    left: [...left].map(([way, reason]) => ({ way, reason })),
  };
}

/** The commit that is measured, marked where the working copy differs from it. */
export function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
  return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
}

export function machine(): Results['machine'] {
  const [first] = cpus();
  return {
    processor: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: round(totalmem() / 2 ** 30, 0),
    node: process.version,
  };
}
