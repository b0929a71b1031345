import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the time of a message may be from now, in seconds: a signature is of no use to anybody afterwards. */
const toleranceSeconds = 300;

/** What a secret begins with; the key follows in base64. */
export const secretForm = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

/**
 * The signature of a message by the scheme v1 of Standard Webhooks (https://www.standardwebhooks.com): the HMAC-SHA256
 * of `id.timestamp.body`.
 * @param secret in the form `whsec_<base64>`
 */
export function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const hash = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${hash}`;
}

/**
 * Whether a message comes from who has the secret, and was signed just now. Several signatures may be given, with spaces
 * between, while a sender changes its secret.
 * @param now the present, in milliseconds
 */
export function isSigned(
  secret: string,
  headers: IncomingHttpHeaders,
  body: string,
  now = Date.now(),
): boolean {
  const of = (name: string): string => String(headers[`webhook-${name}`] ?? '');
  const [id, timestamp] = [of('id'), of('timestamp')];
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds) return false;
  const expected = Buffer.from(signatureOf(secret, id, timestamp, body));
  return of('signature')
    .split(' ')
    .map((signature) => Buffer.from(signature))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
