import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { headsForm } from '../changes/follow.ts';
import type { Subgraph } from '../context/subgraph.ts';
import type { SignedRequest } from '../identity/signed.ts';
import { graphqlError } from './http-errors.ts';
import { withPulse } from './pulse.ts';

const bodyForm = z.object({ from: headsForm.optional() });

/**
 * Serves what happens in the domain at `POST /changes`, to the product itself alone: an endless stream of lines of JSON,
 * first where it begins, then what is added. The body says where an earlier stream had come to.
 * @param readIdentity who a request is signed for; undefined when it is not signed
 */
export function serveChanges(
  server: FastifyInstance,
  { follow }: Pick<Subgraph, 'follow'>,
  readIdentity: (request: FastifyRequest) => SignedRequest | undefined,
): void {
  if (!follow) return;
  const open = new Set<AbortController>();
  server.addHook('preClose', (done) => {
    for (const one of open) one.abort();
    done();
  });
  server.post('/changes', {
    onRequest: async (request, reply) => {
      const signed = readIdentity(request);
      if (signed?.identity.role === 'system') return;
      const [status, code] = signed ? ([403, 'FORBIDDEN'] as const) : ([401, 'UNAUTHENTICATED'] as const);
      await reply
        .code(status)
        .header('connection', 'close')
        .send(graphqlError(code, 'This is for the gateway itself'));
    },
    handler: (request, reply) => {
      const body = bodyForm.safeParse(request.body ?? {});
      if (!body.success)
        return reply
          .code(400)
          .send(graphqlError('BAD_USER_INPUT', 'The body must be {"from": {chain: number}}'));
      const following = new AbortController();
      open.add(following);
      reply.raw.once('close', () => {
        following.abort();
        open.delete(following);
      });
      const lines = withPulse(toLines(follow(body.data.from, following.signal)), '\n');
      return reply.header('content-type', 'application/x-ndjson').send(Readable.from(lines));
    },
  });
}

async function* toLines(parts: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const part of parts) yield `${JSON.stringify(part)}\n`;
}
