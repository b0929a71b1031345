import { createSecretKey, type KeyObject } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { anIdentity } from '../testing/index.ts';
import { signIdentity, verifyIdentity, type SignedRequest } from './signed.ts';

const keyOf = (text: string): KeyObject => createSecretKey(text, 'utf8');
const secret = keyOf('a secret of the tests with 32 characters or more');
const newer = keyOf('a newer secret of the tests, also long enough');

/** A request of a user with everything, but for what a test changes. */
function aRequest(parts: Partial<SignedRequest> = {}): SignedRequest {
  const identity = anIdentity({
    userId: 'user',
    tenantId: 'tenant',
    organizationId: 'organization',
    role: 'admin',
    scopes: ['clients:read', 'clients:write'],
    sessionId: 'session',
  });
  return { identity, requestId: 'request', ipAddress: '::1', userAgent: 'a browser', ...parts };
}

const claims = {
  ...{ sub: 'user', tid: null, oid: null, role: 'user', scope: '', sid: null, rid: 'request' },
  ...{ ip: null, ua: null },
};

/** A token as the gateway would make it, but for what a test changes. */
function aToken(parts: {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly issuer?: string;
  readonly algorithm?: string;
}): Promise<string> {
  return new SignJWT(parts.claims ?? claims)
    .setProtectedHeader({ alg: parts.algorithm ?? 'HS256' })
    .setIssuer(parts.issuer ?? 'cdx-gateway')
    .setAudience('clients')
    .setExpirationTime('60 seconds')
    .sign(secret);
}

afterEach(() => {
  jest.useRealTimers();
});

describe('a signed identity', () => {
  test('says to its subgraph what was signed', () => {
    const request = aRequest();
    expect(verifyIdentity([secret], 'clients', signIdentity([secret], 'clients', request))).toEqual(request);
  });

  test('may be of nobody, from nowhere', () => {
    const request = aRequest({ identity: anIdentity(), ipAddress: null, userAgent: null });
    expect(verifyIdentity([secret], 'clients', signIdentity([secret], 'clients', request))).toEqual(request);
  });

  test('holds for a minute', () => {
    const token = signIdentity([secret], 'clients', aRequest());
    const now = Date.now();
    jest.useFakeTimers({ now: now + 58_000 });
    expect(verifyIdentity([secret], 'clients', token)).toMatchObject({ requestId: 'request' });
    jest.setSystemTime(now + 61_000);
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow('jwt expired');
  });

  test('is read while secrets rotate, whichever of them signed', () => {
    const [before, after] = [[secret, newer] as const, [newer, secret] as const];
    for (const signers of [[secret], before, after] as const) {
      const token = signIdentity(signers, 'clients', aRequest());
      expect(verifyIdentity(before, 'clients', token)).toMatchObject({ requestId: 'request' });
      expect(verifyIdentity(after, 'clients', token)).toMatchObject({ requestId: 'request' });
    }
    const token = signIdentity(after, 'clients', aRequest());
    expect(verifyIdentity([newer], 'clients', token)).toMatchObject({ requestId: 'request' });
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow('invalid signature');
  });

  test('is read from the claims that the tests below change', async () => {
    const request = verifyIdentity([secret], 'clients', await aToken({}));
    expect(request.identity).toEqual(anIdentity({ userId: 'user', role: 'user' }));
  });
});

describe('an identity is refused', () => {
  test('by another subgraph', () => {
    const token = signIdentity([secret], 'clients', aRequest());
    expect(() => verifyIdentity([secret], 'auth', token)).toThrow('jwt audience invalid');
  });

  test('when it was signed with another secret', () => {
    const token = signIdentity([keyOf('another secret, of 32 characters or more')], 'clients', aRequest());
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow('invalid signature');
  });

  test('when its claims were changed after it was signed', async () => {
    const [header, , signature] = (await aToken({})).split('.');
    const better = Buffer.from(JSON.stringify({ ...claims, role: 'superadmin' })).toString('base64url');
    const token = [header, better, signature].join('.');
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow('invalid signature');
  });

  test('when it is not signed at all', () => {
    const unsigned = new UnsecuredJWT(claims).setIssuer('cdx-gateway').setAudience('clients');
    expect(() => verifyIdentity([secret], 'clients', unsigned.encode())).toThrow();
  });

  test.each([
    ['was signed in another way', { algorithm: 'HS512' }, 'invalid algorithm'],
    ['was not issued by the gateway', { issuer: 'somebody' }, 'jwt issuer invalid'],
    ['has a role that is none', { claims: { ...claims, role: 'emperor' } }, 'role'],
    ['says not whose it is', { claims: { ...claims, sub: undefined } }, 'sub'],
    ['says not in which request', { claims: { ...claims, rid: undefined } }, 'rid'],
  ])('when it %s', async (_, parts, message) => {
    const token = await aToken(parts);
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow(message);
  });

  test.each(['', 'nonsense', 'a.b.c'])('when it is %j', (token) => {
    expect(() => verifyIdentity([secret], 'clients', token)).toThrow();
  });
});
