import { resolve } from 'node:path';
import { measureAuthorization } from './authorization.ts';
import { measureCase } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { commitOf, machine, reportCase, type ReportedCase, type Results } from './results.ts';
import { casesOf } from './scenarios.ts';
import { openSite, type OpenSite } from './site.ts';
import { baseline, startWay, type Way, type WayName } from './ways/index.ts';
import { readWorld } from './world.ts';

const root = resolve(import.meta.dirname, '../..');

/** Says on standard error what is being waited for: the results alone go to standard output. */
const say = (words: string): void => console.error(`· ${words}`);

/** Runs the benchmark: starts everything, measures every case with all ways, ends everything. */
export async function runBench(options: BenchOptions): Promise<Results> {
  // Now: by the end of the run the working copy may be another.
  const commit = commitOf(root);
  const site = await openSite({ cacheDir: resolve(root, '.cache'), scale: options.scale }, say);
  const running: Way[] = [];
  try {
    const absent = await startWays(options.peers, site, running);
    const cases = await measureAll(running, site, options);
    return {
      ...{ commit, date: new Date().toISOString(), machine: machine() },
      ...{ rounds: options.rounds, seconds: options.seconds, scale: options.scale, absent, cases },
      authorization: await authorizationOf(running, cases),
    };
  } finally {
    await Promise.all(running.map((way) => way.stop()));
    await site.close();
  }
}

/** Starts ways; answers those that do not start, with the reason. */
async function startWays(
  names: readonly WayName[],
  site: OpenSite,
  running: Way[],
): Promise<{ way: string; reason: string }[]> {
  const absent: { way: string; reason: string }[] = [];
  for (const name of names) {
    say(`starting ${name}`);
    try {
      running.push(await startWay(name, site));
    } catch (error) {
      absent.push({ way: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return absent;
}

async function measureAll(
  running: readonly Way[],
  site: OpenSite,
  { scenarios, rounds, seconds }: BenchOptions,
): Promise<ReportedCase[]> {
  const product = running.find(({ name }) => name === 'embedded' || name === 'distributed');
  if (!product) throw new Error('The product itself is needed: add embedded to --peers');
  const world = await readWorld(product.url);
  const reported: ReportedCase[] = [];
  for (const scenario of scenarios) {
    const able = running.filter((way) => way.answers(scenario));
    for (const one of await casesOf(scenario, world)) {
      const result = await measureCase(able, one, {
        ...{ rounds, seconds, databases: site.databasePids },
        say: (words) => say(`${one.name}: ${words}`),
      });
      reported.push(reportCase(one, result, baseline));
    }
  }
  return reported;
}

/** The share needs the whole: it is known where the product's dashboard was measured in one process. */
async function authorizationOf(
  running: readonly Way[],
  cases: readonly ReportedCase[],
): Promise<Results['authorization']> {
  const product = running.find(({ name }) => name === 'embedded');
  const dashboard = cases.find(({ scenario }) => scenario === 'dashboard');
  const whole = dashboard?.ways.find(({ way }) => way === 'embedded')?.cpuMsPerRequest;
  return product && whole !== undefined ? measureAuthorization(product.url, whole) : null;
}
