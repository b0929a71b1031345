import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import { answerHttpErrors, type Logger } from '@cdx/kit';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../settings.ts';
import { sendSecurityHeaders } from './headers.ts';
import { refuseCompressed } from './receive.ts';
import { makeTransport } from './transport.ts';

/** A request id that a proxy may hand us: letters, digits and `-_`, so that it can do no harm in a log. */
const requestIdForm = /^[\w-]{8,64}$/;

function genReqId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID();
}

/** The HTTP server with what every route has: request ids, limits, headers, compression, the access log. */
export async function makeServer(settings: Settings, log: Logger): Promise<FastifyInstance> {
  const server = await makeTransport(settings, { genReqId }, log);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onResponse', ({ id, method, url }, { statusCode, elapsedTime }, done) => {
    const [path] = url.split('?', 1);
    log.info({ requestId: id, method, path, status: statusCode, ms: Math.round(elapsedTime) }, 'request');
    done();
  });
  refuseCompressed(server);
  answerHttpErrors(server, log, 'There is nothing here; GraphQL is at /graphql');
  sendSecurityHeaders(server);
  const { CORS_ORIGINS: origin } = settings;
  if (origin.length > 0) await server.register(cors, { origin, maxAge: 86_400 });
  await server.register(compress, {
    threshold: 1_024,
    encodings: ['br', 'gzip'],
    globalDecompression: false,
  });
  return server;
}
