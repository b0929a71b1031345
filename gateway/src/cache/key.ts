import { createHash } from 'node:crypto';
import type { GraphQLRequestContextResponseForOperation } from '@apollo/server';
import type { Identity } from '@cdx/kit';
import type { RequestContext } from '../execution/request-context.ts';
import type { OperationPolicy } from './policy.ts';

/**
 * What an answer is kept under: the operation with its variables, all that its caller's rights follow from, and the
 * epochs of its rows. An answer that is not shared is kept for the caller's login alone.
 * @param version the supergraph's
 */
export function keyOf(
  {
    queryHash = '',
    operationName,
    request,
    contextValue,
  }: GraphQLRequestContextResponseForOperation<RequestContext>,
  { isShared }: OperationPolicy,
  { version, epochs }: { readonly version: string; readonly epochs: string },
): string {
  const { role, tenantId, organizationId, scopes, userId, sessionId } = contextValue.request.identity;
  const audience = [
    role,
    tenantId,
    organizationId,
    [...scopes].sort(),
    isShared ? null : [userId, sessionId],
  ];
  const { variables = {} } = request;
  return hashOf(JSON.stringify([version, queryHash, operationName, variables, audience, epochs]));
}

/** A superadmin's reading across tenants is put on record each time; the system has no caller to keep answers for. */
export function mayKeepFor({ role }: Identity): boolean {
  return role !== 'superadmin' && role !== 'system';
}

/** The SHA-256 of a text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
