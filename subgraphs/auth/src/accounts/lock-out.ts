import { codedError, unconfined } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { Context } from '../context.ts';

/** Failures that cost nothing; each further one doubles the wait, up to a quarter of an hour. */
const freeFailures = 5;
const longestWaitSeconds = 900;

/** The seconds to wait after the n-th failure in a row. */
export function waitAfter(failures: number): number {
  return failures < freeFailures ? 0 : Math.min(2 ** (failures - freeFailures), longestWaitSeconds);
}

/**
 * Refuses a log-in while its address is locked.
 * @param hash the address, hashed
 * @throws RATE_LIMITED with the seconds to wait
 */
export async function checkLockOut({ db }: Context, hash: string): Promise<void> {
  // A success, or a password set by mail, begins the count anew; a day without a failure does too.
  const found = await db.one<{ failures: number; elapsedMs: number | null }>(
    unconfined(
      'a number of failures, of an address that nobody has proven yet',
      sql`select count(*) as failures,
        cast(timestampdiff(microsecond, max(e.created_at), current_timestamp(3)) / 1000 as signed) as elapsedMs
      from auth_events e
      where e.email_hash = ${hash} and e.event_type = 'failed_login'
        and e.created_at > current_timestamp(3) - interval 1 day
        and e.created_at > coalesce(
          (select max(s.created_at) from auth_events s
            where s.email_hash = ${hash} and s.event_type in ('login', 'password_reset')),
          '1970-01-02')`,
    ),
  );
  const remainingMs = waitAfter(found?.failures ?? 0) * 1_000 - (found?.elapsedMs ?? 0);
  if (remainingMs <= 0) return;
  const retryAfterSeconds = Math.ceil(remainingMs / 1_000);
  throw codedError('RATE_LIMITED', `Too many failed log-ins; try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}

const underway = new Map<string, Promise<unknown>>();

/**
 * Runs one attempt after another for each address: guesses sent at once would otherwise all be checked before the
 * first of them is counted.
 */
export async function oneAtATime<Result>(hash: string, attempt: () => Promise<Result>): Promise<Result> {
  const before = underway.get(hash) ?? Promise.resolve();
  const mine = before.then(attempt, attempt);
  underway.set(hash, mine);
  try {
    return await mine;
  } finally {
    if (underway.get(hash) === mine) underway.delete(hash);
  }
}
