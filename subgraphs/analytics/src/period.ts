import { badInput, parsePeriod } from '@cdx/kit';
import type { PeriodInput } from '../generated/resolvers.ts';

/** A span of time: `from` belongs to it, `to` does not. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** A day in milliseconds. */
export const day = 86_400_000;

/** The longest period that events are read of: a year of any kind. */
const maxDays = 366;

/**
 * A period that events are read of. Its length is bounded, so that a statement reads the partitions of a few months.
 * @throws BAD_USER_INPUT when it ends before it has begun, or is longer than 366 days
 */
export function eventPeriod(input: PeriodInput): Period {
  const period = parsePeriod(input);
  if (period.to.getTime() - period.from.getTime() > maxDays * day) {
    throw badInput('period.to', `at most ${maxDays} days after from`);
  }
  return period;
}
