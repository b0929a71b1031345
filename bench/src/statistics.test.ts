import { describe, expect, test } from '@jest/globals';
import { median, percentile, ratioOf } from './statistics.ts';

describe('percentiles', () => {
  test('are values that were measured, by nearest rank, in any order', () => {
    const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];
    expect([0, 0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([1, 5, 10, 10]);
  });

  test('of nothing are no number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('the median', () => {
  test('is the middle, or the mean of both middles', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([1, 2, 4, 100])).toBe(3);
  });
});

describe('the ratio of two ways', () => {
  test('is taken round by round, so that a slow round of the machine does not count', () => {
    expect(ratioOf([10, 40, 11], [20, 80, 20])).toEqual({ median: 0.5, low: 0.5, high: 0.55 });
  });

  test('leaves out a round that one of them did not finish', () => {
    expect(ratioOf([1, 2, 3], [2, 4]).high).toBe(0.5);
  });
});
