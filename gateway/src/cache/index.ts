import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContextDidResolveOperation,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLRequestContextWillSendResponse,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from '@apollo/server';
import { writeJson, type Logger } from '@cdx/kit';
import { OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import type { Redis } from 'ioredis';
import type { RequestContext } from '../execution/request-context.ts';
import type { Settings } from '../settings.ts';
import { epochsInMemory, epochsInRedis, type Epochs } from './epochs.ts';
import { readCacheHints, type CacheHints } from './hints.ts';
import { hashOf, keyOf, mayKeepFor } from './key.ts';
import { policyOf, type OperationPolicy } from './policy.ts';
import { longestSeconds, storeInMemory, storeInRedis, type AnswerStore } from './store.ts';

/** Where answers are kept, and by what it is known that they are no longer right. */
export interface ResponseCacheParts {
  readonly store: AnswerStore;
  readonly epochs: Epochs;
}

export interface CacheOptions {
  readonly redis: Redis | undefined;
  readonly settings: Pick<Settings, 'RESPONSE_CACHE_MB'>;
  readonly log: Logger;
}

/** The parts in Redis where there is one, and else in the memory of this process. */
export function cacheParts({ redis, settings, log }: CacheOptions): ResponseCacheParts {
  return redis
    ? { store: storeInRedis(redis), epochs: epochsInRedis(redis, log) }
    : { store: storeInMemory(settings.RESPONSE_CACHE_MB), epochs: epochsInMemory() };
}

/** The supergraph in use, and the policies of its operations, each found once. */
interface Graph {
  readonly version: string;
  readonly hints: CacheHints;
  readonly policies: WeakMap<OperationDefinitionNode, { readonly policy: OperationPolicy | undefined }>;
}

/**
 * Keeps the answers that `@cacheControl` allows to keep, and forgets them when what they were read from changes. Says so
 * to clients by Apollo Server's own means, the policy of the request.
 */
export function responseCache(parts: ResponseCacheParts): ApolloServerPlugin<RequestContext> {
  let graph: Graph | undefined;
  return {
    serverWillStart: () =>
      Promise.resolve({
        schemaDidLoadOrUpdate({ coreSupergraphSdl = '' }) {
          graph = {
            version: hashOf(coreSupergraphSdl),
            hints: readCacheHints(coreSupergraphSdl),
            policies: new WeakMap(),
          };
        },
      }),
    requestDidStart: () => Promise.resolve(graph && new KeptRequest(parts, graph)),
  };
}

class KeptRequest implements GraphQLRequestListener<RequestContext> {
  readonly #parts: ResponseCacheParts;
  readonly #graph: Graph;
  #policy: OperationPolicy | undefined;
  /** What the answer is to be kept under; none when it was kept already. */
  #key: string | undefined;
  readonly #changes: Promise<void>[] = [];

  constructor(parts: ResponseCacheParts, graph: Graph) {
    this.#parts = parts;
    this.#graph = graph;
  }

  didResolveOperation(context: GraphQLRequestContextDidResolveOperation<RequestContext>): Promise<void> {
    const { operation, contextValue, overallCachePolicy } = context;
    const { identity } = contextValue.request;
    if (operation?.operation === OperationTypeNode.MUTATION) {
      const { epochs } = this.#parts;
      contextValue.changeListeners.add((change) => void this.#changes.push(epochs.advance(change)));
    } else if (operation && mayKeepFor(identity)) {
      this.#policy = this.#policyOf(context, operation);
      // What needs a login must not be in a cache on the way, which knows nothing of logins.
      const scope = this.#policy?.isShared && identity.userId === null ? 'PUBLIC' : 'PRIVATE';
      if (this.#policy) overallCachePolicy.restrict({ maxAge: this.#policy.maxAge, scope });
    }
    return Promise.resolve();
  }

  async responseForOperation(
    context: GraphQLRequestContextResponseForOperation<RequestContext>,
  ): Promise<GraphQLResponse | null> {
    const policy = this.#policy;
    if (!policy) return null;
    const { store, epochs } = this.#parts;
    const { tenantId } = context.contextValue.request.identity;
    const current = await epochs.current(policy.domains, tenantId).catch(() => undefined);
    if (current === undefined) {
      context.overallCachePolicy.restrict({ maxAge: 0 });
      return null;
    }
    const key = keyOf(context, policy, { version: this.#graph.version, epochs: current });
    const kept = await store.get(key);
    context.metrics.responseCacheHit = kept !== undefined;
    if (kept === undefined) {
      this.#key = key;
      return null;
    }
    const { data, time } = JSON.parse(kept) as Kept;
    const age = Math.max(0, Math.round((Date.now() - time) / 1_000));
    const headers = new HeaderMap([['age', String(age)]]);
    return { http: { headers }, body: { kind: 'single', singleResult: { data } } };
  }

  async willSendResponse(context: GraphQLRequestContextWillSendResponse<RequestContext>): Promise<void> {
    const { http, body } = context.response;
    // A browser may keep an answer too, and be used by one after another.
    if (this.#policy) http.headers.set('vary', 'Origin, Authorization');
    if (this.#key !== undefined && body.kind === 'single' && !body.singleResult.errors) {
      const { data } = body.singleResult;
      const { maxAge = 0 } = context.overallCachePolicy;
      if (data && maxAge > 0) {
        const kept = writeJson({ time: Date.now(), data } satisfies Kept);
        void this.#parts.store.set(this.#key, kept, Math.min(maxAge, longestSeconds));
      }
    }
    // Whoever knows of the change must not be answered as before.
    if (this.#changes.length > 0) await Promise.all(this.#changes);
  }

  #policyOf(
    { schema, document }: GraphQLRequestContextDidResolveOperation<RequestContext>,
    operation: OperationDefinitionNode,
  ): OperationPolicy | undefined {
    const { hints, policies } = this.#graph;
    let found = policies.get(operation);
    if (!found) {
      found = { policy: policyOf(schema, hints, document, operation) };
      policies.set(operation, found);
    }
    return found.policy;
  }
}

/** An answer as it is kept. */
interface Kept {
  /** When it was made, in milliseconds since the epoch. */
  readonly time: number;
  readonly data: Record<string, unknown>;
}
