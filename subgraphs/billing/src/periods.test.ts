import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, monthsOf, periodFrom } from './periods.ts';

/** The ends of the periods after an anchor, one after another. */
function endsAfter(anchor: string, months: number, count: number): string[] {
  let start = new Date(anchor);
  return Array.from({ length: count }, () => {
    const period = periodFrom(new Date(anchor), months, start);
    expect(period.start).toEqual(start);
    start = period.end;
    return start.toISOString();
  });
}

describe('periods', () => {
  test('that began on a 31st come back to it after shorter months', () => {
    expect(endsAfter('2026-01-31T09:30:00.123Z', 1, 6)).toEqual([
      '2026-02-28T09:30:00.123Z',
      '2026-03-31T09:30:00.123Z',
      '2026-04-30T09:30:00.123Z',
      '2026-05-31T09:30:00.123Z',
      '2026-06-30T09:30:00.123Z',
      '2026-07-31T09:30:00.123Z',
    ]);
  });

  test('end on the 29th of February where there is one', () => {
    expect(endsAfter('2027-11-30T00:00:00.000Z', 1, 4)).toEqual([
      '2027-12-30T00:00:00.000Z',
      '2028-01-30T00:00:00.000Z',
      '2028-02-29T00:00:00.000Z',
      '2028-03-30T00:00:00.000Z',
    ]);
  });

  test('of a year that began on a leap day come back to it after four years', () => {
    expect(endsAfter('2024-02-29T12:00:00.000Z', 12, 4)).toEqual([
      '2025-02-28T12:00:00.000Z',
      '2026-02-28T12:00:00.000Z',
      '2027-02-28T12:00:00.000Z',
      '2028-02-29T12:00:00.000Z',
    ]);
  });

  test('of a quarter count months in threes', () => {
    expect(endsAfter('2025-11-30T00:00:00.000Z', 3, 3)).toEqual([
      '2026-02-28T00:00:00.000Z',
      '2026-05-30T00:00:00.000Z',
      '2026-08-30T00:00:00.000Z',
    ]);
  });

  test('follow one another without a gap, each the anchor’s day or the last one of its month', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 36 }),
        fc.integer({ min: 1, max: 40 }),
        (anchor, months, count) => {
          for (const text of endsAfter(anchor.toISOString(), months, count)) {
            const end = new Date(text);
            const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
            expect(end.getUTCDate()).toBe(Math.min(anchor.getUTCDate(), lastDay));
            expect(text.slice(10)).toBe(anchor.toISOString().slice(10));
          }
          const total = 12 * anchor.getUTCFullYear() + anchor.getUTCMonth() + months * count;
          const last = new Date(endsAfter(anchor.toISOString(), months, count).at(-1) ?? '');
          expect(12 * last.getUTCFullYear() + last.getUTCMonth()).toBe(total);
        },
      ),
    );
  });
});

test('a year has twelve months', () => {
  expect(monthsOf({ interval: 'year', intervalCount: 2 })).toBe(24);
  expect(monthsOf({ interval: 'month', intervalCount: 3 })).toBe(3);
});

test('days have 24 hours, in the week that the clocks change too', () => {
  expect(addDays(new Date('2026-03-28T12:00:00Z'), 2)).toEqual(new Date('2026-03-30T12:00:00Z'));
});
