import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Database, Logger, RequestDatabase } from '@cdx/kit';
import type { Transaction } from './context.ts';
import { scheduleRenewals } from './renewal-schedule.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A database of which only the reads are there, and a log that is written down. */
function scheduled(read: () => Promise<never[]>): {
  readonly reads: jest.Mock;
  readonly told: jest.Mock;
  readonly end: () => void;
} {
  const [reads, told] = [jest.fn(read), jest.fn()];
  const db = { many: reads } as unknown as RequestDatabase<Transaction>;
  const database = { as: () => db } as unknown as Database<Transaction>;
  const log = { error: told, info: told } as unknown as Logger;
  return { reads, told, end: scheduleRenewals(database, { minutes: 5, paymentDays: 14 }, log) };
}

describe('the schedule', () => {
  test('renews at intervals, says nothing of nothing, and ends', async () => {
    const { reads, told, end } = scheduled(() => Promise.resolve([]));
    await jest.advanceTimersByTimeAsync(4 * 60_000);
    expect(reads).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(6 * 60_000);
    // Who is due, and who is late; twice.
    expect(reads).toHaveBeenCalledTimes(4);
    end();
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect(reads).toHaveBeenCalledTimes(4);
    expect(told).not.toHaveBeenCalled();
  });

  test('goes on after a failure, which the log tells', async () => {
    const { reads, told, end } = scheduled(() => Promise.reject(new Error('no database')));
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    expect(reads).toHaveBeenCalledTimes(2);
    expect(told).toHaveBeenCalledTimes(2);
    expect(told).toHaveBeenCalledWith(
      { error: new Error('no database') },
      'subscriptions could not be renewed; the next run tries again',
    );
    end();
  });

  test('joins no run that has not ended', async () => {
    const { reads, end } = scheduled(() => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect(reads).toHaveBeenCalledTimes(1);
    end();
  });
});
