import { setTimeout as sleep } from 'node:timers/promises';

/** How often a stream that has nothing to say says that it still stands, in milliseconds. */
const pulseMs = 10_000;

/**
 * The parts of a stream, with a sign of life where there is none for a while: who reads them knows from it that the
 * connection is not dead, and what lies between does not end it for being idle.
 * @param sign what means nothing to who reads
 */
export async function* withPulse(parts: AsyncGenerator<string>, sign: string): AsyncGenerator<string> {
  let next = parts.next();
  try {
    for (;;) {
      const waiting = new AbortController();
      const pulse = sleep(pulseMs, undefined, { signal: waiting.signal }).catch(() => undefined);
      const part = await Promise.race([next, pulse]);
      waiting.abort();
      if (part?.done) return;
      yield part ? part.value : sign;
      if (part) next = parts.next();
    }
  } finally {
    await parts.return(undefined);
  }
}
