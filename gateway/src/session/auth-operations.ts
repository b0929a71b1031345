import type { ApolloServer } from '@apollo/server';
import type { ErrorCode } from '@cdx/kit';
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import type { RequestContext } from '../execution/request-context.ts';

/** What the auth subgraph gives for a login or a refresh token. */
const tokensForm = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.number() });

export type Tokens = z.output<typeof tokensForm>;

const userForm = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: z.string(),
});

export type SessionUser = z.output<typeof userForm>;

/** The graph refuses, for the reason of its error. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly error: GraphQLFormattedError;

  constructor(error: GraphQLFormattedError) {
    super(error.message);
    this.error = error;
  }
}

/** The operations behind the session, asked of the graph like a client's, so that its limits and its log hold. */
export class AuthOperations {
  readonly #apollo: ApolloServer<RequestContext>;

  constructor(apollo: ApolloServer<RequestContext>) {
    this.#apollo = apollo;
  }

  /** @throws Refused when the password is wrong */
  async login(context: RequestContext, email: string, password: string): Promise<Tokens> {
    const query =
      'mutation Login($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken refreshToken expiresIn } }';
    return z.object({ login: tokensForm }).parse(await this.#ask(context, query, { email, password })).login;
  }

  /** @throws Refused when the token is no longer valid */
  async refresh(context: RequestContext, refreshToken: string): Promise<Tokens> {
    const query =
      'mutation Refresh($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { accessToken refreshToken expiresIn } }';
    const form = z.object({ refreshToken: tokensForm });
    return form.parse(await this.#ask(context, query, { refreshToken })).refreshToken;
  }

  /** Ends the login that the token belongs to. */
  async logout(context: RequestContext, refreshToken: string): Promise<void> {
    const query = 'mutation Logout($refreshToken: String!) { logout(refreshToken: $refreshToken) }';
    await this.#ask(context, query, { refreshToken });
  }

  /** The caller of the context. */
  async me(context: RequestContext): Promise<SessionUser> {
    const data = await this.#ask(context, 'query Me { me { id email name role } }', {});
    return z.object({ me: userForm }).parse(data).me;
  }

  async #ask(
    contextValue: RequestContext,
    query: string,
    variables: Record<string, string>,
  ): Promise<unknown> {
    const { body } = await this.#apollo.executeOperation({ query, variables }, { contextValue });
    if (body.kind !== 'single') throw new Error('The graph answered in parts');
    const [error] = body.singleResult.errors ?? [];
    if (error) throw new Refused(error);
    return body.singleResult.data;
  }
}

/** The status that stands for a code of the closed list. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  COST_LIMIT: 429,
  SUBGRAPH_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  INTERNAL: 500,
};

/** The status of a refusal. */
export function statusOf({ extensions }: GraphQLFormattedError): number {
  const code = extensions?.code;
  return typeof code === 'string' && code in statuses ? statuses[code as ErrorCode] : 500;
}
