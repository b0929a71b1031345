import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { newId, type Logger } from '@cdx/kit';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Settings } from '../settings.ts';
import { receiveOptions, refuseCompressed } from './receive.ts';

/** A request id that a proxy may hand us: letters, digits and `-_`, so that it can do no harm in a log. */
const requestIdForm = /^[\w-]{8,64}$/;

/** The HTTP server with what every route has: request ids, limits, headers, compression, the access log. */
export async function makeServer(settings: Settings, log: Logger): Promise<FastifyInstance> {
  const server = Fastify({
    ...receiveOptions(settings),
    genReqId({ headers }) {
      const given = headers['x-request-id'];
      return typeof given === 'string' && requestIdForm.test(given) ? given : newId();
    },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 75_000,
  });
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
  server.setErrorHandler(({ statusCode = 500, message, code }: FastifyError, request, reply) => {
    if (statusCode >= 500) log.error({ error: message, requestId: request.id }, 'a request failed');
    const words = statusCode >= 500 ? 'Something went wrong on our side' : explain(code, message, settings);
    const extensions = { code: statusCode >= 500 ? 'INTERNAL' : 'BAD_USER_INPUT' };
    return reply.code(statusCode).send({ errors: [{ message: words, extensions }] });
  });
  server.setNotFoundHandler((_, reply) =>
    reply.code(404).send({
      errors: [
        { message: 'There is nothing here; GraphQL is at /graphql', extensions: { code: 'NOT_FOUND' } },
      ],
    }),
  );
  await server.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: contentPolicy } });
  await server.register(cors, { origin: settings.CORS_ORIGINS, maxAge: 86_400 });
  await server.register(compress, {
    threshold: 1_024,
    encodings: ['br', 'gzip'],
    globalDecompression: false,
  });
  return server;
}

/** Everything from here and nothing from elsewhere; the editor of the playground makes styles as it runs. */
const contentPolicy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'worker-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'font-src': ["'self'", 'data:'],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** What was wrong with a request that did not reach GraphQL. */
function explain(code: string, message: string, { BODY_LIMIT_BYTES }: Settings): string {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return `The body must have at most ${BODY_LIMIT_BYTES} bytes`;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'The Content-Type must be application/json';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'The body must be JSON';
    default:
      return message;
  }
}
