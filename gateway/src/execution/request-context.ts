import {
  signIdentity,
  type InternalSecrets,
  type RowsChanged,
  type Subgraph,
  type SubgraphRequest,
} from '@cdx/kit';
import type { LiveStep } from '../live/step.ts';

/**
 * One client request, for as long as it runs: who asks, and what each subgraph keeps for it. A plain object, since
 * Apollo Server hands out shallow copies of it; the maps in it are shared by them.
 */
export interface RequestContext {
  readonly request: SubgraphRequest;
  /** Who is told, after each commit, of what the request's writes have changed. */
  readonly changeListeners: Set<(change: RowsChanged) => void>;
  /** The contexts of subgraphs in this process, by name. */
  readonly subgraphContexts: Map<string, SubgraphRequest>;
  /** The caller's identity as signed for each remote subgraph, by name. */
  readonly signedIdentities: Map<string, string>;
  /** What a subscription is executed for. */
  readonly live?: LiveStep;
}

/**
 * The context of a request that begins.
 * @param changeListeners those that `request.onChange` tells
 */
export function makeRequestContext(
  request: SubgraphRequest,
  changeListeners: RequestContext['changeListeners'] = new Set(),
): RequestContext {
  return { request, changeListeners, subgraphContexts: new Map(), signedIdentities: new Map() };
}

/**
 * The context of a client's request, whose listeners are told of its changes.
 * @param live what a subscription is executed for
 */
export function openRequestContext(request: SubgraphRequest, live?: LiveStep): RequestContext {
  const listeners: RequestContext['changeListeners'] = new Set();
  const onChange = (change: RowsChanged): void => listeners.forEach((listener) => listener(change));
  const context = makeRequestContext({ ...request, onChange }, listeners);
  return live ? { ...context, live } : context;
}

/** The subgraph's context in a request: the loaders in it are shared by all its fetches. */
export function contextOf(
  { request, subgraphContexts }: RequestContext,
  subgraph: Subgraph,
): SubgraphRequest {
  let context = subgraphContexts.get(subgraph.name);
  if (!context) {
    context = subgraph.createContext(request);
    subgraphContexts.set(subgraph.name, context);
  }
  return context;
}

/** The caller's identity, signed for a remote subgraph, once for all fetches from it. */
export function identityFor(
  { request, signedIdentities }: RequestContext,
  subgraph: string,
  secrets: InternalSecrets,
): string {
  let signed = signedIdentities.get(subgraph);
  if (!signed) {
    signed = signIdentity(secrets, subgraph, request);
    signedIdentities.set(subgraph, signed);
  }
  return signed;
}
