import { amount, requireRole, type User } from '@cdx/kit';
import { z } from 'zod';
import type { Context } from './context.ts';
import { exact } from './money.ts';

/** Rules that several inputs share. */
export const metadata = z.record(z.string(), z.unknown(), 'must be an object');

/** A number from 0 with four places. */
export const measure = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,4})?$/, 'must be a number such as 12.5, with at most 4 places');

/** A part of a hundred, with four places. */
export const percentage = measure.refine(
  (value) => exact(value).lessThanOrEqualTo(100),
  'must be at most 100',
);

/** An amount of money above 0. */
export const positiveAmount = amount.refine((value) => exact(value).greaterThan(0), 'must be more than 0');

/** A text of one line that says something. */
export function line(max: number): z.ZodString {
  return z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`);
}

/**
 * Who may write here: nobody settles the own bills, whatever has been granted.
 * @throws UNAUTHENTICATED when nobody is logged in, FORBIDDEN when it is not a superadmin
 */
export function requireBiller(context: Context): User {
  return requireRole(context, 'superadmin');
}
