import type { SendMail } from '@cdx/kit';
import { NotSent, type Outgoing, type Sender } from './sender.ts';

/** Sends by e-mail. */
export function emailSender(send: SendMail, linkBaseUrl: string): Sender {
  return async (delivery) => {
    const { recipient: to, title: subject } = delivery;
    try {
      return await send({ to, subject, text: textOf(delivery, linkBaseUrl) });
    } catch (error) {
      throw refusal(error);
    }
  };
}

function textOf({ message, actionUrl }: Outgoing, linkBaseUrl: string): string {
  return actionUrl === null ? message : `${message}\n\n${new URL(actionUrl, linkBaseUrl).href}`;
}

/** What a server refuses for good it answers with 5yz (RFC 5321, 4.2.1); but for the login, which is the operator's matter. */
function refusal(cause: unknown): NotSent {
  const { responseCode, code } = cause as { readonly responseCode?: number; readonly code?: string };
  if (responseCode === undefined) return new NotSent('The mail server does not answer', { cause });
  const permanent = responseCode >= 500 && code !== 'EAUTH';
  const words = permanent ? 'has refused the mail' : 'does not take the mail at the moment';
  return new NotSent(`The mail server ${words} (${responseCode})`, { permanent, cause });
}
