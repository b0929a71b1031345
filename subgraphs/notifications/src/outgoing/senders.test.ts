import { createECDH, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { makeSendMail, newId } from '@cdx/kit';
import type * as WebPush from 'web-push';
import { aMailServer, aService, type MailServer, type Service } from '../testing.ts';
import { waitAfter } from './backoff.ts';
import { emailSender } from './email.ts';
import { waitAskedFor } from './post.ts';
import { isOf, pushSender } from './push.ts';
import { NotSent, type Outgoing, type Sender } from './sender.ts';
import { smsSender } from './sms.ts';

const { generateVAPIDKeys } = createRequire(import.meta.url)('web-push') as typeof WebPush;

let service: Service;
let mailServer: MailServer;
beforeAll(async () => {
  service = await aService();
  mailServer = await aMailServer();
});
afterAll(async () => {
  await service.close();
  await mailServer.close();
});
beforeEach(() => {
  service.requests.length = 0;
  mailServer.mails.length = 0;
});

const browser = createECDH('prime256v1');
const pushKey = browser.generateKeys('base64url');

const outgoing = (parts: Partial<Outgoing>): Outgoing => ({
  ...{
    id: newId(),
    notificationId: newId(),
    channel: 'email',
    attempts: 1,
    subscriptionId: null,
    type: 'info',
  },
  ...{ title: 'Paid', message: 'The invoice is paid', actionUrl: null, pushKey: null, pushAuth: null },
  recipient: 'ann@example.com',
  ...parts,
});

async function refusalOf(send: Sender, delivery: Outgoing): Promise<NotSent> {
  const error: unknown = await send(delivery).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotSent);
  return error as NotSent;
}

describe('by e-mail', () => {
  const email = (url = mailServer.url) =>
    emailSender(
      makeSendMail({ MAIL_SMTP_URL: url, MAIL_OUTBOX_DIR: '', MAIL_FROM: 'CDX <no-reply@cdx.example>' }),
      'https://app.example',
    );

  test('a mail server gets the text with the link', async () => {
    const reference = await email()(outgoing({ actionUrl: '/invoices/7' }));
    const [mail] = mailServer.mails;
    expect(mail).toContain(`Message-ID: ${String(reference)}`);
    for (const line of ['To: ann@example.com', 'Subject: Paid', 'https://app.example/invoices/7'])
      expect(mail).toContain(line);
  });

  test('a title cannot add a header', async () => {
    await email()(outgoing({ title: 'Paid\r\nBcc: eve@example.com' }));
    expect(mailServer.mails[0]).not.toMatch(/^Bcc:/m);
  });

  test.each([
    [550, 'The mail server has refused the mail (550)', true],
    [451, 'The mail server does not take the mail at the moment (451)', false],
  ])('an answer of %i is told without the words of the server', async (code, message, isPermanent) => {
    mailServer.refused.set('bob@example.com', code);
    const refusal = await refusalOf(email(), outgoing({ recipient: 'bob@example.com' }));
    expect(refusal).toMatchObject({ message, isPermanent });
  });

  test('a server that is not there may be there another time', async () => {
    const refusal = await refusalOf(email('smtp://127.0.0.1:1'), outgoing({}));
    expect(refusal).toMatchObject({ message: 'The mail server does not answer', isPermanent: false });
  });
});

describe('the wait that a service asks for', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 01 Mar 2026 12:05:00 GMT', 300_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['9999999', 86_400_000],
    ['soon', 0],
    ['-5', 0],
    [null, 0],
  ])('by %j is %i ms', (retryAfter, expected) => {
    expect(waitAskedFor(retryAfter, now)).toBe(expected);
  });
});

describe('by web push', () => {
  const pushAuth = randomBytes(16).toString('base64url');
  const keys = { subject: 'mailto:ops@cdx.example', ...generateVAPIDKeys() };
  const to = (path = '/a', more: Partial<Outgoing> = {}) =>
    outgoing({ channel: 'push', recipient: `${service.url}${path}`, pushKey, pushAuth, ...more });
  const push = () => pushSender(keys, [service.url]);

  test('the push service gets what only the browser can read, signed with the product’s key', async () => {
    service.answers(201, { location: '/message/1' });
    expect(await push()(to())).toBe('/message/1');
    const [request] = service.requests;
    expect(request?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
    expect(request?.headers.authorization).toMatch(new RegExp(`^vapid t=.+, k=${keys.publicKey}$`));
    expect(request?.body.includes('invoice')).toBe(false);
    const { decrypt } = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as {
      decrypt: (body: Buffer, how: object) => Buffer;
    };
    const how = { version: 'aes128gcm', privateKey: browser, authSecret: pushAuth };
    expect(JSON.parse(String(decrypt(request?.body ?? Buffer.of(), how)))).toMatchObject({
      ...{ title: 'Paid', body: 'The invoice is paid', type: 'info', actionUrl: null },
    });
  });

  test('the wait that a service asks for is told', async () => {
    service.answers(429, { 'retry-after': '7200' });
    expect(await refusalOf(push(), to())).toMatchObject({ isPermanent: false, retryAfterMs: 7_200_000 });
  });

  test.each([
    [410, { isPermanent: true, isGone: true }],
    [404, { isPermanent: true, isGone: true }],
    [403, { isPermanent: true, isGone: false }],
    [302, { isPermanent: true, isGone: false }],
    [429, { isPermanent: false, isGone: false }],
    [503, { isPermanent: false, isGone: false }],
  ])('an answer of %i', async (status, expected) => {
    service.answers(status, { location: `${service.url}/elsewhere` }, 'inner words');
    const refusal = await refusalOf(push(), to());
    expect(refusal).toMatchObject({ message: `The push service has answered ${status}`, ...expected });
    expect(service.requests).toHaveLength(1);
  });

  test('no other host is posted to, and nothing without right keys', async () => {
    const elsewhere = pushSender(keys, ['https://fcm.googleapis.com']);
    expect(await refusalOf(elsewhere, to())).toMatchObject({ isPermanent: true });
    expect(await refusalOf(push(), to('/a', { pushKey: null, pushAuth: null }))).toMatchObject({
      isPermanent: true,
    });
    expect(await refusalOf(push(), to('/a', { pushKey: 'abc' }))).toMatchObject({ isPermanent: true });
    expect(service.requests).toEqual([]);
  });

  test.each([
    ['https://*.push.apple.com', 'https://web.push.apple.com/x', true],
    ['https://*.push.apple.com', 'https://evilpush.apple.com/x', false],
    ['https://*.push.apple.com', 'https://web.push.apple.com.evil.example/x', false],
    ['https://fcm.googleapis.com', 'https://fcm.googleapis.com/fcm/send/x', true],
    ['https://fcm.googleapis.com', 'http://fcm.googleapis.com/x', false],
    ['https://fcm.googleapis.com', 'https://fcm.googleapis.com@evil.example/x', false],
    ['https://fcm.googleapis.com', 'https://fcm.googleapis.com:8443/x', false],
  ])('%s has %s: %s', (origin, url, expected) => {
    expect(isOf(origin, new URL(url))).toBe(expected);
  });
});

describe('by SMS', () => {
  test('the service gets the text with its token, and names the message', async () => {
    service.answers(200, {}, '{ "id": 17 }');
    const delivery = outgoing({ channel: 'sms', recipient: '+41791234567' });
    expect(await smsSender(service.url, 'secret')(delivery)).toBe('17');
    const [request] = service.requests;
    expect(request?.headers.authorization).toBe('Bearer secret');
    expect(JSON.parse(String(request?.body))).toEqual({
      ...{ to: '+41791234567', text: 'Paid: The invoice is paid', reference: delivery.id },
    });
  });

  test('a service that names nothing has taken it too', async () => {
    service.answers(202, {}, 'ok');
    expect(await smsSender(service.url, undefined)(outgoing({ channel: 'sms' }))).toBeNull();
    expect(service.requests[0]?.headers.authorization).toBeUndefined();
  });

  test.each([
    [400, true],
    [404, true],
    [500, false],
  ])('an answer of %i does not end the user’s number', async (status, isPermanent) => {
    service.answers(status);
    const refusal = await refusalOf(smsSender(service.url, 'secret'), outgoing({ channel: 'sms' }));
    expect(refusal).toMatchObject({ isPermanent, isGone: false });
  });

  test('a service that is not there may be there another time', async () => {
    const refusal = await refusalOf(smsSender('http://127.0.0.1:1', 'x'), outgoing({ channel: 'sms' }));
    expect(refusal).toMatchObject({ message: 'The SMS service does not answer', isPermanent: false });
  });
});

test.each([
  [1, 15_000, 30_000],
  [2, 30_000, 60_000],
  [4, 120_000, 240_000],
  [20, 1_800_000, 3_600_000],
])('after %i attempts the wait is between %i and %i ms', (attempts, least, most) => {
  expect([waitAfter(attempts, 0), waitAfter(attempts, 1)]).toEqual([least, most]);
});
