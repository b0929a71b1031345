import { exact, toCents } from './money.ts';
import type { Period } from './periods.ts';

/**
 * The part of a period's price that falls on the time from a moment to the period's end:
 *
 *     amount × seconds left ÷ seconds of the period
 *
 * in whole seconds, exactly, and only then rounded to cents, half to even. A change of the plan credits this part of the
 * former plan's price and charges it of the new one's, each as a line of its own, which is how prorations are usually
 * reckoned (https://docs.stripe.com/billing/subscriptions/prorations). Credits and charges of several changes in one
 * period therefore add up to what each plan costs for the time that it was in force, but for the rounding of each line.
 * @param amount what the whole period costs
 * @returns between nothing, at the period's end, and all of it, at its beginning
 */
export function remainderOf(amount: string, period: Period, at: Date): string {
  const whole = seconds(period.end) - seconds(period.start);
  const left = Math.min(Math.max(seconds(period.end) - seconds(at), 0), whole);
  return toCents(exact(amount).times(left).dividedBy(whole));
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
