import { describe, expect, test } from '@jest/globals';
import { exact, sumOf, toCents } from './money.ts';

describe('cents are rounded half to even', () => {
  test.each([
    ['0.005', '0.00'],
    ['0.015', '0.02'],
    ['0.025', '0.02'],
    ['0.0250000000000000000001', '0.03'],
    ['0.0349999999999999999999', '0.03'],
    ['9999999999.995', '10000000000.00'],
    ['9999999999.985', '9999999999.98'],
    ['-0.015', '-0.02'],
    ['-0.025', '-0.02'],
    ['7', '7.00'],
  ])('%s is %s', (value, cents) => {
    expect(toCents(value)).toBe(cents);
  });
});

test('sums lose nothing', () => {
  expect(sumOf(['0.1', '0.2']).toFixed()).toBe('0.3');
  expect(sumOf(['9999999999.99', '0.00000001']).toFixed()).toBe('9999999999.99000001');
  expect(sumOf([]).toFixed()).toBe('0');
});

test('what is no number is refused', () => {
  expect(() => exact('1,50')).toThrow('Invalid argument');
});
