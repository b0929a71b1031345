import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';

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

/** What pages of ours never need, so that nothing that gets into one can ask for it. */
const permissions = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb'];

const yearSeconds = 31_536_000;

/** Gives every answer the headers by which a browser keeps pages and answers apart from other sites. */
export async function sendSecurityHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  const permissionsPolicy = permissions.map((name) => `${name}=()`).join(', ');
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('permissions-policy', permissionsPolicy);
    if (isByTls(request)) void reply.header('strict-transport-security', `max-age=${yearSeconds}`);
    done();
  });
}

/** By the proxy's word, if there is one; whoever forges it only gets a header that holds for nobody else. */
function isByTls({ protocol, headers }: FastifyRequest): boolean {
  const forwarded = headers['x-forwarded-proto'];
  const [first = protocol] = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',') ?? [];
  return first.trim() === 'https';
}
