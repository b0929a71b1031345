import type { ApolloServer } from '@apollo/server';
import { codedError, unauthenticated, type Identity, type Logger, type SubgraphRequest } from '@cdx/kit';
import { GraphQLError, type FormattedExecutionResult } from 'graphql';
import { ensureError, formatErrors } from '../errors/format-errors.ts';
import { openRequestContext, type RequestContext } from '../execution/request-context.ts';
import { EventQueue } from './event-queue.ts';
import { liveRequestId, type LiveSources, type LiveStep, type Watch } from './step.ts';

/** An operation as a client sends it. */
export interface SentOperation {
  readonly query?: string | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly extensions?: Record<string, unknown> | null | undefined;
}

/** Who asks by a connection that stays open. */
export interface LiveCaller extends Pick<SubgraphRequest, 'requestId' | 'ipAddress' | 'userAgent'> {
  readonly identity: Identity;
  /** When the access token ends, in milliseconds since the epoch; undefined without one. */
  readonly expiresAt: number | undefined;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

export interface LiveOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly sources: LiveSources;
  /** Writes an answer as text. */
  readonly stringify: (result: FormattedExecutionResult) => string;
  /** The longest that one execution may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The most subscriptions of one caller at once. */
  readonly perCaller: number;
  readonly log: Logger;
}

/** Answers of one operation: one for each event. */
export type Answers = AsyncGenerator<FormattedExecutionResult, void>;

/** How many events wait for a client that takes its answers slowly; then its subscription ends. */
const mostWaiting = 1_000;

/** Executes operations for connections that stay open: subscriptions, each as often as something happens. */
export class Live {
  readonly #options: LiveOptions;
  readonly #counts = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** The answer of a query or mutation, or what is wrong with a subscription; of one that has begun its answers. */
  async run(operation: SentOperation, caller: LiveCaller): Promise<FormattedExecutionResult | Answers> {
    let watch: Watch | undefined;
    const begin = { kind: 'begin', watch: (given: Watch) => void (watch = given) } as const;
    const answer = await this.#execute(operation, caller, caller.requestId, begin);
    if (!watch || answer.errors) return answer;
    const queue = new EventQueue<unknown>(mostWaiting);
    let leave: (() => void) | undefined;
    try {
      const end = (leave = this.#enter(caller));
      const stop = await watch(this.#options.sources, queue.add);
      return endable(caller, (whileThere) =>
        this.#answers(operation, whileThere, queue, () => {
          stop();
          end();
        }),
      );
    } catch (error) {
      leave?.();
      return this.#failure(error, caller.requestId);
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closing.abort();
    this.#options.sources.changes.close();
    this.#options.sources.health.close();
  }

  async *#answers(
    operation: SentOperation,
    caller: LiveCaller,
    queue: EventQueue<unknown>,
    end: () => void,
  ): Answers {
    const expired = expiry(caller.expiresAt);
    const signal = AbortSignal.any([caller.signal, this.#closing.signal, expired.signal]);
    try {
      for await (const event of queue.take(signal)) {
        const requestId = liveRequestId();
        const answer = await this.#execute(operation, { ...caller, signal }, requestId, {
          kind: 'event',
          event,
        });
        if (signal.aborted) break;
        if (answer.errors || Object.values(answer.data ?? {}).some((value) => value !== null)) yield answer;
      }
      if (expired.signal.aborted) yield failure(tokenExpired());
      if (queue.isOver)
        yield failure(
          codedError('RATE_LIMITED', `More than ${mostWaiting} events wait to be read: subscribe again`),
        );
    } catch (error) {
      yield this.#failure(error, caller.requestId);
    } finally {
      expired.stop();
      end();
    }
  }

  async #execute(
    { query, operationName, variables, extensions }: SentOperation,
    { identity, ipAddress, userAgent, signal }: LiveCaller,
    requestId: string,
    live: LiveStep,
  ): Promise<FormattedExecutionResult> {
    const { apollo, stringify, timeoutMs } = this.#options;
    const contextValue = openRequestContext(
      {
        identity,
        requestId,
        ipAddress,
        userAgent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        deadlineMs: Date.now() + timeoutMs,
        isFresh: live.kind === 'event',
      },
      live,
    );
    const request = {
      ...(query === undefined ? {} : { query }),
      ...(operationName == null ? {} : { operationName }),
      ...(variables == null ? {} : { variables }),
      ...(extensions == null ? {} : { extensions }),
    };
    const { body } = await apollo.executeOperation(request, { contextValue });
    if (body.kind !== 'single') throw new TypeError('An answer in parts was not asked for');
    // As it would be sent: some of an answer is text until then.
    return JSON.parse(stringify(body.singleResult)) as FormattedExecutionResult;
  }

  #failure(error: unknown, requestId: string): FormattedExecutionResult {
    if (!(error instanceof GraphQLError))
      this.#options.log.error({ error, requestId }, 'a subscription failed');
    return failure(ensureError(error));
  }

  /** @throws RATE_LIMITED when the caller has as many subscriptions as one may */
  #enter({ identity, ipAddress }: LiveCaller): () => void {
    const { perCaller } = this.#options;
    const key = identity.userId ?? `${ipAddress ?? ''}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= perCaller)
      throw codedError('RATE_LIMITED', `One caller has at most ${perCaller} subscriptions at once`);
    this.#counts.set(key, count + 1);
    return () => {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}

/** A result of an error alone, as it leaves the gateway. */
export function failure(error: Error): FormattedExecutionResult {
  return { errors: formatErrors([error]).formatted };
}

/** The answer to who goes on with a token that has ended. */
export function tokenExpired(): GraphQLError {
  return unauthenticated('The access token has expired: subscribe again with a new one');
}

/** The most milliseconds that a timer takes: of a token that lasts longer, clients log in anew before. */
const longestTimerMs = 2 ** 31 - 1;

/** A signal that is aborted at a moment; never without one. */
function expiry(at: number | undefined): { readonly signal: AbortSignal; stop(): void } {
  const expired = new AbortController();
  const timer =
    at === undefined
      ? undefined
      : setTimeout(() => expired.abort(), Math.min(Math.max(0, at - Date.now()), longestTimerMs)).unref();
  return { signal: expired.signal, stop: () => clearTimeout(timer) };
}

/**
 * Answers that end at once when nobody reads on: a generator by itself would first wait for its next event.
 * @param answer makes them, for as long as the caller that it is given is there
 */
function endable(caller: LiveCaller, answer: (whileThere: LiveCaller) => Answers): Answers {
  const left = new AbortController();
  const answers = answer({ ...caller, signal: AbortSignal.any([caller.signal, left.signal]) });
  const end = answers.return.bind(answers);
  return Object.assign(answers, {
    return: (): ReturnType<typeof end> => {
      left.abort();
      return end(undefined);
    },
  });
}
