import { describe, expect, test } from '@jest/globals';
import { isSigned, secretForm, signatureOf } from './signature.ts';

// The example of the specification: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const [id, timestamp, body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}'];
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const now = Number(timestamp) * 1_000;
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };

test('a signature is that of Standard Webhooks', () => {
  expect(secret).toMatch(secretForm);
  expect(signatureOf(secret, id, timestamp, body)).toBe(signature);
});

describe('a message is signed', () => {
  test('by who has the secret, up to five minutes before and after', () => {
    for (const at of [now, now + 299_000, now - 299_000])
      expect(isSigned(secret, headers, body, at)).toBe(true);
  });

  test('by one of several signatures', () => {
    const several = { ...headers, 'webhook-signature': `v1,AAAA v1a,${'A'.repeat(86)} ${signature}` };
    expect(isSigned(secret, several, body, now)).toBe(true);
  });

  test.each([
    ['another body', headers, `${body} `, now],
    ['another id', { ...headers, 'webhook-id': 'msg_other' }, body, now],
    ['another time', { ...headers, 'webhook-timestamp': '1614265331' }, body, now],
    ['a time that is over', headers, body, now + 301_000],
    ['a time that is to come', headers, body, now - 301_000],
    ['no time', { ...headers, 'webhook-timestamp': 'NaN' }, body, now],
    ['no id', { ...headers, 'webhook-id': '' }, body, now],
    ['no signature', { 'webhook-id': id, 'webhook-timestamp': timestamp }, body, now],
    ['a part of the signature', { ...headers, 'webhook-signature': signature.slice(0, -1) }, body, now],
  ])('but not with %s', (_, given, text, at) => {
    expect(isSigned(secret, given, text, at)).toBe(false);
  });

  test('but not by another secret', () => {
    expect(isSigned(`whsec_${Buffer.alloc(24, 7).toString('base64')}`, headers, body, now)).toBe(false);
  });
});
