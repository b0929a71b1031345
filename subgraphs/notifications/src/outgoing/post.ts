import { NotSent } from './sender.ts';

/** How long a service may take, in milliseconds. */
const patienceMs = 10_000;

/** Answers of 4xx that mean another time: Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470, 6585). */
const passing = new Set([408, 425, 429]);

/** The longest wait that a service gets, in milliseconds: a day. */
const longestWaitMs = 86_400_000;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

/**
 * Posts to a service of deliveries; where it redirects to is not followed.
 * @param service its name in words, for the error: `push service`
 * @throws NotSent for every answer but 2xx: for good on 4xx, and gone on 404 and 410
 */
export async function post(service: string, { url, headers, body }: Post): Promise<Response> {
  const signal = AbortSignal.timeout(patienceMs);
  const request = { method: 'POST', headers, body, redirect: 'manual', signal } as const;
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new NotSent(`The ${service} does not answer`, { cause });
  });
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  const permanent = status < 500 && !passing.has(status);
  const gone = status === 404 || status === 410;
  const retryAfterMs = waitAskedFor(response.headers.get('retry-after'));
  throw new NotSent(`The ${service} has answered ${status}`, { permanent, gone, retryAfterMs });
}

/**
 * The wait that a service asks for by `Retry-After`: in seconds, or until a date (RFC 9110, 10.2.3).
 * @param now the present, in milliseconds
 * @returns milliseconds, at most a day; 0 where it asks for none
 */
export function waitAskedFor(retryAfter: string | null, now = Date.now()): number {
  if (retryAfter === null) return 0;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), longestWaitMs);
}
