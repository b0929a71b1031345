import type {
  GatewayExecutionResult,
  GatewayExecutor,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import type { Identity, Logger } from '@cdx/kit';
import { GraphQLError, OperationTypeNode, type DocumentNode } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import { Flight } from './flight.ts';
import type { SharedAnswers } from './shared-answers.ts';

type Context = GatewayGraphQLRequestContext<RequestContext>;
type Answer = Flight<GatewayExecutionResult>;

/**
 * Executes a query that a caller asks several times at once, once. What comes before this, each request goes through by
 * itself: it is counted, its cost is held against the budget, and what it may ask for is decided.
 */
export function joinQueries(
  gateway: GatewayInterface,
  answers: SharedAnswers,
  log: Logger,
): GatewayInterface {
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    async load(config) {
      const { executor } = await gateway.load(config);
      if (!executor) throw new TypeError('The gateway has no executor');
      const joiner = new Joiner(executor, answers, log);
      return { executor: (context) => joiner.execute(context as Context) };
    },
    stop: () => gateway.stop(),
  };
}

class Joiner {
  readonly #execute: GatewayExecutor;
  readonly #answers: SharedAnswers;
  readonly #log: Logger;
  /** What is being executed, by document; then by who asks, and with which variables. */
  #flights = new WeakMap<DocumentNode, Map<string, Answer>>();
  /** Identities as text: a token is verified once for many requests, which have the same object then. */
  readonly #identities = new WeakMap<Identity, string>();

  constructor(execute: GatewayExecutor, answers: SharedAnswers, log: Logger) {
    this.#execute = execute;
    this.#answers = answers;
    this.#log = log;
  }

  execute(context: Context): Promise<GatewayExecutionResult> {
    const { operation } = context.operation;
    if (operation === OperationTypeNode.MUTATION) return this.#write(context);
    // Each event is another, and is to be told as it is now.
    if (operation === OperationTypeNode.SUBSCRIPTION) return this.#execute(context);
    const { role } = context.context.request.identity;
    // What a superadmin reads is put on record, each time that it is read.
    return role === 'superadmin' || role === 'system' ? this.#execute(context) : this.#join(context);
  }

  /**
   * Who asks after a change must see it, so what has begun before is for those who wait already: from the commit on,
   * since an answer that is made after it is kept as one (see `cache/`), and once more when the whole is done.
   */
  async #write(context: Context): Promise<GatewayExecutionResult> {
    const forget = (): void => void (this.#flights = new WeakMap());
    context.context.changeListeners.add(forget);
    try {
      return await this.#execute(context);
    } finally {
      forget();
    }
  }

  async #join(context: Context): Promise<GatewayExecutionResult> {
    const { request } = context.context;
    const flights = this.#flights.get(context.document) ?? new Map<string, Answer>();
    this.#flights.set(context.document, flights);
    const key = this.#keyOf(context);
    const known = flights.get(key);
    if (!known || known.isAbandoned) return this.#begin(context, flights, key);
    const { requestId } = known.context.request;
    this.#log.debug({ requestId: request.requestId, with: requestId }, 'a query joins one that is running');
    const answer = await known.wait(request).catch(() => undefined);
    return answer && !isOwn(answer) ? copyOf(answer) : this.#execute(context);
  }

  async #begin(context: Context, flights: Map<string, Answer>, key: string): Promise<GatewayExecutionResult> {
    const flight: Answer = new Flight(context.context.request, async (ownContext) => {
      try {
        const answer = await this.#execute({ ...context, context: ownContext });
        if (flight.joined > 1 && answer.data) this.#answers.share(answer.data);
        return answer;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return (await flight.wait(context.context.request)) ?? this.#execute(context);
  }

  #keyOf({ context, operation, request }: Context): string {
    const { identity } = context.request;
    let caller = this.#identities.get(identity);
    if (caller === undefined) {
      caller = JSON.stringify(identity);
      this.#identities.set(identity, caller);
    }
    return caller + JSON.stringify([operation.name?.value, request.variables]);
  }
}

/** Refusals are put on record one by one; and who has time left need not take it that another's has run out. */
const ownCodes = new Set<unknown>(['FORBIDDEN', 'DEADLINE_EXCEEDED']);

function isOwn({ errors = [] }: GatewayExecutionResult): boolean {
  return errors.some(({ extensions }) => ownCodes.has(extensions.code));
}

function copyOf({ errors, ...rest }: GatewayExecutionResult): GatewayExecutionResult {
  return errors ? { ...rest, errors: errors.map(copyOfError) } : rest;
}

function copyOfError({ message, nodes, path, originalError, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    path: path ? [...path] : null,
    originalError: originalError ?? null,
    extensions: { ...extensions },
  });
}
