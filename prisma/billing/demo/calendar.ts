import { day } from '@cdx/demo';

/** The same moment of the day, months later, in UTC; a month without such a day has its last. */
export function monthsAfter(date: Date, months: number): Date {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moment = date.getTime() % day;
  return new Date(Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + moment);
}

/** A moment, days after another. */
export function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * day);
}
