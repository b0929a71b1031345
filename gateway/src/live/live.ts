import type { ApolloServer } from '@apollo/server';
import { codedError, unauthenticated, type Logger, type SubgraphRequest } from '@cdx/kit';
import { GraphQLError, type FormattedExecutionResult } from 'graphql';
import { ensureError, formatErrors } from '../errors/format-errors.ts';
import { openRequestContext, type RequestContext } from '../execution/request-context.ts';
import { Ending, type Lasting } from './ending.ts';
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
export interface LiveCaller
  extends Lasting, Pick<SubgraphRequest, 'identity' | 'requestId' | 'ipAddress' | 'userAgent'> {}

export interface LiveOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly sources: LiveSources;
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
  readonly #open = new Set<Ending>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** The answer of a query or mutation, or what is wrong with a subscription; of one that has begun its answers. */
  async run(operation: SentOperation, caller: LiveCaller): Promise<FormattedExecutionResult | Answers> {
    let watch: Watch | undefined;
    const begin = { kind: 'begin', watch: (given: Watch) => void (watch = given) } as const;
    const answer = await this.#execute(operation, caller, caller.requestId, begin);
    if (!watch || answer.errors) return answer;
    const ending = new Ending(caller);
    try {
      ending.finally(this.#enter(caller));
      const queue = new EventQueue<unknown>(mostWaiting);
      ending.finally(await watch(this.#options.sources, queue.add));
      this.#open.add(ending);
      ending.finally(() => this.#open.delete(ending));
      return endable(this.#answers(operation, { ...caller, signal: ending.signal }, queue, ending), ending);
    } catch (error) {
      ending.release();
      return this.#failure(error, caller.requestId);
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const ending of this.#open) ending.end();
    this.#options.sources.changes.close();
    this.#options.sources.health.close();
  }

  async *#answers(
    operation: SentOperation,
    caller: LiveCaller,
    queue: EventQueue<unknown>,
    ending: Ending,
  ): Answers {
    try {
      for await (const event of queue.take(ending.signal)) {
        const answer = await this.#execute(operation, caller, liveRequestId(), { kind: 'event', event });
        if (ending.signal.aborted) break;
        if (answer.errors || Object.values(answer.data ?? {}).some((value) => value !== null)) yield answer;
      }
      if (ending.hasExpired) yield failure(tokenExpired());
      if (queue.isOver) yield failure(tooSlow());
    } catch (error) {
      yield this.#failure(error, caller.requestId);
    } finally {
      ending.release();
    }
  }

  async #execute(
    { query, operationName, variables, extensions }: SentOperation,
    { identity, ipAddress, userAgent, signal }: LiveCaller,
    requestId: string,
    live: LiveStep,
  ): Promise<FormattedExecutionResult> {
    const { apollo, timeoutMs } = this.#options;
    const deadlineMs = Date.now() + timeoutMs;
    const ending = new Ending({ signal, expiresAt: deadlineMs });
    const from = { identity, requestId, ipAddress, userAgent };
    const isFresh = live.kind === 'event';
    const contextValue = openRequestContext({ ...from, signal: ending.signal, deadlineMs, isFresh }, live);
    const request = {
      ...(query === undefined ? {} : { query }),
      ...(operationName == null ? {} : { operationName }),
      ...(variables == null ? {} : { variables }),
      ...(extensions == null ? {} : { extensions }),
    };
    try {
      const { body } = await apollo.executeOperation(request, { contextValue });
      if (body.kind !== 'single') throw new TypeError('An answer in parts was not asked for');
      return body.singleResult;
    } finally {
      ending.release();
    }
  }

  #failure(error: unknown, requestId: string): FormattedExecutionResult {
    if (!(error instanceof GraphQLError))
      this.#options.log.error({ error, requestId }, 'a subscription failed');
    return failure(ensureError(error));
  }

  /** @throws RATE_LIMITED when the caller has as many subscriptions as one may */
  #enter({ identity, ipAddress }: LiveCaller): () => void {
    const { perCaller } = this.#options;
    const key = identity.userId ?? ipAddress ?? '';
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

function tooSlow(): GraphQLError {
  return codedError('RATE_LIMITED', `More than ${mostWaiting} events wait to be read: subscribe again`);
}

/** Answers that end at once when nobody reads on: a generator by itself would first wait for its next event. */
function endable(answers: Answers, ending: Ending): Answers {
  const end = answers.return.bind(answers);
  return Object.assign(answers, {
    return: (): ReturnType<typeof end> => {
      // Of one that has not begun, nothing else would.
      ending.release();
      return end(undefined);
    },
  });
}
