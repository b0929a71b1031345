import { day } from '@cdx/demo';

/** How many weeks the history has: a year. */
export const historyWeeks = 52;

const hour = 3_600_000;
const hoursOfWeek = 168;

/** How busy each hour of a day is, in UTC: quiet at night, a peak before noon and one in the evening. */
const hours = [2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 24, 22, 17, 18, 21, 22, 20, 17, 16, 19, 21, 17, 10, 5];
/** How busy each day of a week is, from Sunday. */
const days = [0.45, 1, 1.1, 1.08, 1.05, 0.95, 0.5];

/** How many visits a week has beside another: the shops grow by half over the year, and have a summer and a December. */
export function weekWeight(weeksAgo: number, now: Date): number {
  const middle = new Date(now.getTime() - (weeksAgo + 0.5) * 7 * day);
  const growth = 1.5 - weeksAgo / historyWeeks / 2;
  const summer = [6, 7].includes(middle.getUTCMonth()) ? 0.8 : 1;
  const december = middle.getUTCMonth() === 11 ? 1.35 : 1;
  return growth * summer * december;
}

/**
 * The moments of a week that ends so many weeks before now. As many visits fall into an hour as it is busy.
 * @returns gives for a number from 0 to 1 the moment at which that share of the week's business is done
 */
export function momentsOf(weeksAgo: number, now: Date): (share: number) => Date {
  const start = now.getTime() - (weeksAgo + 1) * 7 * day;
  const busy = Array.from({ length: hoursOfWeek }, (_, index) => {
    const at = new Date(start + index * hour);
    return (hours[at.getUTCHours()] ?? 0) * (days[at.getUTCDay()] ?? 0);
  });
  const total = busy.reduce((sum, weight) => sum + weight, 0);
  return (share) => {
    let left = share * total;
    const found = busy.findIndex((weight) => {
      if (left < weight) return true;
      left -= weight;
      return false;
    });
    const place = found < 0 ? hoursOfWeek - 1 : found;
    const part = Math.min(left / (busy[place] ?? 1), 0.999);
    return new Date(start + Math.floor((place + part) * hour));
  };
}
