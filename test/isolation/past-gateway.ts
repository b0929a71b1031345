/** Asking a subgraph directly, with an identity that is signed as the gateway signs it. */
import { identityHeader, readSecrets, signIdentity, type Identity } from '@cdx/kit';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { request } from 'undici';
import { at, type Answer } from '../support/ask.ts';
import { internalSecret } from '../support/gateways.ts';
import type { Caller } from './callers.ts';
import { entityKeys } from './entities.ts';
import type { EntityKey, Operation } from './operations.ts';

/** Who a caller is, as the gateway reads it in the access token that it has verified. */
function identityOf({ token }: Caller): Identity {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const claims = JSON.parse(payload) as Pick<Identity, 'role'> &
    Record<'sub' | 'tid' | 'oid' | 'scope' | 'sid', string>;
  const { sub: userId, tid: tenantId, oid: organizationId, sid: sessionId, role, scope } = claims;
  return { userId, tenantId, organizationId, sessionId, role, scopes: scope.split(' ') };
}

/**
 * The caller's identity for a subgraph.
 * @param options what signs it, and scopes in place of the caller's own
 */
export function sign(
  caller: Caller,
  audience: string,
  { by = readSecrets(internalSecret), scopes }: SignOptions = {},
): string {
  const identity = identityOf(caller);
  return signIdentity(by, audience, {
    identity: { ...identity, scopes: scopes ?? identity.scopes },
    requestId: 'isolation',
    ipAddress: null,
    userAgent: null,
  });
}

interface SignOptions {
  readonly by?: ReturnType<typeof readSecrets>;
  readonly scopes?: readonly string[];
}

/** Asks the subgraph at a URL, as whoever the identity says; without one as nobody. */
export async function askPast(
  url: string,
  { query, variables }: Operation,
  identity: string | undefined,
): Promise<Answer> {
  const { statusCode, body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(identity === undefined ? {} : { [identityHeader]: identity }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await body.text();
  const { data, errors = [] } = JSON.parse(text) as Partial<Answer>;
  return { status: statusCode, text, data, errors };
}

/** What a caller of a tenant learns of a subgraph by itself: its schema, and how its entities are asked for. */
export async function contractOf(
  url: string,
  identity: string,
): Promise<{ readonly schema: GraphQLSchema; readonly entities: readonly EntityKey[] }> {
  const { data } = await askPast(url, { query: getIntrospectionQuery(), variables: {} }, identity);
  const service = await askPast(url, { query: '{ _service { sdl } }', variables: {} }, identity);
  return {
    schema: buildClientSchema(data as unknown as IntrospectionQuery),
    entities: entityKeys(String(at(service, '_service', 'sdl'))),
  };
}
