import type { ApolloServer } from '@apollo/server';
import cookie from '@fastify/cookie';
import { anonymous, graphqlError, type Logger } from '@cdx/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RequestContext } from '../execution/request-context.ts';
import { beginRequest } from '../http/begin-request.ts';
import type { Identify } from '../identity/access-token.ts';
import { AuthOperations, Refused, statusOf, type Tokens } from './auth-operations.ts';
import { cameByTls, requireOwnPage } from './same-origin.ts';

export interface SessionOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly identify: Identify;
  /** The longest a request may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

const path = '/session';
/** Without an end of its own: the browser forgets it when it is closed, so it is not there for whoever opens it next. */
const cookieName = 'cdx_refresh';

const credentials = z.object({ email: z.string(), password: z.string() });

/**
 * The login of pages of our own origin: `POST /session` logs in, `POST /session/refresh` renews the access token,
 * `DELETE /session` logs out. The refresh token is in a cookie that scripts cannot read and that goes nowhere else.
 */
export async function serveSession(server: FastifyInstance, options: SessionOptions): Promise<void> {
  const session = new Session(options);
  await server.register(async (routes) => {
    await routes.register(cookie);
    routes.addHook('onRequest', requireOwnPage);
    routes.addHook('onSend', async (_, reply) => void reply.header('cache-control', 'no-store'));
    routes.post(path, (request, reply) => answer(reply, () => session.login(request, reply)));
    routes.post(`${path}/refresh`, (request, reply) => answer(reply, () => session.refresh(request, reply)));
    routes.delete(path, (request, reply) => answer(reply, () => session.logout(request, reply)));
  });
}

class Session {
  readonly #options: SessionOptions;
  readonly #operations: AuthOperations;
  readonly #refreshing = new Map<string, Promise<Tokens>>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#operations = new AuthOperations(options.apollo);
  }

  async login(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const given = credentials.safeParse(request.body);
    const words = 'The body must be {"email": text, "password": text}';
    if (!given.success) return reply.code(400).send(graphqlError('BAD_USER_INPUT', words));
    const { email, password } = given.data;
    const tokens = await this.#operations.login(this.#context(request, reply), email, password);
    const before = request.cookies[cookieName];
    if (before !== undefined) await this.#end(request, reply, before);
    return this.#begin(request, reply, tokens);
  }

  async refresh(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const token = request.cookies[cookieName];
    if (token === undefined) return reply.code(204).send();
    try {
      const tokens = await this.#refreshOnce(token, this.#context(request, reply));
      return await this.#begin(request, reply, tokens);
    } catch (error) {
      if (error instanceof Refused && statusOf(error.error) === 401) forget(request, reply);
      throw error;
    }
  }

  /** Pages that are loaded at once send the same cookie, which is good for one use: they share its answer. */
  #refreshOnce(token: string, context: RequestContext): Promise<Tokens> {
    const running = this.#refreshing.get(token);
    if (running) return running;
    const refreshing = this.#operations.refresh(context, token).finally(() => this.#refreshing.delete(token));
    this.#refreshing.set(token, refreshing);
    return refreshing;
  }

  async logout(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const token = request.cookies[cookieName];
    forget(request, reply);
    if (token !== undefined) await this.#operations.logout(this.#context(request, reply), token);
    return reply.code(204).send();
  }

  /** Keeps the refresh token and answers the rest; the cookie first, since the token before it is used up. */
  async #begin(request: FastifyRequest, reply: FastifyReply, tokens: Tokens): Promise<FastifyReply> {
    const { accessToken, refreshToken, expiresIn } = tokens;
    reply.setCookie(cookieName, refreshToken, cookieOptions(request));
    const identity = await this.#options.identify(`Bearer ${accessToken}`);
    const user = await this.#operations.me(this.#context(request, reply, identity));
    return reply.send({ accessToken, expiresIn, user });
  }

  /** Nobody would use it any more; that it could not be ended is no reason to refuse the login that replaces it. */
  async #end(request: FastifyRequest, reply: FastifyReply, token: string): Promise<void> {
    try {
      await this.#operations.logout(this.#context(request, reply), token);
    } catch (error) {
      this.#options.log.warn(
        { error, requestId: request.id },
        'a login that was replaced could not be ended',
      );
    }
  }

  #context(request: FastifyRequest, reply: FastifyReply, identity = anonymous): RequestContext {
    return beginRequest(request, reply, identity, this.#options.timeoutMs);
  }
}

function cookieOptions(request: FastifyRequest) {
  return { path, httpOnly: true, sameSite: 'strict', secure: cameByTls(request) } as const;
}

function forget(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName, cookieOptions(request));
}

/** Answers what the graph refuses as the graph would, with a status that says the same. */
async function answer(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { message, extensions } = error.error;
    return reply.code(statusOf(error.error)).send({ errors: [{ message, extensions }] });
  }
}
