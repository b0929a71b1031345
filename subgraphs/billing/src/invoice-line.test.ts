import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { itemLine, readLines, reckon, type InvoiceLine } from './invoice-line.ts';
import { exact, sumOf } from './money.ts';

const charge = (amount: string): InvoiceLine => itemLine('Something', '1', amount);
const credit = (amount: string): InvoiceLine => ({ ...charge(amount), kind: 'credit' });
const amounts = (lines: readonly InvoiceLine[]): string[] => lines.map(({ amount }) => amount);

describe('an invoice', () => {
  test('takes off the credit that there is', () => {
    const { lines, credits, ...sums } = reckon([charge('30'), charge('12.50')], [credit('-10.00')], '0');
    expect(sums).toEqual({ subtotal: '42.50', discountAmount: '10.00', taxAmount: '0.00', total: '32.50' });
    expect(amounts(lines)).toEqual(['30.00', '12.50', '-10.00']);
    expect(credits).toEqual([]);
  });

  test('takes no more than it charges, the oldest first, and leaves the rest', () => {
    const { lines, credits, ...sums } = reckon(
      [charge('30')],
      [credit('-10'), credit('-50'), credit('-5')],
      '19',
    );
    expect(sums).toEqual({ subtotal: '30.00', discountAmount: '30.00', taxAmount: '0.00', total: '0.00' });
    expect(amounts(lines)).toEqual(['30.00', '-10.00', '-20.00']);
    expect(amounts(credits)).toEqual(['-30.00', '-5.00']);
  });

  test.each([
    ['19', '6.18', '38.68'],
    ['7.7', '2.50', '35.00'],
    ['0.0001', '0.00', '32.50'],
    ['100', '32.50', '65.00'],
  ])('with %s %% of tax has it on what is left to pay', (rate, taxAmount, total) => {
    const { lines, credits, ...sums } = reckon([charge('30'), charge('12.50')], [credit('-10')], rate);
    expect(sums).toEqual({ subtotal: '42.50', discountAmount: '10.00', taxAmount, total });
    expect(sumOf(amounts(lines)).toFixed(2)).toBe('32.50');
    expect(credits).toEqual([]);
  });

  test('of nothing takes nothing', () => {
    const { lines, credits, total } = reckon([], [credit('-10')], '19');
    expect({ lines, total, credits: amounts(credits) }).toEqual({
      lines: [],
      total: '0.00',
      credits: ['-10.00'],
    });
  });

  test('neither loses credit nor makes any', () => {
    const cents = fc
      .integer({ min: 0, max: 1_000_000 })
      .map((value) => exact(value).dividedBy(100).toFixed(2));
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 5 }), fc.array(cents, { maxLength: 5 }), (charges, given) => {
        const credits = given.map((value) => credit(`-${value}`));
        const reckoning = reckon(charges.map(charge), credits, '0');
        const { subtotal, discountAmount, total } = reckoning;
        expect(exact(subtotal).minus(discountAmount).toFixed(2)).toBe(total);
        expect(exact(total).isNegative()).toBe(false);
        expect(sumOf(amounts(reckoning.lines)).equals(total)).toBe(true);
        const left = sumOf(amounts(reckoning.credits)).negated();
        expect(left.plus(discountAmount).equals(sumOf(given))).toBe(true);
        expect(left.isZero() || exact(total).isZero()).toBe(true);
      }),
    );
  });
});

test('an item’s amount is rounded once, half to even', () => {
  expect(itemLine('Hours', '0.5', '0.0100').amount).toBe('0.00');
  expect(itemLine('Hours', '1.5', '0.0100').amount).toBe('0.02');
  expect(itemLine('Hours', '0.3333', '9999.9999').amount).toBe('3333.00');
});

test('lines come back from the database as they went there', () => {
  const line = { ...credit('-1.00'), periodStart: new Date('2026-01-31T00:00:00Z'), periodEnd: new Date() };
  expect(readLines(JSON.parse(JSON.stringify([line])))).toEqual([line]);
});
