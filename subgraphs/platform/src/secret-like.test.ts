import { describe, expect, test } from '@jest/globals';
import { findSecret } from './secret-like.ts';

/** Put together here, so that no scanner of repositories takes the file for a leak. */
const joined = (...parts: readonly string[]): string => parts.join('');

describe('a secret', () => {
  test.each([
    ['smtp.password', 'hunter2', 'smtp.password'],
    ['openai_api_key', 'x', 'openai_api_key'],
    ['webhooks.secret', 'x', 'webhooks.secret'],
    ['smtp', { host: 'a', password: 'x' }, 'smtp.password'],
    ['issuers', [{ clientSecret: 'x' }], 'issuers.clientSecret'],
    ['issuers', { a: { accessToken: 'x' } }, 'issuers.a.accessToken'],
    ['note', joined('-----BEGIN RSA ', 'PRIVATE KEY-----\nMII'), 'note'],
    ['note', joined('Bearer eyJhbGciOiJFZERTQSJ9', '.eyJzdWIiOiIxIn0', '.c2ln'), 'note'],
    ['database.url', 'postgres://cdx:hunter2@db:5432/cdx', 'database.url'],
    ['cache.url', 'redis://:hunter2@cache:6379', 'cache.url'],
    ['note', joined('$argon2id', '$v=19$m=19456'), 'note'],
    ['note', joined('AKIA', 'IOSFODNN7EXAMPLE'), 'note'],
    ['note', joined('ghp_', 'a'.repeat(36)), 'note'],
    ['note', joined('sk_live_', 'a'.repeat(24)), 'note'],
    ['notes', ['a', { b: joined('xoxb-', '1234567890') }], 'notes.b'],
  ])('is found in %s = %j', (name, value, path) => {
    expect(findSecret(name, value)).toBe(path);
  });

  test.each([
    ['auth.access_token_seconds', 900],
    ['limits.token', 4000],
    ['features.token_counter', 'on'],
    ['smtp.password', ''],
    ['smtp.password_vault_id', 'a1'],
    ['links.help', 'https://help.cdx.example/a?b=c@d'],
    ['mail.from', 'CDX <no-reply@cdx.example>'],
    ['keyboard', 'monkey'],
    ['flags', { secretSanta: true, list: [1, null] }],
  ])('is not seen in %s = %j', (name, value) => {
    expect(findSecret(name, value)).toBeUndefined();
  });
});
