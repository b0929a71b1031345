import websocket from '@fastify/websocket';
import { graphqlError, type Identity } from '@cdx/kit';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preHandlerHookHandler,
  preValidationHookHandler,
  RouteOptions,
} from 'fastify';
import { GraphQLError } from 'graphql';
import { formatErrors } from '../errors/format-errors.ts';
import { endOfToken } from '../identity/access-token.ts';
import { serveEvents, wantsEvents, type EventsDoor } from '../live/serve-events.ts';
import { websocketHandler, type WebsocketOptions } from '../live/serve-websocket.ts';

/** What answers over connections that stay open, and who may open them. */
export interface LiveDoor extends EventsDoor {
  /** The largest message of a WebSocket, in bytes. */
  readonly maxMessage: number;
  /** The origins of other pages that may ask. */
  readonly origins: readonly string[];
}

/**
 * Answers who asks for a stream of events with one.
 * @param admitted who asks, counted; throws for who may not
 */
export function eventsHandler(
  door: EventsDoor,
  admitted: (request: FastifyRequest) => Promise<Identity>,
): preHandlerHookHandler {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { authorization, 'user-agent': userAgent = null } = request.headers;
    try {
      const identity = await admitted(request);
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      const origin = { requestId: request.id, ipAddress: request.ip, userAgent };
      const caller = { ...origin, identity, expiresAt: endOfToken(authorization), signal: left.signal };
      await serveEvents(door, caller, request, reply);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { formatted: errors, http } = formatErrors([error]);
      await reply
        .code(http.status ?? 500)
        .headers(Object.fromEntries(http.headers))
        .send({ errors });
    }
  };
  return (request, reply, done) => {
    if (wantsEvents(request)) answer(request, reply).catch(done);
    else done();
  };
}

/** What a route needs to answer over WebSockets too; all that stays open ends with the server. */
export async function webSocketRoute(
  server: FastifyInstance,
  { live, maxMessage, origins }: LiveDoor,
  options: Omit<WebsocketOptions, 'live'>,
): Promise<Pick<RouteOptions, 'wsHandler' | 'preValidation'>> {
  server.addHook('preClose', (done) => {
    live.close();
    done();
  });
  await server.register(websocket, { options: { maxPayload: maxMessage } });
  return { preValidation: refuseOtherOrigins(origins), wsHandler: websocketHandler({ ...options, live }) };
}

/**
 * Refuses WebSockets of pages of other origins: browsers ask nobody before they open one, and what is spoken over it no
 * rule of theirs keeps from the page. Programs that are no browsers name no origin.
 */
function refuseOtherOrigins(origins: readonly string[]): preValidationHookHandler {
  return (request, reply, done) => {
    const { origin, host } = request.headers;
    const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
    if (!request.ws || isOwn || origins.includes(origin)) done();
    else void reply.code(403).send(graphqlError('FORBIDDEN', 'Pages of this origin may not ask here'));
  };
}
