import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, type Logger } from '@cdx/kit';
import { createTransport } from 'nodemailer';
import type { Settings } from '../settings.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Delivers mail in the background: nobody waits for it, and so nobody learns from the wait whether one was sent. */
export interface Mailer {
  post(mail: Mail): void;
  /** Resolves when everything posted has been delivered, or has failed and been logged. */
  close(): Promise<void>;
}

/** The mailer that the settings name: SMTP, or a folder that takes a file for each mail. */
export function makeMailer(settings: Settings, log: Logger): Mailer {
  const deliver = settings.MAIL_SMTP_URL
    ? smtp(settings.MAIL_SMTP_URL, settings.MAIL_FROM)
    : outbox(settings.MAIL_OUTBOX_DIR, settings.MAIL_FROM);
  const underway = new Set<Promise<void>>();
  return {
    post(mail) {
      const delivery: Promise<void> = deliver(mail)
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

function smtp(url: string, from: string): (mail: Mail) => Promise<void> {
  const transport = createTransport(url, { from });
  return async (mail) => {
    await transport.sendMail(mail);
  };
}

function outbox(folder: string, from: string): (mail: Mail) => Promise<void> {
  const transport = createTransport({ streamTransport: true, buffer: true }, { from });
  return async (mail) => {
    const { message } = await transport.sendMail(mail);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, `${newId()}.eml`), message as Buffer, { mode: 0o600 });
  };
}
