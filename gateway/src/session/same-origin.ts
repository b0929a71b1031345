import { graphqlError } from '@cdx/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Lets requests of our own pages pass. The cookie is not sent from other sites (SameSite); this keeps out pages of other
 * origins of the same site too, by the headers that a browser sets and no page can change.
 */
export async function requireOwnPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!isOwnPage(request)) {
    await reply.code(403).send(graphqlError('FORBIDDEN', 'This is for pages of this origin only'));
    return;
  }
  // A form can send any other type without the browser asking first.
  const type = request.headers['content-type'] ?? '';
  if (request.method === 'POST' && !/^application\/json\s*(;|$)/i.test(type)) {
    await reply.code(415).send(graphqlError('BAD_USER_INPUT', 'The Content-Type must be application/json'));
  }
}

/** Whether the page that asks came by TLS, whatever stands between it and this process. */
export function cameByTls({ headers }: FastifyRequest): boolean {
  return headers.origin?.startsWith('https://') ?? false;
}

/** Behind a proxy the host may be another than the page's; there the browser's own word counts. */
function isOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (headers.origin === undefined || !URL.canParse(headers.origin)) return false;
  if (site !== undefined) return site === 'same-origin';
  return new URL(headers.origin).host === (headers.host ?? headers[':authority']);
}
