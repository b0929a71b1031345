import { createRequire } from 'node:module';
import type * as WebPush from 'web-push';
import { post } from './post.ts';
import { NotSent, type Outgoing, type Sender } from './sender.ts';

// CommonJS, whose named exports Node.js does not find.
const { generateRequestDetails } = createRequire(import.meta.url)('web-push') as typeof WebPush;

/** The keys that the product proves itself to push services with (RFC 8292). */
export interface VapidKeys {
  /** `mailto:` or a URL: whom the push service turns to. */
  readonly subject: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** How long a push service keeps what it cannot deliver, in seconds: a day. */
const keptSeconds = 86_400;

/**
 * Sends web push messages, encrypted for the browser (RFC 8030, 8291).
 * @param origins the push services that may be posted to; `*.` at the beginning of a host stands for any below it. The
 *   URLs come from users: without this they could have the server post to hosts inside its own network
 */
export function pushSender(keys: VapidKeys, origins: readonly string[]): Sender {
  return async (delivery) => {
    const url = new URL(delivery.recipient);
    if (!origins.some((origin) => isOf(origin, url)))
      throw new NotSent('The address is of no push service that is allowed', { permanent: true });
    const { headers, body } = encrypted(delivery, keys);
    const response = await post('push service', {
      url: url.href,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: new Uint8Array(body),
    });
    await response.body?.cancel();
    return response.headers.get('location')?.slice(0, 255) ?? null;
  };
}

/** Whether a URL is of an origin, or of one of the hosts below where the origin says `*.`. */
export function isOf(origin: string, { protocol, host }: URL): boolean {
  const [scheme, name = ''] = origin.split('://');
  if (protocol !== `${scheme}:`) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

function encrypted(
  { recipient: endpoint, pushKey, pushAuth, notificationId, title, message, type, actionUrl }: Outgoing,
  vapidDetails: VapidKeys,
): { headers: object; body: Buffer } {
  if (pushKey === null || pushAuth === null)
    throw new NotSent('The user is not reached there any more', { permanent: true });
  const payload = JSON.stringify({
    id: notificationId,
    title,
    body: message.slice(0, 1_000),
    type,
    actionUrl,
  });
  const subscription = { endpoint, keys: { p256dh: pushKey, auth: pushAuth } };
  try {
    const details = generateRequestDetails(subscription, payload, { vapidDetails, TTL: keptSeconds });
    return { headers: details.headers, body: details.body };
  } catch (cause) {
    throw new NotSent('The keys of the push subscription are wrong', { permanent: true, cause });
  }
}
