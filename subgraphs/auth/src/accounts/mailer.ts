import { makeSendMail, type Logger, type Mail } from '@cdx/kit';
import type { Settings } from '../settings.ts';

/** Delivers mail in the background: nobody waits for it, and so nobody learns from the wait whether one was sent. */
export interface Mailer {
  post(mail: Mail): void;
  /** Resolves when everything posted has been delivered, or has failed and been logged. */
  close(): Promise<void>;
}

/** The mailer that the settings name: SMTP, or a folder that takes a file for each mail. */
export function makeMailer(settings: Settings, log: Logger): Mailer {
  const send = makeSendMail(settings);
  const underway = new Set<Promise<unknown>>();
  return {
    post(mail) {
      const delivery: Promise<unknown> = send(mail)
        .catch((error: unknown) =>
          log.error({ error, subject: mail.subject }, 'a mail could not be delivered'),
        )
        .finally(() => underway.delete(delivery));
      underway.add(delivery);
    },
    async close() {
      await Promise.all(underway);
    },
  };
}
