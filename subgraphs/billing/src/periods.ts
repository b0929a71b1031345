import { DateTime } from 'luxon';

/** From `start`, which belongs to it, to `end`, which does not. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** How long a period of a plan is. */
export interface Interval {
  readonly interval: 'month' | 'year';
  readonly intervalCount: number;
}

/** The length of a plan's period, in months. */
export function monthsOf({ interval, intervalCount }: Interval): number {
  return interval === 'year' ? 12 * intervalCount : intervalCount;
}

/**
 * The period that begins where another ends. Periods are whole numbers of months after the anchor, by the calendar in
 * UTC; where a month has no such day its last one stands in, and the next longer month has the day again.
 * @param anchor where the first period began
 * @param months the length of a period
 * @param start the anchor, or the end of a period before
 */
export function periodFrom(anchor: Date, months: number, start: Date): Period {
  const periods = Math.round(monthsBetween(anchor, start) / months);
  return { start, end: addMonths(anchor, (periods + 1) * months) };
}

/** The same moment of the day, months later, in UTC; clamped to the end of the month. */
function addMonths(date: Date, months: number): Date {
  return DateTime.fromJSDate(date, { zone: 'utc' }).plus({ months }).toJSDate();
}

/** By the calendar's months alone: a clamped day does not count. */
function monthsBetween(from: Date, to: Date): number {
  return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth();
}

const day = 86_400_000;

/** The same moment, days of 24 hours later. */
export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * day);
}
