import { Decimal } from 'decimal.js';

/**
 * Decimals of 50 digits that round half to even. An amount has at most 12 digits and a period fewer than 11 in seconds,
 * so what is no tie differs from one within 24 digits: none is taken for the other.
 */
const Exact = Decimal.clone({ precision: 50, rounding: Decimal.ROUND_HALF_EVEN });

/** A decimal to reckon with, of the text that databases and callers give. Throws when it is not a number. */
export function exact(value: Decimal.Value): Decimal {
  return new Exact(value);
}

/** The sum, exactly; 0 of nothing. */
export function sumOf(values: readonly Decimal.Value[]): Decimal {
  return values.reduce<Decimal>((sum, value) => sum.plus(value), exact(0));
}

/** An amount to two places, half to even, as it is stored and shown: `0.125` is `0.12`, `0.135` is `0.14`. */
export function toCents(value: Decimal.Value): string {
  return exact(value).toFixed(2);
}
