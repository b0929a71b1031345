/** The value below which a share of the values lies, by nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle of the values, the mean of the two middle ones of an even number; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** How two ways compare: the middle of the ratios of all rounds, and the lowest and highest of them. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The ratio of one way to another, taken within each round, where the machine was in the same mood for both. A machine
 * that others use drifts by half between rounds, so a ratio of means would say nothing.
 * @param values of one way, a round each
 * @param base of the other, of the same rounds
 */
export function ratioOf(values: readonly number[], base: readonly number[]): Ratio {
  const ratios = values.flatMap((value, round) => {
    const other = base[round];
    return other === undefined ? [] : [value / other];
  });
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
