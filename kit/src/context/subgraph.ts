import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { ExecutedOperation } from '../audit/access.ts';
import type { FollowedChanges, Heads } from '../changes/follow.ts';
import type { Identity } from '../identity/identity.ts';
import type { Selection } from './selection.ts';

/** What a write has changed, as far as others must know who keep answers. */
export interface RowsChanged {
  /** The domain whose database they are in. */
  readonly domain: string;
  /** The tenant that they belong to; null for rows of no tenant, which everybody may see. */
  readonly tenantId: string | null;
}

/** What the gateway hands a subgraph with each fetch. */
export interface SubgraphRequest {
  readonly identity: Identity;
  /** The same for every fetch of one client request; written to logs and audit. */
  readonly requestId: string;
  /** Where the request came from, for the log-in records; null when unknown. */
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Aborted when the client leaves or the deadline passes. */
  readonly signal: AbortSignal;
  /** The moment, in milliseconds since the epoch, after which nobody waits for the answer. */
  readonly deadlineMs: number;
  /** Whether it must see all that is committed by now: a replica, which may lag, is not asked then. */
  readonly isFresh?: boolean;
  /** Told of what the request's writes have changed, each after its commit: it must not take time. */
  readonly onChange?: (change: RowsChanged) => void;
}

/**
 * One domain of the graph, ready to execute. The gateway calls it in its own process, and `serveSubgraph`
 * serves it over HTTP: both run the same schema with a context from the same function.
 */
export interface Subgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
  /** The executable schema, with `_service` and `_entities`. */
  readonly schema: GraphQLSchema;
  /** The context of one client request; the loaders in it are shared by its fetches. */
  createContext(request: SubgraphRequest): SubgraphRequest;
  /** That context for one operation, which reads no more of a row than the operation selects. */
  selecting(context: object, selection: Selection): object;
  /**
   * Puts on record what was refused in an operation, and what of other tenants was read. Its answer may leave when this
   * has resolved, and not when it has been rejected.
   */
  recordAccess(context: object, operation: ExecutedOperation): Promise<void>;
  /**
   * Follows what happens in the domain, by its audit log; absent where there is none.
   * @param from how far an earlier following had come; from now on when not given
   */
  readonly follow?: (from: Heads | undefined, signal: AbortSignal) => AsyncIterable<FollowedChanges>;
  /** Resolves when the database answers; rejects with the reason when it does not. */
  checkHealth(): Promise<void>;
  close(): Promise<void>;
}
