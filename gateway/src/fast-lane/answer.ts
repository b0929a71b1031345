import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from '@apollo/server';
import type { GatewayExecutionResult, GatewayExecutor } from '@apollo/server-gateway-interface';
import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import { asGraphQLError, ensureError, formatErrors, mergeHead } from '../errors/format-errors.ts';
import type { RequestContext } from '../execution/request-context.ts';
import { toGatewayContext } from './gateway-context.ts';
import type { WarmRequest } from './read-request.ts';

type Context = GraphQLRequestContext<RequestContext>;
type Listener = GraphQLRequestListener<RequestContext>;

/** What of Apollo Server answers a request. */
export interface ServerParts {
  readonly plugins: readonly ApolloServerPlugin<RequestContext>[];
  readonly execute: GatewayExecutor;
  readonly stringify: (result: FormattedExecutionResult) => string;
}

/** An answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: string;
}

/**
 * Answers a warm query as Apollo Server does (`processGraphQLRequest`, `runHttpQuery`), from where the document is known
 * to be valid: the same hooks of the same plugins in the same order, with the same context.
 */
export async function answerWarm(
  asked: WarmRequest,
  contextValue: RequestContext,
  server: ServerParts,
): Promise<Answer> {
  const run = new Run(asked, contextValue, server);
  try {
    return run.send(await run.process());
  } catch (error) {
    return run.fail(ensureError(error));
  }
}

/** What Apollo Server fills in as it goes. */
type Growing = { -readonly [Key in keyof Context]: Context[Key] };
/** A context that has all that hooks after the resolution of the operation are promised. */
type Resolved = Context &
  Required<Pick<Context, 'queryHash' | 'source' | 'document' | 'operation' | 'operationName'>>;

class Run {
  readonly #asked: WarmRequest;
  readonly #server: ServerParts;
  readonly #context: Growing;
  #listeners: Listener[] = [];

  constructor(asked: WarmRequest, contextValue: RequestContext, server: ServerParts) {
    const { logger, cache, schema, freshPolicy } = asked.warm;
    this.#asked = asked;
    this.#server = server;
    this.#context = {
      logger,
      cache,
      schema,
      request: asked.request,
      response: { http: { headers: new HeaderMap() } },
      contextValue,
      metrics: {},
      overallCachePolicy: { ...freshPolicy },
      requestIsBatched: false,
    };
  }

  async process(): Promise<GraphQLResponse> {
    const { warm, operation, isByHash } = this.#asked;
    const context = this.#context;
    const { plugins } = this.#server;
    const listeners = await callEach(plugins, (plugin) => plugin.requestDidStart?.(context));
    this.#listeners = listeners.filter((listener) => listener !== undefined);
    Object.assign(context.metrics, { persistedQueryHit: isByHash, persistedQueryRegister: false });
    context.queryHash = warm.queryHash;
    context.source = warm.source;
    const resolved = context as Resolved;
    await this.#each((listener) => listener.didResolveSource?.(resolved));
    context.document = warm.document;
    context.operation = operation;
    context.operationName = operation.name?.value ?? null;
    try {
      await this.#each((listener) => listener.didResolveOperation?.(resolved));
    } catch (error) {
      return this.#refuse(ensureError(error));
    }
    return (await this.#answerOfPlugin(resolved)) ?? this.#execute(resolved);
  }

  /** The answer as HTTP has it. */
  send({ http, body }: GraphQLResponse): Answer {
    if (body.kind !== 'single')
      throw new TypeError('A plugin answered in parts what was to be answered in one');
    if (!http.headers.get('content-type')) http.headers.set('content-type', this.#asked.contentType);
    const { errors, data, extensions } = body.singleResult;
    return {
      status: http.status ?? 200,
      headers: http.headers,
      body: this.#server.stringify({ errors, data, extensions } as FormattedExecutionResult),
    };
  }

  /** A hook has failed, which is nothing that callers could know about. */
  async fail(error: Error): Promise<Answer> {
    const requestContext = this.#context;
    const { plugins } = this.#server;
    await callEach(plugins, (plugin) => plugin.unexpectedErrorProcessingRequest?.({ requestContext, error }));
    requestContext.logger.error(`Unexpected error processing request: ${String(error)}`);
    const { formatted, http } = formatErrors([new Error('Internal server error')]);
    http.headers.set('content-type', this.#asked.contentType);
    return { status: 500, headers: http.headers, body: this.#server.stringify({ errors: formatted }) };
  }

  async #answerOfPlugin(context: Resolved): Promise<GraphQLResponse | undefined> {
    for (const listener of this.#listeners) {
      const answer = listener.responseForOperation?.(context);
      const response = answer && (await answer);
      if (!response) continue;
      context.response.body = response.body;
      mergeHead(context.response.http, response.http);
      return this.#finish();
    }
    return undefined;
  }

  async #execute(context: Resolved): Promise<GraphQLResponse> {
    const started = await this.#each((listener) => listener.executionDidStart?.(context));
    const ends = started.flatMap((listener) => listener ?? []).reverse();
    try {
      const { errors, ...result } = await this.#server.execute(toGatewayContext(context));
      context.response.body = {
        kind: 'single',
        singleResult: errors ? await this.#told(errors, result) : result,
      };
    } catch (thrown) {
      const error = ensureError(thrown);
      await callEach(ends, (listener) => listener.executionDidEnd?.(error));
      return this.#refuse(error);
    }
    await callEach(ends, (listener) => listener.executionDidEnd?.());
    return this.#finish();
  }

  /** A result with errors: some that callers cannot but have made are the request's. */
  async #told(
    errors: readonly GraphQLError[],
    result: Omit<GatewayExecutionResult, 'errors'>,
  ): Promise<FormattedExecutionResult> {
    await this.#tell(errors);
    const { formatted, http } = formatErrors(errors);
    if (errors.length > 0 && result.data === undefined) http.status ||= 400;
    mergeHead(this.#context.response.http, http);
    return { ...result, errors: formatted };
  }

  async #refuse(error: Error): Promise<GraphQLResponse> {
    const errors = [asGraphQLError(error)];
    await this.#tell(errors);
    const { formatted, http } = formatErrors(errors);
    const { response } = this.#context;
    response.body = { kind: 'single', singleResult: { errors: formatted } };
    mergeHead(response.http, http);
    response.http.status ??= 500;
    return this.#finish();
  }

  async #tell(errors: readonly GraphQLError[]): Promise<void> {
    this.#context.errors = errors;
    const context = this.#context as Context & { readonly errors: readonly GraphQLError[] };
    await this.#each((listener) => listener.didEncounterErrors?.(context));
  }

  async #finish(): Promise<GraphQLResponse> {
    const context = this.#context as Resolved & { readonly response: GraphQLResponse };
    await this.#each((listener) => listener.willSendResponse?.(context));
    return context.response;
  }

  #each<Value>(hook: (listener: Listener) => Promise<Value> | undefined): Promise<Value[]> | Value[] {
    return callEach(this.#listeners, hook);
  }
}

/** Calls a hook of each that has it, all at once; the answers are there when all are. Most hooks nobody has. */
function callEach<Target, Value>(
  targets: readonly Target[],
  hook: (target: Target) => Promise<Value> | undefined,
): Promise<Value[]> | Value[] {
  const called: Promise<Value>[] = [];
  for (const target of targets) {
    const answer = hook(target);
    if (answer) called.push(answer);
  }
  return called.length === 0 ? [] : Promise.all(called);
}
