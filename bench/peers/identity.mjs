/**
 * Who asks, for every peer alike: an access token of the product is verified once and remembered, and an identity for a
 * subgraph is signed once in half a minute. That is the least a peer can do, so it is measured at its cheapest.
 */
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose';

const keys = createRemoteJWKSet(new URL(process.env.JWKS_URL));
const secret = new TextEncoder().encode(process.env.CDX_INTERNAL_SECRET);
const known = new Map();
const signed = new Map();

/** Identities are valid for 60 s; a fresh one is made well before. */
const signatureMs = 30_000;

/** The claims of an `Authorization` header; rejects when the token is not good. */
export function callerOf(authorization) {
  let caller = known.get(authorization);
  if (!caller) {
    const token = String(authorization).replace('Bearer ', '');
    caller = jwtVerify(token, keys, { issuer: 'cdx', audience: 'cdx' }).then(({ payload }) => payload);
    known.set(authorization, caller);
  }
  return caller;
}

/** The header `x-cdx-identity` of a caller for one subgraph. */
export async function identityFor(authorization, subgraph) {
  const key = `${subgraph} ${authorization}`;
  const found = signed.get(key);
  if (found && found.until > Date.now()) return found.token;
  const { sub, tid, oid, role, scope, sid } = await callerOf(authorization);
  const token = new SignJWT({ sub, tid, oid, role, scope, sid, rid: 'bench', ip: null, ua: null })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('cdx-gateway')
    .setAudience(subgraph)
    .setIssuedAt()
    .setExpirationTime('60 seconds')
    .sign(secret);
  signed.set(key, { token, until: Date.now() + signatureMs });
  return token;
}
