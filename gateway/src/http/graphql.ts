import type { ApolloServer } from '@apollo/server';
import { anonymous, type Identity } from '@cdx/kit';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import { ensureError } from '../errors/format-errors.ts';
import type { RequestContext } from '../execution/request-context.ts';
import type { FastLane, WarmRequest } from '../fast-lane/index.ts';
import { InvalidToken, KeysUnavailable, type Identify } from '../identity/access-token.ts';
import type { Limits } from '../limits/index.ts';
import type { Safelist } from '../persisted/index.ts';
import { beginRequest } from './begin-request.ts';
import { eventsHandler, webSocketRoute, type LiveDoor } from './live.ts';

export interface GraphqlOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly identify: Identify;
  /** Counts a request of a caller, or refuses it. */
  readonly admit: Limits['admit'];
  /** The longest a request may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Which operations may pass, all of them without it; closed with the server. */
  readonly safelist: Safelist | undefined;
  /** What answers warm queries; without it all go Apollo Server's way. */
  readonly lane: FastLane | undefined;
  /** What answers over connections that stay open; without it nothing does. */
  readonly live: LiveDoor | undefined;
}

/** Serves GraphQL at `/graphql`: over HTTP, as a stream of events to who asks for that, and over WebSockets. */
export async function serveGraphql(server: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { apollo, safelist, lane, live } = options;
  server.addHook('onClose', () => safelist?.close());
  const contexts = new Contexts(options);
  const route = {
    url: '/graphql',
    preHandler: [
      ...(safelist ? [(request: FastifyRequest, reply: FastifyReply) => safelist.check(request, reply)] : []),
      ...(live ? [eventsHandler(live, (request) => admitted(request, options))] : []),
      ...(lane ? [warmHandler(lane, contexts)] : []),
    ],
    handler: fastifyApolloHandler(apollo, { context: (request, reply) => contexts.begin(request, reply) }),
  };
  server.route({ ...route, method: 'POST' });
  server.route({ ...route, method: 'GET', ...(live ? await webSocketRoute(server, live, options) : {}) });
}

/** Answers warm queries; all else goes on to Apollo Server, and of warm ones those whose callers are refused. */
function warmHandler(lane: FastLane, contexts: Contexts): preHandlerHookHandler {
  const answer = async (
    asked: WarmRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> => {
    const context = await contexts.tryToBegin(request, reply);
    if (!context) return false;
    const { status, headers, body } = await lane.answer(asked, context);
    for (const [name, value] of headers) void reply.header(name, value);
    void reply.code(status).send(body);
    return true;
  };
  // With a callback: Fastify waits for the end of a response that an asynchronous hook has sent, by listeners on it.
  return (request, reply, done) => {
    const asked = lane.read(request);
    if (!asked) done();
    else answer(asked, request, reply).then((isAnswered) => isAnswered || done(), done);
  };
}

/** The contexts of requests, each begun once: a caller is counted as it begins. */
class Contexts {
  readonly #options: GraphqlOptions;
  readonly #refused = new WeakMap<FastifyRequest, Error>();

  constructor(options: GraphqlOptions) {
    this.#options = options;
  }

  /** Rejects with the reason when the caller is refused. */
  async begin(request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> {
    const refusal = this.#refused.get(request);
    if (refusal) throw refusal;
    const identity = await admitted(request, this.#options);
    return beginRequest(request, reply, identity, this.#options.timeoutMs);
  }

  /** Undefined when the caller is refused; beginning it again rejects with the reason. */
  async tryToBegin(request: FastifyRequest, reply: FastifyReply): Promise<RequestContext | undefined> {
    try {
      return await this.begin(request, reply);
    } catch (error) {
      this.#refused.set(request, ensureError(error));
      return undefined;
    }
  }
}

/** The caller, if the limits let the request in. One with a bad token counts as anonymous: tokens cost work to refuse. */
async function admitted(
  { headers, ip: address }: FastifyRequest,
  { identify, admit }: GraphqlOptions,
): Promise<Identity> {
  try {
    const identity = await identify(headers.authorization);
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
