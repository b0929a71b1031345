import { expect, test } from '@jest/globals';
import { compareRatios, type Compared } from './compare.ts';

/** Results in which the product has a ratio to stock Apollo. */
function results(median: number, { low = median, name = 'dashboard' } = {}): Compared {
  const rest = {
    cpuMsPerRequest: 1,
    gatewayCpuMsPerRequest: null,
    requestsPerSecond: 1,
    latencyMs: null,
    memoryMb: 1,
    failures: 0,
  };
  const way = { way: 'embedded', ratio: { median, low, high: median }, ...rest };
  return { cases: [{ name, scenario: name, connections: 8, perSecond: null, ways: [way], left: [] }] };
}

const lossOf = (before: Compared, now: Compared): (boolean | undefined)[] =>
  compareRatios(before, now).map(({ isLoss }) => isLoss);

test('a ratio that is worse by more than a tenth is a loss', () => {
  expect(lossOf(results(0.5), results(0.56))).toEqual([true]);
});

test('a ratio that is worse by less, or better, is none', () => {
  expect(lossOf(results(0.5), results(0.54))).toEqual([false]);
  expect(lossOf(results(0.5), results(0.3))).toEqual([false]);
});

test('a median that is worse while a round was as good as ever is noise', () => {
  expect(lossOf(results(0.5), results(0.6, { low: 0.49 }))).toEqual([false]);
});

test('what was not recorded is not compared', () => {
  expect(lossOf(results(0.5), results(9, { name: 'point' }))).toEqual([]);
});
