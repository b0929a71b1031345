import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestContextResponseForOperation,
} from '@apollo/server';
import { OperationTypeNode, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../execution/request-context.ts';

type Context = GraphQLRequestContext<RequestContext>;

/** A document that Apollo Server has parsed and validated, for the schema that is served. */
export interface WarmDocument extends Pick<Context, 'schema' | 'logger' | 'cache'> {
  readonly source: string;
  /** The SHA-256 of the source, in hexadecimal. */
  readonly queryHash: string;
  readonly document: DocumentNode;
  /** What every request's policy is a copy of: its methods work on what they are called on. */
  readonly freshPolicy: Context['overallCachePolicy'];
}

/** The most documents, and the most characters of theirs, that are kept. */
const kept = { documents: 5_000, characters: 8_000_000 };

/** The documents that need neither parsing nor validation any more, by their text and by their hash. */
export class WarmDocuments {
  readonly #bySource = new LRUCache<string, WarmDocument>({
    max: kept.documents,
    maxSize: kept.characters,
    sizeCalculation: ({ source }) => source.length,
  });
  /** The texts that clients may ask for by hash (automatic persisted queries). */
  readonly #persisted = new LRUCache<string, string>({ max: kept.documents });
  #schema: WarmDocument['schema'] | undefined;

  /** Learns from what passes through Apollo Server; another schema begins anew. */
  readonly plugin: ApolloServerPlugin<RequestContext> = {
    serverWillStart: () =>
      Promise.resolve({
        schemaDidLoadOrUpdate: ({ apiSchema }) => {
          this.#schema = apiSchema;
          this.#bySource.clear();
        },
      }),
    requestDidStart: ({ overallCachePolicy }) => {
      const freshPolicy = { ...overallCachePolicy };
      return Promise.resolve({
        // Nothing has refused it by now. What depends on the caller and the variables is asked anew every time.
        responseForOperation: (context) => {
          this.#learn(context, freshPolicy);
          return Promise.resolve(null);
        },
      });
    },
  };

  ofSource(source: string): WarmDocument | undefined {
    return this.#bySource.get(source);
  }

  /** The document of a hash that a client has registered, as Apollo Server would find it. */
  ofHash(hash: string): WarmDocument | undefined {
    const source = this.#persisted.get(hash);
    return source === undefined ? undefined : this.#bySource.get(source);
  }

  #learn(
    context: GraphQLRequestContextResponseForOperation<RequestContext>,
    freshPolicy: Context['overallCachePolicy'],
  ): void {
    const { source, queryHash = '', document, schema, operation, metrics, logger, cache } = context;
    if (schema !== this.#schema || operation.operation !== OperationTypeNode.QUERY) return;
    this.#bySource.set(source, { source, queryHash, document, schema, logger, cache, freshPolicy });
    const isPersisted = metrics.persistedQueryHit === true || metrics.persistedQueryRegister === true;
    if (isPersisted) this.#persisted.set(queryHash, source);
  }
}
