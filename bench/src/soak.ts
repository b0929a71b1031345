/**
 * `npm run bench:soak [-- --minutes N]`: asks the product in one process without a pause for a long time, and shows its
 * memory minute by minute. What grows is a leak: a cache without a bound, a listener that nobody takes away.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { drawBars } from './chart.ts';
import { Client, closedLoop, turnstile } from './load.ts';
import { memoryMbOf } from './processes.ts';
import { casesOf, type BenchRequest, type ScenarioName } from './scenarios.ts';
import { openSite } from './site.ts';
import { median } from './statistics.ts';
import { startWay, type Way } from './ways/index.ts';
import { readWorld } from './world.ts';

const minuteMs = 60_000;
const connections = 4;
const mix: readonly ScenarioName[] = ['dashboard', 'point', 'list', 'search', 'mutation'];

const say = (words: string): void => console.error(`· ${words}`);

/** What one minute of load has shown. */
interface Minute {
  readonly memoryMb: number;
  readonly requests: number;
  readonly failures: number;
}

/** The requests of all kinds in turn: one of each, and again. */
async function mixedRequests({ url }: Way): Promise<() => BenchRequest> {
  const world = await readWorld(url);
  const cases = (await Promise.all(mix.map((scenario) => casesOf(scenario, world)))).flat();
  const kinds = turnstile(cases.map(({ requests }) => turnstile(requests)));
  return () => kinds()();
}

async function load(way: Way, minutes: number): Promise<Minute[]> {
  const next = await mixedRequests(way);
  const client = new Client(way.url, connections);
  const all: Minute[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const { count, failures } = await closedLoop(client, next, { connections, ms: minuteMs });
    const memoryMb = Math.round(memoryMbOf(way.pids));
    all.push({ memoryMb, requests: count, failures });
    say(`minute ${minute} of ${minutes}: ${memoryMb} MB, ${count} requests, ${failures} failed`);
  }
  client.close();
  return all;
}

function draw(minutes: readonly Minute[]): string {
  const bars = minutes.map(({ memoryMb, requests, failures }, index) => ({
    ...{ label: `minute ${index + 1}`, value: memoryMb },
    note: `${memoryMb} MB, ${requests} requests${failures > 0 ? `, ${failures} failed` : ''}`,
  }));
  const third = Math.floor(minutes.length / 3);
  const middleOf = (some: readonly Minute[]): number => median(some.map(({ memoryMb }) => memoryMb));
  // The first third is the warming up: code is compiled, caches fill.
  const [second, last] = [middleOf(minutes.slice(third, 2 * third)), middleOf(minutes.slice(2 * third))];
  const growth = (last / second - 1) * 100;
  return `${drawBars(bars)}\n\nThe last third has ${growth.toFixed(1)} % more memory than the one before it.`;
}

async function soak(minutes: number): Promise<void> {
  const root = resolve(import.meta.dirname, '../..');
  const site = await openSite({ cacheDir: resolve(root, '.cache'), scale: 1 }, say);
  try {
    const way = await startWay('embedded', site);
    try {
      console.log(draw(await load(way, minutes)));
    } finally {
      await way.stop();
    }
  } finally {
    await site.close();
  }
}

try {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
  const minutes = Number(values.minutes);
  if (!Number.isInteger(minutes) || minutes < 3)
    throw new Error(`--minutes ${values.minutes} is not possible; it must be a whole number from 3`);
  await soak(minutes);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
