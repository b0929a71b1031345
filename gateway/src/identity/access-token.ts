import { anonymous, roles, type Identity } from '@cdx/kit';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';

const issuer = 'cdx';
const audience = 'cdx';

const claimsForm = z.object({
  sub: z.uuid(),
  tid: z.string().nullable(),
  oid: z.uuid().nullable(),
  role: z.enum(roles).exclude(['anonymous', 'system']),
  scope: z.string(),
  sid: z.uuid(),
});

/** Where the keys of access tokens come from: inside this process, or a URL whose keys are kept and fetched again. */
export type KeySource = { readonly local: () => JSONWebKeySet } | { readonly url: string };

/** The identity that a request's `Authorization` header stands for; anonymous without one. */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

/** A token that is not to be trusted: forged, expired, of another issuer, or no token at all. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** Makes the function that reads access tokens. It throws InvalidToken, and never takes a bad token for none. */
export function makeIdentify(source: KeySource | undefined): Identify {
  const keys = source && keysOf(source);
  return async (authorization) => {
    if (authorization === undefined) return anonymous;
    const [, token] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    if (token === undefined)
      throw new InvalidToken('The Authorization header must be: Bearer <access token>');
    if (!keys) throw new InvalidToken('This gateway knows no keys to verify access tokens with');
    return verify(token, keys);
  };
}

function keysOf(source: KeySource): JWTVerifyGetKey {
  if ('url' in source) return createRemoteJWKSet(new URL(source.url), { cooldownDuration: 5_000 });
  let published: JSONWebKeySet | undefined;
  let keys: JWTVerifyGetKey | undefined;
  return (header, token) => {
    const latest = source.local();
    if (!keys || latest !== published) {
      published = latest;
      keys = createLocalJWKSet(latest);
    }
    return keys(header, token);
  };
}

async function verify(token: string, keys: JWTVerifyGetKey): Promise<Identity> {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['EdDSA'] });
    const { sub, tid, oid, role, scope, sid } = claimsForm.parse(payload);
    const scopes = scope === '' ? [] : scope.split(' ');
    return { userId: sub, tenantId: tid, organizationId: oid, role, scopes, sessionId: sid };
  } catch (error) {
    throw new InvalidToken('The access token is invalid or has expired; log in again', { cause: error });
  }
}
