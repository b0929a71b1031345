import type { ServerResponse } from 'node:http';

/**
 * Aborted when whoever asked leaves before there is an answer, or when the time is up.
 * @param timeoutMs from now, in milliseconds
 */
export function untilGone(response: ServerResponse, timeoutMs: number): AbortSignal {
  const gone = new AbortController();
  // A timer that can be stopped: `AbortSignal.timeout` would keep one, and what it holds, for each request of the time.
  const timer = setTimeout(() => gone.abort(), timeoutMs).unref();
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
