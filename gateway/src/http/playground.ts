import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { demoLogins } from '@cdx/auth/demo-logins';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What `console` is built to. */
const dist = fileURLToPath(new URL('../../../console/dist', import.meta.url));

/**
 * Serves the playground at `/playground/`.
 * @param demo whether to offer the demo logins
 */
export async function servePlayground(server: FastifyInstance, demo: boolean): Promise<void> {
  if (!existsSync(dist))
    throw new Error('The playground is not built. Run `npm run generate`, or set PLAYGROUND=false.');
  server.get('/playground/settings.json', () => ({
    graphqlPath: '/graphql',
    demoLogins: demo ? demoLogins : [],
  }));
  for (const path of ['/', '/playground']) server.get(path, (_, reply) => reply.redirect('/playground/'));
  await server.register(fastifyStatic, {
    root: dist,
    prefix: '/playground/',
    // The names of assets have a hash of their content; the page that names them does not.
    setHeaders(reply, path) {
      const kept = path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      void reply.header('cache-control', kept);
    },
    cacheControl: false,
  });
}
