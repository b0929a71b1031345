/** Graphs of small subgraphs in this process, asked through the product's executor and through Apollo's own. */
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import {
  anonymous,
  makeLogger,
  workChannel,
  type SubgraphOperation,
  type SubgraphRequest,
  type SubgraphResult,
  type WorkEvent,
} from '@cdx/kit';
import { execute, parse, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { SubgraphSource } from '../datasources/index.ts';
import { executeGateway } from './execute-gateway.ts';
import { joinQueries } from './in-flight/join-queries.ts';
import { SharedAnswers } from './in-flight/shared-answers.ts';
import { shareOperations } from './literals/share-operations.ts';
import { makeRequestContext, type RequestContext } from './request-context.ts';

type Resolvers = Record<string, object>;

/** A subgraph of a test. */
export interface TestSubgraph {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers?: Resolvers;
  /** What it answers in place of what its schema does; for subgraphs that misbehave. */
  readonly answer?: (operation: SubgraphOperation) => SubgraphResult | Promise<SubgraphResult> | undefined;
}

/** A fetch of the product's executor. */
export interface Fetched extends SubgraphOperation {
  readonly subgraph: string;
}

/** What a caller gets, as JSON has it. */
export interface Answer {
  readonly data: unknown;
  readonly errors: readonly Pick<GraphQLFormattedError, 'message' | 'path' | 'locations' | 'extensions'>[];
}

/** @param request what of the request matters, such as who asks */
export type Ask = (
  query: string,
  variables?: Record<string, unknown>,
  request?: Partial<SubgraphRequest>,
) => Promise<Answer>;

/** A graph, ready to be asked. */
export interface TestGraph {
  /** By the product's executor. */
  readonly ask: Ask;
  /** By the product's executor, each document by a plan of its own, with its literals in it. */
  readonly askUnshared: Ask;
  /** By Apollo's gateway. */
  readonly askStock: Ask;
  /** What the product's executor has asked the subgraphs for so far. */
  readonly fetched: Fetched[];
  stop(): Promise<void>;
}

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])`;

const graphs: TestGraph[] = [];

/** Ends the graphs of a suite. */
export async function stopGraphs(): Promise<void> {
  await Promise.all(graphs.splice(0).map((graph) => graph.stop()));
}

/** The schema that a subgraph executes. */
export function schemaOf({ typeDefs, resolvers = {} }: TestSubgraph): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(federation + typeDefs), resolvers: resolvers as never }]);
}

/** Composes subgraphs to a graph; `stopGraphs` ends it. */
export function aGraph(...subgraphs: readonly TestSubgraph[]): TestGraph {
  const definitions = subgraphs.map((subgraph) => ({
    ...subgraph,
    url: `http://${subgraph.name}`,
    typeDefs: parse(federation + subgraph.typeDefs),
  }));
  const { supergraphSdl, errors } = composeServices(definitions);
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  const schemas = new Map(subgraphs.map((subgraph) => [subgraph.name, schemaOf(subgraph)]));
  const fetched: Fetched[] = [];
  const sources = new Map(
    subgraphs.map((subgraph) => [
      subgraph.name,
      sourceOf(subgraph, valueOf(schemas, subgraph.name), (operation) => fetched.push(operation)),
    ]),
  );
  const executed = (): GatewayInterface =>
    executeGateway({ initialize: () => Promise.resolve({ supergraphSdl }) }, (name) =>
      valueOf(sources, name),
    );
  const answers = new SharedAnswers();
  const ours = serverOf(shareOperations(joinQueries(executed(), answers, makeLogger('test', 'silent'))));
  let unshared: ApolloServer<RequestContext> | undefined;
  let stock: ApolloServer<RequestContext> | undefined;
  const graph: TestGraph = {
    ask: (...asked) => run(ours, ...asked),
    askUnshared(...asked) {
      unshared ??= serverOf(executed());
      return run(unshared, ...asked);
    },
    askStock(...asked) {
      stock ??= serverOf(
        new ApolloGateway({
          supergraphSdl,
          buildService: ({ name }) => new LocalGraphQLDataSource(valueOf(schemas, name)),
        }),
      );
      return run(stock, ...asked);
    },
    fetched,
    async stop() {
      await ours.stop();
      await unshared?.stop();
      await stock?.stop();
    },
  };
  graphs.push(graph);
  return graph;
}

/** How many plans were made while `work` ran. */
export async function plansOf(work: () => Promise<unknown>): Promise<number> {
  let plans = 0;
  const listen = (message: unknown): void => {
    if ((message as WorkEvent).what === 'plan') plans += 1;
  };
  workChannel.subscribe(listen);
  try {
    await work();
    return plans;
  } finally {
    workChannel.unsubscribe(listen);
  }
}

function valueOf<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`There is no subgraph ${name}`);
  return value;
}

function serverOf(gateway: GatewayInterface): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    gateway,
    introspection: true,
    stopOnTerminationSignals: false,
    nodeEnv: 'test',
  });
}

/**
 * A subgraph in this process. What comes of it is its own copy each time, as over the wire.
 * @param note told of each fetch
 */
export function sourceOf(
  { name, answer }: Pick<TestSubgraph, 'name' | 'answer'>,
  schema: GraphQLSchema,
  note: (fetched: Fetched) => void,
): SubgraphSource {
  const ask = async (operation: SubgraphOperation): Promise<SubgraphResult> => {
    const { query, operationName, variables } = operation;
    note({ subgraph: name, ...structuredClone(operation) });
    const result =
      (await answer?.(operation)) ??
      (await execute({ schema, document: parse(query), operationName, variableValues: variables }));
    return asJson(result) as SubgraphResult;
  };
  return {
    name,
    ask,
    fetch: (query) => ask({ query }),
    version: () => Promise.resolve(undefined),
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

async function run(
  server: ApolloServer<RequestContext>,
  query: string,
  variables: Record<string, unknown> = {},
  request: Partial<SubgraphRequest> = {},
): Promise<Answer> {
  const contextValue = makeRequestContext({
    identity: anonymous,
    requestId: 'test',
    ipAddress: null,
    userAgent: null,
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 10_000,
    ...request,
  });
  const { body } = await server.executeOperation({ query, variables }, { contextValue });
  if (body.kind !== 'single') throw new Error('One answer is expected');
  const { data = null, errors = [] } = body.singleResult;
  return asJson({ data, errors }) as Answer;
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
