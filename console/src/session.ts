import { RefusedError, requestGraphQL } from './graphql-request.ts';
import { loadTokens, saveTokens, toTokens, type AuthPayload, type Tokens } from './tokens.ts';

export type SessionState = {
  tokens: Tokens | null;
  /** Why the last step failed or the session ended, in words; empty when all is well. */
  problem: string;
};

const payloadFields = '{ accessToken refreshToken expiresIn user { id role } }';
const loginMutation = `mutation Login($email: String!, $password: String!) { login(email: $email, password: $password) ${payloadFields} }`;
const refreshMutation = `mutation Refresh($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) ${payloadFields} }`;
const logoutMutation = 'mutation Logout($refreshToken: String!) { logout(refreshToken: $refreshToken) }';

/** Who is logged in, and the only place that knows the tokens: everything else sends requests through `fetch`. */
export class Session {
  readonly #graphqlPath: string;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { tokens: loadTokens(), problem: '' };
  #refreshing: Promise<void> | null = null;

  constructor(graphqlPath: string) {
    this.#graphqlPath = graphqlPath;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  /** Replaces whoever was logged in, and takes back their refresh token, which nobody would use any more. */
  async login(email: string, password: string): Promise<boolean> {
    const previous = this.#state.tokens;
    try {
      const { login } = await requestGraphQL<{ login: AuthPayload }>(this.#graphqlPath, loginMutation, {
        email,
        password,
      });
      this.#set(toTokens(email, login, Date.now()), '');
      if (previous) void this.#revoke(previous);
      return true;
    } catch (error) {
      this.#set(previous, inWords(error));
      return false;
    }
  }

  /** Forgets the tokens whatever the server says: someone who logs out must be logged out here. */
  async logout(): Promise<void> {
    const { tokens } = this.#state;
    this.#set(null, '');
    if (!tokens) return;
    const problem = await this.#revoke(tokens);
    if (problem && !this.#state.tokens) this.#set(null, `Logged out here only. ${problem}`);
  }

  /**
   * Sends GraphiQL's requests with the access token. A header typed into GraphiQL's own header editor wins, so that
   * another token can be tried by hand; it is then not this session's to refresh.
   */
  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    if (headers.has('authorization')) return fetch(input, init);
    if (this.#state.tokens && Date.now() >= this.#state.tokens.refreshAt) await this.#refresh();

    const sent = this.#state.tokens?.accessToken;
    const response = await this.#send(input, init, headers);
    if (response.status !== 401 || !sent) return response;

    // A request running beside this one may have refreshed already; then its token is the one to try.
    if (this.#state.tokens?.accessToken === sent) await this.#refresh();
    const renewed = this.#state.tokens?.accessToken;
    return renewed && renewed !== sent ? this.#send(input, init, headers) : response;
  };

  #send(input: RequestInfo | URL, init: RequestInit | undefined, headers: Headers): Promise<Response> {
    const { tokens } = this.#state;
    if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`);
    return fetch(input, { ...init, headers });
  }

  /** One refresh at a time: a refresh token is good for a single use, so a second try would end the session. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Never throws: a refused token ends the session, while an unreachable server leaves it for the next request. */
  async #refreshOnce(): Promise<void> {
    const { tokens } = this.#state;
    if (!tokens) return;
    try {
      const { refreshToken } = await requestGraphQL<{ refreshToken: AuthPayload }>(
        this.#graphqlPath,
        refreshMutation,
        { refreshToken: tokens.refreshToken },
      );
      const renewed = toTokens(tokens.email, refreshToken, Date.now());
      if (this.#state.tokens === tokens) this.#set(renewed, '');
      else void this.#revoke(renewed);
    } catch (error) {
      if (this.#state.tokens !== tokens) return;
      if (error instanceof RefusedError) this.#set(null, 'Your session has ended. Please log in again.');
      else this.#set(tokens, inWords(error));
    }
  }

  /** Answers with what went wrong, or nothing. */
  async #revoke(tokens: Tokens): Promise<string> {
    try {
      await requestGraphQL(this.#graphqlPath, logoutMutation, { refreshToken: tokens.refreshToken });
      return '';
    } catch (error) {
      return inWords(error);
    }
  }

  #set(tokens: Tokens | null, problem: string): void {
    this.#state = { tokens, problem };
    saveTokens(tokens);
    for (const listener of this.#listeners) listener();
  }
}

function inWords(error: unknown): string {
  return error instanceof Error && error.message ? error.message : 'Something went wrong.';
}
