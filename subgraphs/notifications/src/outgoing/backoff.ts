/** The wait after the first failed attempt, and the longest, in milliseconds. */
const [firstMs, longestMs] = [30_000, 3_600_000];

/**
 * How long to wait after an attempt that has failed: twice as long each time, of which half is left to chance, so that
 * what has failed together is not tried again together ("Exponential Backoff and Jitter", M. Brooker 2015: equal jitter).
 * @param attempts how many there have been, 1 or more
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function waitAfter(attempts: number, random = Math.random()): number {
  const wait = Math.min(longestMs, firstMs * 2 ** (attempts - 1));
  return Math.round(wait / 2 + (wait / 2) * random);
}
