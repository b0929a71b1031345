import { z } from 'zod';
import { post } from './post.ts';
import { NotSent, type Sender } from './sender.ts';

/** What a service of short messages answers: the id that it has given the message. */
const answer = z.object({ id: z.union([z.string(), z.number()]).transform(String) });

/**
 * Sends short messages by a service with an HTTP API: `POST { to, text, reference }`, where the reference is the
 * delivery's id, by which the service may know a message that it has already had.
 * @param token the bearer token, if the service wants one
 */
export function smsSender(url: string, token: string | undefined): Sender {
  return async ({ id: reference, recipient: to, title, message }) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ to, text: `${title}: ${message}`.slice(0, 640), reference });
    const response = await post('SMS service', { url, headers, body }).catch((error: unknown) => {
      // It is the operator's URL, which is gone or wrong for everybody: the user's number is not to blame.
      throw error instanceof NotSent && error.isGone
        ? new NotSent(error.message, { permanent: true, cause: error })
        : error;
    });
    const parsed = answer.safeParse(await response.json().catch(() => null));
    return parsed.success ? parsed.data.id.slice(0, 255) : null;
  };
}
