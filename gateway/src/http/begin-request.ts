import type { Identity } from '@cdx/kit';
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
    signal: untilGone(reply, timeoutMs),
    deadlineMs: Date.now() + timeoutMs,
  });
}

/** Aborted when the client leaves before it has its answer, or when the time is up. */
function untilGone({ raw }: FastifyReply, timeoutMs: number): AbortSignal {
  const gone = new AbortController();
  // A timer that can be stopped: `AbortSignal.timeout` would keep one, and what it holds, for each request of the time.
  const timer = setTimeout(() => gone.abort(), timeoutMs).unref();
  raw.once('close', () => {
    clearTimeout(timer);
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
