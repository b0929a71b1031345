import type { ApolloServer } from '@apollo/server';
import { anonymous, type Identity } from '@cdx/kit';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../execution/request-context.ts';
import { InvalidToken, KeysUnavailable, type Identify } from '../identity/access-token.ts';
import type { Limits } from '../limits/index.ts';
import type { Safelist } from '../persisted/index.ts';
import { beginRequest } from './begin-request.ts';

export interface GraphqlOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly identify: Identify;
  /** Counts a request of a caller, or refuses it. */
  readonly admit: Limits['admit'];
  /** The longest a request may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Which operations may pass, all of them without it; closed with the server. */
  readonly safelist: Safelist | undefined;
}

/** Serves GraphQL over HTTP at `/graphql`. */
export function serveGraphql(server: FastifyInstance, options: GraphqlOptions): void {
  const { apollo, timeoutMs, safelist } = options;
  server.addHook('onClose', () => safelist?.close());
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler: safelist ? [(request, reply) => safelist.check(request, reply)] : [],
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) => {
        const identity = await admitted(request.headers.authorization, request.ip, options);
        return beginRequest(request, reply, identity, timeoutMs);
      },
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
