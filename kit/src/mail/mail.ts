import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { newId } from '../ids/uuid.ts';

/** The settings of whoever sends mail. */
export const mailSettings = {
  MAIL_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be a URL: smtp://user:password@host:port')
    .optional()
    .describe('Where mail is handed in; without it mail is written to MAIL_OUTBOX_DIR.'),
  MAIL_OUTBOX_DIR: z
    .string()
    .default('.data/outbox')
    .describe('The folder that mail is written to, a file each.'),
  MAIL_FROM: z.string().default('CDX <no-reply@cdx.example>').describe('The sender of mail.'),
};

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Hands in one mail.
 * @returns the mail's `Message-ID`
 * @throws Error, with `responseCode` where a server has answered (RFC 5321)
 */
export type SendMail = (mail: Mail) => Promise<string>;

/** How long a mail server may take for each of its answers, in milliseconds. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** The way of mail that the settings name: SMTP, or a folder that takes a file for each mail. */
export function makeSendMail(settings: z.output<z.ZodObject<typeof mailSettings>>): SendMail {
  return settings.MAIL_SMTP_URL
    ? smtp(settings.MAIL_SMTP_URL, settings.MAIL_FROM)
    : outbox(settings.MAIL_OUTBOX_DIR, settings.MAIL_FROM);
}

function smtp(url: string, from: string): SendMail {
  const transport = createTransport({ url, ...patience }, { from });
  return async (mail) => (await transport.sendMail(mail)).messageId;
}

function outbox(folder: string, from: string): SendMail {
  const transport = createTransport({ streamTransport: true, buffer: true }, { from });
  return async (mail) => {
    const { message, messageId } = await transport.sendMail(mail);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, `${newId()}.eml`), message as Buffer, { mode: 0o600 });
    return messageId;
  };
}
