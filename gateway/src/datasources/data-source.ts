import { channel } from 'node:diagnostics_channel';
import {
  system,
  type FollowedChanges,
  type Heads,
  type SubgraphOperation,
  type SubgraphRequest,
  type SubgraphResult,
} from '@cdx/kit';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';

/** One fetch of the gateway from a subgraph: what a test counts, and a trace shows. */
export interface FetchEvent {
  readonly subgraph: string;
  readonly query: string;
}

/** Publishes a `FetchEvent` for every fetch; free while nobody listens. */
export const fetchChannel = channel('cdx:fetch');

/** A subgraph as the gateway reaches it. */
export interface SubgraphSource {
  readonly name: string;
  /** Asks for a client's request. Never rejects: what fails becomes an error in the answer. */
  ask(operation: SubgraphOperation, context: RequestContext): Promise<SubgraphResult>;
  /** Asks for the gateway itself, as the system. */
  fetch(query: string, variables?: Readonly<Record<string, unknown>>): Promise<SubgraphResult>;
  /**
   * Follows what happens in the subgraph; absent where it cannot be followed. Throws when it is lost.
   * @param from how far an earlier following had come; from now on when not given
   */
  readonly follow?: (from: Heads | undefined, signal: AbortSignal) => AsyncIterable<FollowedChanges>;
  /** Rejects with the reason when the subgraph cannot answer. */
  check(): Promise<void>;
  /** The version that the subgraph runs; undefined when it does not say. */
  version(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Fetches for a client request. Never rejects: what fails becomes an error in the answer. */
export type Fetch = (operation: SubgraphOperation, context: RequestContext) => Promise<SubgraphResult>;

/** Makes a fetch into what the gateway calls. */
export function toSource(
  name: string,
  fetch: Fetch,
  rest: Pick<SubgraphSource, 'check' | 'version' | 'close' | 'follow'>,
): SubgraphSource {
  return {
    ...rest,
    name,
    fetch: (query, variables) => fetch({ query, variables }, makeRequestContext(ownRequest())),
    ask(operation, context) {
      const { query } = operation;
      if (fetchChannel.hasSubscribers) fetchChannel.publish({ subgraph: name, query } satisfies FetchEvent);
      return fetch(operation, context);
    },
  };
}

/** A request that the gateway makes for itself: a health check, the loading of a schema. */
export function ownRequest(timeoutMs = 5_000): SubgraphRequest {
  return {
    identity: system,
    requestId: 'gateway',
    ipAddress: null,
    userAgent: null,
    signal: AbortSignal.timeout(timeoutMs),
    deadlineMs: Date.now() + timeoutMs,
  };
}
