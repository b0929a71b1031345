import { describe, expect, test } from '@jest/globals';
import { scalars } from './scalars.ts';

describe('a day', () => {
  test('is text, in and out', () => {
    expect(scalars.Date.parseValue('2028-02-29')).toBe('2028-02-29');
    expect(scalars.Date.serialize('2028-02-29')).toBe('2028-02-29');
  });

  test.each(['2027-02-29', '2027-13-01', '2027-1-1', '2027-01-01T00:00:00Z', 'today', '', 20270101])(
    'is not %j',
    (value) => {
      expect(() => scalars.Date.parseValue(value)).toThrow('Date must be a day of the calendar, such as');
    },
  );
});
