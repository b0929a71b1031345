import { expect, test } from '@jest/globals';
import { parsePeriod } from './input.ts';

const [january, february] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'] as const;

test('a period has its two moments', () => {
  expect(parsePeriod({ from: january, to: new Date(february) })).toEqual({
    from: new Date(january),
    to: new Date(february),
  });
});

test.each([january, february])('a period that does not end after %s is refused, by its field', (from) => {
  const period = { from, to: january };
  expect(() => parsePeriod(period)).toThrow('period.to must be after from');
  expect(() => parsePeriod(period, 'during')).toThrow('during.to must be after from');
});
