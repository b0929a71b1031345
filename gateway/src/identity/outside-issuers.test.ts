import { scopesOfRole } from '@cdx/access';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { InvalidToken, KeysUnavailable, makeIdentify } from './access-token.ts';
import { oidcIssuers } from './oidc-settings.ts';
import { anIssuer, type TestIssuer, type TokenParts } from './testing.ts';

let issuer: TestIssuer;
let stranger: TestIssuer;
beforeEach(async () => {
  [issuer, stranger] = await Promise.all([anIssuer(), anIssuer()]);
});
afterEach(() => {
  issuer.close();
  stranger.close();
});

/** What identifies, with the issuer configured for the tenant acme, but for what a test changes. */
function identifyWith(settings: object = {}): (token: string) => ReturnType<ReturnType<typeof makeIdentify>> {
  const list = [{ issuer: issuer.url, audience: 'cdx', tenants: ['acme'], ...settings }];
  const identify = makeIdentify(undefined, oidcIssuers.parse(JSON.stringify(list)));
  return (token) => identify(`Bearer ${token}`);
}

const uuid = '0190a1b2-0000-7000-8000-000000000001';

describe('a token of an outside issuer', () => {
  test('stands for a user of the issuer’s own, in the tenant that the issuer serves', async () => {
    const identity = await identifyWith()(await issuer.token());
    expect(identity).toMatchObject({ tenantId: 'acme', organizationId: null, role: 'user' });
    expect(identity.scopes).toEqual(scopesOfRole('user'));
    expect(identity.userId).toMatch(/^[0-9a-f-]{36}$/);
    expect(identity.sessionId).toBeNull();
  });

  test('stands for the same user each time, and for another one than the same subject elsewhere', async () => {
    const identify = identifyWith();
    const { userId } = await identify(await issuer.token());
    expect((await identify(await issuer.token())).userId).toBe(userId);
    expect((await identify(await issuer.token({ claims: { sub: 'bob' } }))).userId).not.toBe(userId);
    const list = [{ issuer: stranger.url, audience: 'cdx', tenants: ['acme'] }];
    const elsewhere = makeIdentify(undefined, oidcIssuers.parse(JSON.stringify(list)));
    expect((await elsewhere(`Bearer ${await stranger.token()}`)).userId).not.toBe(userId);
  });

  test('cannot stand for one of our users by naming the id, unless its issuer may', async () => {
    const token = await issuer.token({ claims: { sub: uuid } });
    expect((await identifyWith()(token)).userId).not.toBe(uuid);
    expect((await identifyWith({ subjectsAreOurs: true })(token)).userId).toBe(uuid);
    await expect(identifyWith({ subjectsAreOurs: true })(await issuer.token())).rejects.toThrow(InvalidToken);
  });

  test('is read by the names of claims that the settings give, also inside others', async () => {
    const claims = {
      'https://login.example/tenant': 'globex',
      realm: { roles: ['offline', 'cdx-admins', 'cdx-users'], organization: uuid },
      scp: ['clients:drop', 'everything:write'],
      login: 'first',
    };
    const identify = identifyWith({
      tenants: ['acme', 'globex'],
      roles: { 'cdx-admins': 'admin', 'cdx-users': 'user' },
      scopes: ['clients:drop'],
      claims: {
        tenant: 'https://login.example/tenant',
        role: 'realm.roles',
        organization: 'realm.organization',
        scopes: 'scp',
        session: 'login',
      },
    });
    expect(await identify(await issuer.token({ claims }))).toEqual({
      userId: expect.any(String),
      tenantId: 'globex',
      organizationId: uuid,
      role: 'admin',
      scopes: [...scopesOfRole('admin'), 'clients:drop'],
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('makes nobody superadmin, unless its issuer may', async () => {
    const token = await issuer.token({ claims: { role: 'superadmin' } });
    await expect(identifyWith()(token)).rejects.toThrow(InvalidToken);
    expect((await identifyWith({ roles: { superadmin: 'superadmin' } })(token)).role).toBe('superadmin');
  });

  test('never speaks for the product itself', async () => {
    const token = await issuer.token({ claims: { role: 'system' } });
    await expect(identifyWith()(token)).rejects.toThrow(InvalidToken);
    expect(() => identifyWith({ roles: { system: 'system' } })).toThrow('roles');
  });

  test.each<[string, object, TokenParts]>([
    ['of a tenant that the issuer does not serve', {}, { claims: { tid: 'globex' } }],
    ['of no tenant, where the issuer serves several', { tenants: ['acme', 'globex'] }, {}],
    ['of a tenant that is no text', {}, { claims: { tid: 7 } }],
    ['of a role that is not known', {}, { claims: { role: 'toString' } }],
    ['of an organization that is no UUID', {}, { claims: { oid: 'acme' } }],
    ['of nobody', {}, { claims: { sub: '' } }],
    ['for another audience', {}, { audience: 'somebody-else' }],
    ['that has expired', {}, { expires: '-1 minute' }],
    ['in the name of our own issuer', {}, { issuer: 'cdx' }],
  ])('is refused: one %s', async (_, settings, parts) => {
    await expect(identifyWith(settings)(await issuer.token(parts))).rejects.toThrow(InvalidToken);
  });
});

describe('a forged token is refused', () => {
  test('of an issuer that is not configured', async () => {
    await expect(identifyWith()(await stranger.token())).rejects.toThrow(InvalidToken);
  });

  test('signed with the key of another issuer, under that key’s id or the right one’s', async () => {
    const key = stranger.key();
    const forged = [key, { ...key, kid: issuer.key().kid }];
    for (const one of forged)
      await expect(identifyWith()(await issuer.token({ key: one }))).rejects.toThrow(InvalidToken);
  });

  test('signed with the public key as if it were a secret', async () => {
    const { jwk, kid } = issuer.key();
    const publicKey = await importJWK(jwk, 'ES256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error('not a public key');
    const confused = new SignJWT({ sub: 'ann' })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuer(issuer.url)
      .setAudience('cdx')
      .setExpirationTime('1 hour');
    const token = await confused.sign(new TextEncoder().encode(await exportSPKI(publicKey)));
    await expect(identifyWith()(token)).rejects.toThrow(InvalidToken);
  });

  test('signed with nothing, or for ever', async () => {
    const unsigned = new UnsecuredJWT({ sub: 'ann' }).setIssuer(issuer.url).setAudience('cdx');
    await expect(identifyWith()(unsigned.setExpirationTime('1 hour').encode())).rejects.toThrow(InvalidToken);
    const { privateKey, kid } = issuer.key();
    const forEver = new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256', kid });
    const token = await forEver.setIssuer(issuer.url).setAudience('cdx').sign(privateKey);
    await expect(identifyWith()(token)).rejects.toThrow(InvalidToken);
  });

  test('in a way that is not allowed for its issuer', async () => {
    await expect(identifyWith({ algorithms: ['RS256'] })(await issuer.token())).rejects.toThrow(InvalidToken);
  });
});

describe('the keys of an outside issuer', () => {
  test('may be at a URL of their own', async () => {
    const identify = identifyWith({ jwksUrl: `${issuer.url}/keys` });
    await expect(identify(await issuer.token())).resolves.toMatchObject({ role: 'user' });
  });

  test('may change while the gateway runs', async () => {
    const identify = identifyWith();
    await identify(await issuer.token());
    await issuer.rotate('EdDSA');
    const token = await issuer.token();
    // A key that is not known is asked for at most once in five seconds.
    await sleep(5_100);
    await expect(identify(token)).resolves.toMatchObject({ role: 'user' });
  });

  test('that cannot be had are no fault of the token, and are asked for again', async () => {
    const identify = identifyWith();
    issuer.break(true);
    await expect(identify(await issuer.token())).rejects.toThrow(KeysUnavailable);
    issuer.break(false);
    await expect(identify(await issuer.token())).resolves.toMatchObject({ role: 'user' });
  });
});

describe('the setting OIDC_ISSUERS', () => {
  const good = { issuer: 'https://login.example', audience: 'cdx' };
  test.each([
    ['no JSON', 'https://login.example'],
    ['a name that is unknown', JSON.stringify([{ ...good, tenant: 'acme' }])],
    ['a way of signing that proves nothing', JSON.stringify([{ ...good, algorithms: ['HS256'] }])],
    ['a role that nobody can be', JSON.stringify([{ ...good, roles: { all: 'anonymous' } }])],
    ['an issuer twice', JSON.stringify([good, good])],
  ])('with %s is refused', (_, text) => {
    expect(oidcIssuers.safeParse(text).success).toBe(false);
  });
});
