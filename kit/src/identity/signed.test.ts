import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { anIdentity } from '../testing/index.ts';
import { signIdentity, verifyIdentity, type SignedRequest } from './signed.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const secret = bytes('a secret of the tests with 32 characters or more');
const newer = bytes('a newer secret of the tests, also long enough');

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
  test('says to its subgraph what was signed', async () => {
    const request = aRequest();
    expect(
      await verifyIdentity([secret], 'clients', await signIdentity([secret], 'clients', request)),
    ).toEqual(request);
  });

  test('may be of nobody, from nowhere', async () => {
    const request = aRequest({ identity: anIdentity(), ipAddress: null, userAgent: null });
    expect(
      await verifyIdentity([secret], 'clients', await signIdentity([secret], 'clients', request)),
    ).toEqual(request);
  });

  test('holds for a minute', async () => {
    const token = await signIdentity([secret], 'clients', aRequest());
    const now = Date.now();
    jest.useFakeTimers({ now: now + 58_000 });
    await expect(verifyIdentity([secret], 'clients', token)).resolves.toMatchObject({ requestId: 'request' });
    jest.setSystemTime(now + 61_000);
    await expect(verifyIdentity([secret], 'clients', token)).rejects.toThrow('"exp" claim');
  });

  test('is read while secrets rotate, whichever of them signed', async () => {
    const [before, after] = [[secret, newer] as const, [newer, secret] as const];
    for (const signers of [[secret], before, after] as const) {
      const token = await signIdentity(signers, 'clients', aRequest());
      await expect(verifyIdentity(before, 'clients', token)).resolves.toMatchObject({ requestId: 'request' });
      await expect(verifyIdentity(after, 'clients', token)).resolves.toMatchObject({ requestId: 'request' });
    }
    const token = await signIdentity(after, 'clients', aRequest());
    await expect(verifyIdentity([newer], 'clients', token)).resolves.toMatchObject({ requestId: 'request' });
    await expect(verifyIdentity([secret], 'clients', token)).rejects.toThrow('signature verification failed');
  });

  test('is read from the claims that the tests below change', async () => {
    const request = await verifyIdentity([secret], 'clients', await aToken({}));
    expect(request.identity).toEqual(anIdentity({ userId: 'user', role: 'user' }));
  });
});

describe('an identity is refused', () => {
  test('by another subgraph', async () => {
    const token = await signIdentity([secret], 'clients', aRequest());
    await expect(verifyIdentity([secret], 'auth', token)).rejects.toThrow('"aud" claim');
  });

  test('when it was signed with another secret', async () => {
    const token = await signIdentity(
      [bytes('another secret, of 32 characters or more')],
      'clients',
      aRequest(),
    );
    await expect(verifyIdentity([secret], 'clients', token)).rejects.toThrow('signature verification failed');
  });

  test('when its claims were changed after it was signed', async () => {
    const [header, , signature] = (await aToken({})).split('.');
    const better = Buffer.from(JSON.stringify({ ...claims, role: 'superadmin' })).toString('base64url');
    const token = [header, better, signature].join('.');
    await expect(verifyIdentity([secret], 'clients', token)).rejects.toThrow('signature verification failed');
  });

  test('when it is not signed at all', async () => {
    const unsigned = new UnsecuredJWT(claims).setIssuer('cdx-gateway').setAudience('clients');
    await expect(verifyIdentity([secret], 'clients', unsigned.encode())).rejects.toThrow();
  });

  test.each([
    ['was signed in another way', { algorithm: 'HS512' }, '"alg"'],
    ['was not issued by the gateway', { issuer: 'somebody' }, '"iss" claim'],
    ['has a role that is none', { claims: { ...claims, role: 'emperor' } }, 'role'],
    ['says not whose it is', { claims: { ...claims, sub: undefined } }, 'sub'],
    ['says not in which request', { claims: { ...claims, rid: undefined } }, 'rid'],
  ])('when it %s', async (_, parts, message) => {
    await expect(verifyIdentity([secret], 'clients', await aToken(parts))).rejects.toThrow(message);
  });

  test.each(['', 'nonsense', 'a.b.c'])('when it is %j', async (token) => {
    await expect(verifyIdentity([secret], 'clients', token)).rejects.toThrow();
  });
});
