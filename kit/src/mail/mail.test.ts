import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeSendMail } from './mail.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-mail-'));
});
afterAll(() => rm(folder, { recursive: true }));

const from = 'CDX <no-reply@cdx.example>';

test('without a server a mail is a file in the outbox', async () => {
  const send = makeSendMail({ MAIL_SMTP_URL: undefined, MAIL_OUTBOX_DIR: folder, MAIL_FROM: from });
  const id = await send({ to: 'ann@example.com', subject: 'Hello', text: 'Line' });
  const [name = ''] = await readdir(folder);
  const mail = await readFile(join(folder, name), 'utf8');
  for (const line of [`From: ${from}`, 'To: ann@example.com', 'Subject: Hello', `Message-ID: ${id}`, 'Line'])
    expect(mail).toContain(line);
});

test('a server that is not there is an error', async () => {
  const settings = { MAIL_OUTBOX_DIR: folder, MAIL_FROM: from, MAIL_SMTP_URL: 'smtp://127.0.0.1:1' };
  const sent = makeSendMail(settings)({ to: 'ann@example.com', subject: 'Hello', text: 'Line' });
  await expect(sent).rejects.toThrow('ECONNREFUSED');
});
