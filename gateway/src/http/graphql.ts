import type { ApolloServer } from '@apollo/server';
import { anonymous, type Identity } from '@cdx/kit';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';
import { InvalidToken, type Identify } from '../identity/access-token.ts';
import type { Limits } from '../limits/index.ts';

export interface GraphqlOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly identify: Identify;
  /** Counts a request of a caller, or refuses it. */
  readonly admit: Limits['admit'];
  /** The longest a request may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Serves GraphQL over HTTP at `/graphql`. */
export function serveGraphql(server: FastifyInstance, options: GraphqlOptions): void {
  const { apollo, timeoutMs } = options;
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async ({ headers, id, ip }, reply) =>
        makeRequestContext({
          identity: await admitted(headers.authorization, ip, options),
          requestId: id,
          ipAddress: ip,
          userAgent: headers['user-agent'] ?? null,
          signal: untilGone(reply, timeoutMs),
          deadlineMs: Date.now() + timeoutMs,
        }),
    }),
  });
}

/** The caller, if the limits let the request in. One with a bad token counts as anonymous: tokens cost work to refuse. */
async function admitted(
  authorization: string | undefined,
  address: string,
  { identify, admit }: GraphqlOptions,
): Promise<Identity> {
  try {
    const identity = await identify(authorization);
    await admit(identity, address);
    return identity;
  } catch (error) {
    if (error instanceof InvalidToken) await admit(anonymous, address);
    return refuse(error);
  }
}

/** A bad token is answered with 401, and never taken for none: the caller would see less without knowing why. */
function refuse(error: unknown): never {
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
