import { anonymous, type Identity } from '@cdx/kit';
import { decodeJwt, errors } from 'jose';
import { LRUCache } from 'lru-cache';
import { ZodError } from 'zod';
import { ownIssuer, outsideIssuer, type Issuer } from './issuers.ts';
import type { KeySource } from './keys.ts';
import type { OidcIssuer } from './oidc-settings.ts';
import { RefusedClaim } from './outside-claims.ts';

/** A token that has been verified is not verified again for so long: a signature costs more than a point query's rest. */
const trustedMs = 10_000;
const tokensKept = 10_000;
/** How exactly that time is kept: one that is exact to the millisecond costs a timer each. */
const exactnessMs = 100;

const bearerForm = /^Bearer (\S+)$/i;

/** The identity that a request's `Authorization` header stands for; anonymous without one. */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

/** A token that is not to be trusted: forged, expired, of an issuer that is not known, or no token at all. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** The keys that would verify a token cannot be had now; the token may be good. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/**
 * Makes the function that reads access tokens. It throws InvalidToken, and never takes a bad token for none.
 * @param source the keys of our own tokens
 * @param outside other issuers; a token's `iss` says which of them is meant
 */
export function makeIdentify(source: KeySource | undefined, outside: readonly OidcIssuer[] = []): Identify {
  const issuers = new Map<unknown, Issuer>(
    [...(source ? [ownIssuer(source)] : []), ...outside.map(outsideIssuer)].map((issuer) => [
      issuer.name,
      issuer,
    ]),
  );
  const verified = new LRUCache<string, Identity>({ max: tokensKept, ttlResolution: exactnessMs });
  return async (authorization) => {
    if (authorization === undefined) return anonymous;
    const [, token] = bearerForm.exec(authorization) ?? [];
    if (token === undefined)
      throw new InvalidToken('The Authorization header must be: Bearer <access token>');
    if (issuers.size === 0) throw new InvalidToken('This gateway knows no keys to verify access tokens with');
    const known = verified.get(token);
    if (known) return known;
    try {
      const { iss, exp = 0 } = decodeJwt(token);
      const issuer = issuers.get(iss);
      if (!issuer) throw new RefusedClaim('the issuer is not known');
      const identity = await issuer.identify(token);
      const ttl = Math.min(exp * 1_000 - Date.now(), trustedMs);
      if (ttl >= 1) verified.set(token, identity, { ttl });
      return identity;
    } catch (error) {
      if (isTokensFault(error))
        throw new InvalidToken('The access token is invalid or has expired; log in again', { cause: error });
      throw new KeysUnavailable('The access token cannot be verified now; try again', { cause: error });
    }
  };
}

/** When a verified token ends, in milliseconds since the epoch; undefined without a token, and for one without an end. */
export function endOfToken(authorization: string | undefined): number | undefined {
  const [, token] = bearerForm.exec(authorization ?? '') ?? [];
  const exp = token === undefined ? undefined : decodeJwt(token).exp;
  return exp === undefined ? undefined : exp * 1_000;
}

/** What the library says when the issuer, and not the token, is at fault. */
const issuersFaults = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);

function isTokensFault(error: unknown): boolean {
  if (error instanceof errors.JOSEError) return !issuersFaults.has(error.code);
  return error instanceof RefusedClaim || error instanceof ZodError;
}
