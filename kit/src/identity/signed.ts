import jwt, { type JwtPayload } from 'jsonwebtoken';
import { z } from 'zod';
import type { SubgraphRequest } from '../context/subgraph.ts';
import { roles } from './identity.ts';
import type { InternalSecrets } from './secrets.ts';

/** The header that carries the caller's identity from the gateway to a remote subgraph. */
export const identityHeader = 'x-cdx-identity';
/** The header that carries the moment, in milliseconds since the epoch, after which nobody waits. */
export const deadlineHeader = 'x-cdx-deadline-ms';

/** The header of a request that must see all that is committed by now. */
export const freshHeader = 'x-cdx-fresh';

const algorithm = 'HS256';
const issuer = 'cdx-gateway';
/** Short for whoever finds one. */
const validSeconds = 60;

const claimsForm = z.object({
  sub: z.string().nullable(),
  tid: z.string().nullable(),
  oid: z.string().nullable(),
  role: z.enum(roles),
  scope: z.string(),
  sid: z.string().nullable(),
  rid: z.string(),
  ip: z.string().nullable(),
  ua: z.string().nullable(),
});

/** What a signed identity says: who asks, in which request, from where. */
export type SignedRequest = Omit<SubgraphRequest, 'signal' | 'deadlineMs' | 'isFresh'>;

/**
 * Signs a request's identity for one subgraph, as a compact JWS. In this thread: the hash takes microseconds, and a
 * job of WebCrypto, which goes to another thread and back, ten times as long.
 * @param secrets shared by the gateway and the subgraphs; the first of them signs
 * @param audience the subgraph's name: another one refuses it
 */
export function signIdentity([secret]: InternalSecrets, audience: string, request: SignedRequest): string {
  const { userId, tenantId, organizationId, role, scopes, sessionId } = request.identity;
  const claims: z.input<typeof claimsForm> = {
    sub: userId,
    tid: tenantId,
    oid: organizationId,
    role,
    scope: scopes.join(' '),
    sid: sessionId,
    rid: request.requestId,
    ip: request.ipAddress,
    ua: request.userAgent,
  };
  return jwt.sign(claims, secret, { algorithm, issuer, audience, expiresIn: validSeconds });
}

/**
 * Reads an identity signed by any of the secrets.
 * @throws Error when it is forged, expired or for another subgraph
 */
export function verifyIdentity(secrets: InternalSecrets, audience: string, token: string): SignedRequest {
  const payload = verifyByAny(secrets, audience, token);
  const { sub, tid, oid, role, scope, sid, rid, ip, ua } = claimsForm.parse(payload);
  return {
    identity: {
      userId: sub,
      tenantId: tid,
      organizationId: oid,
      role,
      scopes: scope === '' ? [] : scope.split(' '),
      sessionId: sid,
    },
    requestId: rid,
    ipAddress: ip,
    userAgent: ua,
  };
}

function verifyByAny(
  [secret, ...others]: InternalSecrets,
  audience: string,
  token: string,
): JwtPayload | string {
  try {
    return jwt.verify(token, secret, { algorithms: [algorithm], issuer, audience });
  } catch (error) {
    const [next, ...rest] = others;
    if (!next) throw error;
    return verifyByAny([next, ...rest], audience, token);
  }
}
