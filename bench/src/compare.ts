import type { Results } from './results.ts';

/** How much worse than recorded a ratio may be, as a share of it. */
const tolerance = 0.1;

/** A ratio of one way in one case, as it was recorded and as it is. */
export interface RatioComparison {
  readonly name: string;
  readonly way: string;
  readonly before: number;
  readonly now: number;
  /** It costs more than it may, by more than rounds differ among themselves. */
  readonly isLoss: boolean;
}

/** The parts of results that are compared. */
export type Compared = Pick<Results, 'cases'>;

/** Holds the product's ratios against recorded ones. What either run has not measured is left out. */
export function compareRatios(recorded: Compared, measured: Compared): RatioComparison[] {
  return measured.cases.flatMap(({ name, ways }) => {
    const before = recorded.cases.find((one) => one.name === name)?.ways ?? [];
    return ways
      .filter(({ way }) => ['embedded', 'distributed'].includes(way))
      .flatMap(({ way, ratio }) => {
        const old = before.find((one) => one.way === way)?.ratio;
        if (!old || !ratio) return [];
        const most = old.median * (1 + tolerance);
        // One bad round of a busy machine is no loss: the best round must be above the bound too.
        const isLoss = ratio.median > most && ratio.low > old.median;
        return [{ name, way, before: old.median, now: ratio.median, isLoss }];
      });
  });
}
