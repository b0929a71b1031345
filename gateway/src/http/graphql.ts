import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';
import { InvalidToken, KeysUnavailable, type Identify } from '../identity/access-token.ts';

export interface GraphqlOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly identify: Identify;
  /** The longest a request may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Serves GraphQL over HTTP at `/graphql`. */
export function serveGraphql(server: FastifyInstance, { apollo, identify, timeoutMs }: GraphqlOptions): void {
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async ({ headers, id, ip }, reply) =>
        makeRequestContext({
          identity: await identify(headers.authorization).catch(refuse),
          requestId: id,
          ipAddress: ip,
          userAgent: headers['user-agent'] ?? null,
          signal: untilGone(reply, timeoutMs),
          deadlineMs: Date.now() + timeoutMs,
        }),
    }),
  });
}

/** A bad token is answered with 401, and never taken for none: the caller would see less without knowing why. */
function refuse(error: unknown): never {
  if (error instanceof KeysUnavailable) {
    const extensions = { code: 'SUBGRAPH_UNAVAILABLE', http: { status: 503 } };
    throw new GraphQLError(error.message, { extensions, originalError: error });
  }
  if (!(error instanceof InvalidToken)) throw error;
  throw new GraphQLError(error.message, {
    extensions: {
      code: 'UNAUTHENTICATED',
      http: { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) },
    },
    originalError: error,
  });
}

/** Aborted when the client leaves before its answer, or when the time is up. */
function untilGone({ raw }: FastifyReply, timeoutMs: number): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]);
}
