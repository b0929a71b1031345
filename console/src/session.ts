import { RefusedError, requestSession } from './session-request.ts';
import { toTokens, type SessionAnswer, type Tokens } from './tokens.ts';

export type SessionState = {
  tokens: Tokens | null;
  /** Why the last step failed or the session ended, in words; empty when all is well. */
  problem: string;
};

const ended = 'Your session has ended. Please log in again.';

/** All tabs share one cookie, which is good for a single use: only one of them may use it at a time. */
function oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  // Only pages by TLS or from this machine have locks.
  return 'locks' in navigator ? navigator.locks.request('cdx.session', work) : work();
}

/** Who is logged in, and the only place that knows the access token: everything else sends requests through `fetch`. */
export class Session {
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { tokens: null, problem: '' };
  #refreshing: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  /** Goes on with the login of an earlier page, if there is one. */
  async restore(): Promise<void> {
    try {
      const answer = await this.#renew();
      this.#set(answer && toTokens(answer, Date.now()), '');
    } catch (error) {
      this.#set(null, error instanceof RefusedError ? ended : inWords(error));
    }
  }

  /** Replaces whoever was logged in, whose login the server ends. */
  async login(email: string, password: string): Promise<boolean> {
    const previous = this.#state.tokens;
    try {
      const answer = await oneTabAtATime(() => requestSession('POST', this.#path, { email, password }));
      this.#set(answer && toTokens(answer, Date.now()), '');
      return answer !== null;
    } catch (error) {
      this.#set(previous, inWords(error));
      return false;
    }
  }

  /** Forgets the token whatever the server says: someone who logs out must be logged out here. */
  async logout(): Promise<void> {
    this.#set(null, '');
    try {
      await oneTabAtATime(() => requestSession('DELETE', this.#path));
    } catch (error) {
      if (!this.#state.tokens) this.#set(null, `Logged out here only. ${inWords(error)}`);
    }
  }

  /**
   * Sends GraphiQL's requests with the access token. A header typed into GraphiQL's own header editor wins, so that
   * another token can be tried by hand; that one is never refreshed here.
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

  /** One refresh at a time, for all requests that wait for it. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Never throws: a refused cookie ends the session, while an unreachable server leaves it for the next request. */
  async #refreshOnce(): Promise<void> {
    const { tokens } = this.#state;
    if (!tokens) return;
    try {
      const answer = await this.#renew();
      if (this.#state.tokens !== tokens) return;
      if (!answer) this.#set(null, ended);
      else if (answer.user.id === tokens.userId) this.#set(toTokens(answer, Date.now()), '');
      // What waits here was meant to be sent as the user who is shown here.
      else
        this.#set(
          null,
          `Another tab has logged in as ${answer.user.email}. Reload this page to go on as that user.`,
        );
    } catch (error) {
      if (this.#state.tokens !== tokens) return;
      if (error instanceof RefusedError) this.#set(null, ended);
      else this.#set(tokens, inWords(error));
    }
  }

  #renew(): Promise<SessionAnswer | null> {
    return oneTabAtATime(() => requestSession('POST', `${this.#path}/refresh`));
  }

  #set(tokens: Tokens | null, problem: string): void {
    this.#state = { tokens, problem };
    for (const listener of this.#listeners) listener();
  }
}

function inWords(error: unknown): string {
  return error instanceof Error && error.message ? error.message : 'Something went wrong.';
}
