import type { FastifyRequest } from 'fastify';
import {
  GraphQLError,
  GraphQLSchema,
  parse,
  type ExecutionArgs,
  type FormattedExecutionResult,
} from 'graphql';
import type { Context, OperationResult } from 'graphql-ws';
import { makeHandler, type Extra } from 'graphql-ws/use/@fastify/websocket';
import { endOfToken, InvalidToken, type Identify } from '../identity/access-token.ts';
import type { Limits } from '../limits/index.ts';
import { askedIn, type Safelist } from '../persisted/index.ts';
import { failure, tokenExpired, type Live, type LiveCaller, type SentOperation } from './live.ts';

export interface WebsocketOptions {
  readonly live: Live;
  readonly identify: Identify;
  readonly admit: Limits['admit'];
  readonly safelist: Safelist | undefined;
}

/** How long a client may take to say who it is, in milliseconds. */
const greetingMs = 3_000;

/**
 * Every operation goes the same way, whatever it is, so the library is told of a subscription each time: it takes one
 * answer for one as well as many.
 */
const anyOperation = {
  schema: new GraphQLSchema({}),
  document: parse('subscription { any }', { noLocation: true }),
} satisfies ExecutionArgs;

/**
 * Answers operations over a WebSocket (the protocol `graphql-transport-ws`). The access token comes with the greeting:
 * `{"type": "connection_init", "payload": {"authorization": "Bearer …"}}`.
 */
export function websocketHandler({ live, identify, admit, safelist }: WebsocketOptions) {
  const callers = new WeakMap<object, LiveCaller>();
  const callerOf = ({ extra }: Context<Greeting, Extra>): LiveCaller => {
    const caller = callers.get(extra.socket);
    if (!caller) throw new TypeError('An operation came before its caller');
    return caller;
  };
  return makeHandler<Greeting>({
    // The words of an internal error are for the log.
    isProd: true,
    connectionInitWaitTimeout: greetingMs,
    async onConnect({ connectionParams, extra: { socket, request } }) {
      const authorization = authorizationIn(connectionParams);
      try {
        const identity = await identify(authorization);
        await admit(identity, request.ip);
        const left = new AbortController();
        socket.once('close', () => left.abort());
        const expiresAt = endOfToken(authorization);
        callers.set(socket, { ...originOf(request), identity, expiresAt, signal: left.signal });
        return true;
      } catch (error) {
        // The connection is closed with 4403: for who has a bad token, or opens too many.
        if (error instanceof InvalidToken || error instanceof GraphQLError) return false;
        throw error;
      }
    },
    async onSubscribe(context, _, payload) {
      const caller = callerOf(context);
      const { request } = context.extra;
      try {
        if ((caller.expiresAt ?? Infinity) <= Date.now()) throw tokenExpired();
        await admit(caller.identity, request.ip);
        const query = safelist ? safelist.textOf(askedIn(payload), request) : payload.query;
        return {
          ...anyOperation,
          contextValue: { caller, operation: { ...payload, query } satisfies SentOperation },
        };
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    },
    subscribe({ contextValue }) {
      // Of this handler's own making, just above.
      const { caller, operation } = contextValue as { caller: LiveCaller; operation: SentOperation };
      return live.run(operation, caller) as OperationResult;
    },
    // Its errors are as they leave already.
    onNext: (_, __, ___, ____, answer) => answer as FormattedExecutionResult,
    onError: (_, __, ___, errors) => errors.flatMap((error) => failure(error).errors ?? []),
  });
}

type Greeting = Record<string, unknown> | undefined;

function authorizationIn(greeting: Greeting): string | undefined {
  const [, value] =
    Object.entries(greeting ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

function originOf({
  id,
  ip,
  headers,
}: FastifyRequest): Pick<LiveCaller, 'requestId' | 'ipAddress' | 'userAgent'> {
  return { requestId: id, ipAddress: ip, userAgent: headers['user-agent'] ?? null };
}
