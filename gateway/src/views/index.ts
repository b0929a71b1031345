import {
  buildSchema,
  makeExecutor,
  productVersion,
  type Logger,
  type Subgraph,
  type SubgraphRequest,
} from '@cdx/kit';
import type { RequestContext } from '../execution/request-context.ts';
import { liveFields } from '../live/fields.ts';
import { toSource, type SubgraphSource } from '../datasources/data-source.ts';
import { mutation, type SagaRunner } from '../sagas/index.ts';
import { complianceReport, type ComplianceArguments } from './compliance.ts';
import type { Context } from './context.ts';
import { viewsContract } from './contract.ts';
import { readFacts, type GraphFacts } from './facts.ts';
import { dataLineage, type LineageArguments } from './lineage.ts';
import { search, type SearchArguments } from './search.ts';
import { serviceHealth } from './service-health.ts';
import { timeline, type TimelineArguments } from './timeline.ts';

const resolvers = {
  Mutation: mutation,
  Query: {
    search: (_: unknown, args: SearchArguments, context: Context) => search(context, args),
    timeline: (_: unknown, args: TimelineArguments, context: Context) => timeline(context, args),
    dataLineage: (_: unknown, args: LineageArguments, context: Context) => dataLineage(context, args),
    serviceHealth: (_: unknown, { services }: { services?: readonly string[] | null }, context: Context) =>
      serviceHealth(context, services),
    complianceReport: (_: unknown, args: ComplianceArguments, context: Context) =>
      complianceReport(context, args),
  },
  Subscription: liveFields,
};

/** What the views read. */
export interface ViewsOptions {
  /** The services of the graph, the views themselves among them or not. */
  readonly sources: () => readonly SubgraphSource[];
  readonly sagas: SagaRunner;
  readonly log: Logger;
}

/** The views across services: a subgraph of the gateway's own, which asks the others as the caller. */
export interface Views {
  readonly source: SubgraphSource;
  /** Takes note of the graph as it is composed from now on. */
  onSupergraph(sdl: string): void;
}

/** Opens the views. They answer once the supergraph is known. */
export function openViews({ sources, sagas, log }: ViewsOptions): Views {
  let supergraph: string | undefined;
  let known: GraphFacts | undefined;
  /** Read when a view is first asked: a gateway that starts has enough to do. */
  const factsNow = (): GraphFacts => {
    if (supergraph === undefined) throw new TypeError('The views were asked before there was a graph');
    return (known ??= readFacts(supergraph));
  };
  const { name, typeDefs } = viewsContract;
  const subgraph: Subgraph = {
    name,
    typeDefs,
    schema: buildSchema({ name, typeDefs, resolvers }),
    createContext: (request) => request,
    selecting: (context) => context,
    // What is read is put on record by the services that are asked.
    recordAccess: () => Promise.resolve(),
    checkHealth: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const execute = makeExecutor(subgraph, log);
  const contextOf = (context: RequestContext): SubgraphRequest => {
    const services = new Map(sources().map((source) => [source.name, source]));
    const views: Context & { readonly sagas: SagaRunner } = {
      ...context.request,
      facts: factsNow(),
      live: context.live,
      sagas,
      probes: services,
      async ask(service, query, variables) {
        const source = services.get(service);
        if (!source) throw new TypeError(`There is no service ${service}`);
        return source.ask({ query, variables }, context);
      },
    };
    return views;
  };
  return {
    source: toSource(name, (operation, context) => execute(operation, contextOf(context)), {
      check: () => Promise.resolve(),
      version: () => Promise.resolve(productVersion),
      close: () => Promise.resolve(),
    }),
    onSupergraph(sdl) {
      supergraph = sdl;
      known = undefined;
    },
  };
}
