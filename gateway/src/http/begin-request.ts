import { untilGone, type Identity } from '@cdx/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openRequestContext, type RequestContext } from '../execution/request-context.ts';

/** The context of a client's request by HTTP, which has `timeoutMs` from now. */
export function beginRequest(
  { headers, id, ip }: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  timeoutMs: number,
): RequestContext {
  return openRequestContext({
    identity,
    requestId: id,
    ipAddress: ip,
    userAgent: headers['user-agent'] ?? null,
    signal: untilGone(reply.raw, timeoutMs),
    deadlineMs: Date.now() + timeoutMs,
  });
}
