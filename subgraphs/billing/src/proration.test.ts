import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exact, sumOf } from './money.ts';
import { remainderOf } from './proration.ts';

const june = { start: new Date('2026-06-01T00:00:00Z'), end: new Date('2026-07-01T00:00:00Z') };
const at = (text: string): Date => new Date(`2026-06-${text}Z`);

describe('what is left of a period’s price', () => {
  test.each([
    ['all of it, at the beginning', '30.00', at('01T00:00:00'), '30.00'],
    ['half of it, in the middle', '30.00', at('16T00:00:00'), '15.00'],
    ['nothing, at the end', '30.00', new Date('2026-07-01T00:00:00Z'), '0.00'],
    ['nothing, after the end', '30.00', new Date('2026-07-02T00:00:00Z'), '0.00'],
    ['all of it, before the beginning', '30.00', new Date('2026-05-02T00:00:00Z'), '30.00'],
    // 10.00 × 2,591,999 ÷ 2,592,000 = 9.99999…
    ['a second less', '10.00', at('01T00:00:01'), '10.00'],
    // 25,920.00 a month is a cent a second.
    ['a cent less, a second later', '25920.00', at('01T00:00:01'), '25919.99'],
    ['the same within a second', '25920.00', at('01T00:00:01.999'), '25919.99'],
    // 0.01 × ½ = 0.005, a tie, and 0.03 × ½ = 0.015, another.
    ['an even cent of a tie below', '0.01', at('16T00:00:00'), '0.00'],
    ['an even cent of a tie above', '0.03', at('16T00:00:00'), '0.02'],
  ])('is %s', (_, amount, moment, expected) => {
    expect(remainderOf(amount, june, moment)).toBe(expected);
  });

  test('is within half a cent of the exact part, in integers', () => {
    const seconds = fc.integer({ min: 0, max: 2_592_000 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999n }), seconds, (cents, second) => {
        const amount = exact(String(cents)).dividedBy(100).toFixed(2);
        const moment = new Date(june.start.getTime() + second * 1_000);
        const rounded = BigInt(remainderOf(amount, june, moment).replace('.', ''));
        // |rounded − cents × left ÷ whole| ≤ ½, without a division.
        const difference = 2n * (rounded * 2_592_000n - cents * BigInt(2_592_000 - second));
        expect(difference <= 2_592_000n && difference >= -2_592_000n).toBe(true);
        if (difference === 2_592_000n || difference === -2_592_000n) expect(rounded % 2n).toBe(0n);
      }),
    );
  });

  test('adds up over several changes to what each plan costs for its time, but for the cents', () => {
    const [a, b, c] = ['30.00', '75.50', '12.34'];
    const [one, two] = [at('07T13:14:15'), at('21T01:02:03')];
    const lines = [
      a,
      `-${remainderOf(a, june, one)}`,
      remainderOf(b, june, one),
      `-${remainderOf(b, june, two)}`,
      remainderOf(c, june, two),
    ];
    const days = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 86_400_000;
    const inForce = sumOf([
      exact(a).times(days(june.start, one)).dividedBy(30),
      exact(b).times(days(one, two)).dividedBy(30),
      exact(c).times(days(two, june.end)).dividedBy(30),
    ]);
    expect(sumOf(lines).minus(inForce).abs().lessThanOrEqualTo('0.02')).toBe(true);
  });
});
