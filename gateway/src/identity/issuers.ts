import { roles, type Identity } from '@cdx/kit';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { discoveredKeys, keysOf, type KeySource } from './keys.ts';
import { readOutsideClaims } from './outside-claims.ts';
import type { OidcIssuer } from './oidc-settings.ts';

/** Who makes access tokens, and what a token of theirs says. */
export interface Issuer {
  /** The tokens' `iss`. */
  readonly name: string;
  /** Rejects a token that is forged, expired, for somebody else, or that says what its issuer may not say. */
  identify(token: string): Promise<Identity>;
}

const own = 'cdx';

const ownClaims = z.object({
  sub: z.uuid(),
  tid: z.string().nullable(),
  oid: z.uuid().nullable(),
  role: z.enum(roles).exclude(['anonymous', 'system']),
  scope: z.string(),
  sid: z.uuid(),
});

/** The auth subgraph. */
export function ownIssuer(source: KeySource): Issuer {
  const keys = keysOf(source);
  const expected = { issuer: own, audience: own, algorithms: ['EdDSA'], requiredClaims: ['exp'] };
  return {
    name: own,
    async identify(token) {
      const { payload } = await jwtVerify(token, keys, expected);
      const { sub, tid, oid, role, scope, sid } = ownClaims.parse(payload);
      const scopes = scope === '' ? [] : scope.split(' ');
      return { userId: sub, tenantId: tid, organizationId: oid, role, scopes, sessionId: sid };
    },
  };
}

/** An issuer of the settings. Its keys verify its tokens and no other's. */
export function outsideIssuer(settings: OidcIssuer): Issuer {
  const { issuer, audience, algorithms, jwksUrl } = settings;
  const keys = jwksUrl === undefined ? discoveredKeys(issuer) : keysOf({ url: jwksUrl });
  const expected = { issuer, audience, algorithms, requiredClaims: ['exp', 'sub'] };
  return {
    name: issuer,
    async identify(token) {
      const { payload } = await jwtVerify(token, keys, expected);
      return readOutsideClaims(settings, payload);
    },
  };
}
