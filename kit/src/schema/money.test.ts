import { describe, expect, test } from '@jest/globals';
import { sumAmounts } from './money.ts';

describe('a sum of amounts', () => {
  test.each([
    [[], '0.00'],
    [['0.01', '0.02'], '0.03'],
    [['1', '2.5'], '3.50'],
    [['9999999999.99', '9999999999.99', '0.01'], '19999999999.99'],
    [['1.00', '-1.01'], '-0.01'],
  ])('of %j is exact', (amounts, sum) => {
    expect(sumAmounts(amounts)).toBe(sum);
  });

  test.each(['', '1.234', '1e3', 'NaN'])('is refused for %j, which is none', (amount) => {
    expect(() => sumAmounts([amount])).toThrow('Not an amount of money');
  });
});
