import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphOperation, SubgraphResult } from '@cdx/kit';
import { GraphQLError } from 'graphql';
import { failureOf, type Failure } from './failures.ts';
import { Entities } from './entities.ts';
import { compileOperation } from './fetch-operation.ts';
import { fetchTogether, type EntityFetch } from './fetch-together.ts';
import { copyOf, merge, type Data } from './objects.ts';
import { objectsAt, placesAt, type Path, type PlanPath } from './places.ts';
import { compileRepresentation, type PlannedGraph } from './representation.ts';
import { compileRewrites, type Rewrite } from './rewrite.ts';
import { clientPath } from './response-keys.ts';
import type { Variables } from './selected-fields.ts';
import { splitFetch } from './split-fetch.ts';

/** One run of a plan: what has been fetched so far, and what went wrong. */
export interface PlanRun {
  readonly data: Data;
  /** What subgraphs said of single places. */
  readonly errors: GraphQLError[];
  /** The fetches that brought nothing. */
  readonly failures: Failure[];
  /** The types of entities that their subgraph does not know, or does not show, by the places that refer to them. */
  readonly absent: Map<string, string>;
  /** The variables as the caller sent them. */
  readonly variables: Variables;
  /** The variables with their defaults, for conditions. */
  readonly coerced: Variables;
  /** Asks a subgraph; never rejects. */
  readonly ask: (subgraph: string, operation: SubgraphOperation) => Promise<SubgraphResult>;
}

/** A part of a plan, ready to run. */
export type PlanStep = (run: PlanRun) => Promise<void>;

/**
 * Compiles a fetch.
 * @param path where its objects are; empty at the root
 */
export function compileFetch(node: FetchNode, path: PlanPath, graph: PlannedGraph): PlanStep {
  if (node.requires) return fetchTogether(compileEntityFetches(node, path, graph));
  // What has no entities stays one.
  const [whole = node] = splitFetch(node, graph.variants);
  return compileRootFetch(whole, path, graph);
}

function compileRootFetch(node: FetchNode, path: PlanPath, { isOfType }: PlannedGraph): PlanStep {
  const rewrite = compileRewrites(node.outputRewrites, isOfType);
  const operationOf = compileOperation(node);
  return async (run) => {
    const targets = path.length === 0 ? [run.data] : objectsAt(run.data, path);
    const [first, ...others] = targets;
    if (!first) return;
    const result = await run.ask(node.serviceName, operationOf(run.variables));
    report(run, node, path, result, (place) => placesAt(run.data, path).map((at) => [...at, ...place]));
    const { data } = result;
    if (!data) return;
    rewrite?.(data);
    merge(first, data);
    // Each has what was fetched to itself: what is fetched further may differ.
    for (const other of others) merge(other, copyOf(data));
  };
}

/** Compiles a fetch of entities; it may have become several. */
export function compileEntityFetches(node: FetchNode, path: PlanPath, graph: PlannedGraph): EntityFetch[] {
  return splitFetch(node, graph.variants).map((one) => compileEntityFetch(one, path, graph));
}

function compileEntityFetch(node: FetchNode, path: PlanPath, graph: PlannedGraph): EntityFetch {
  const represent = compileRepresentation(node.requires ?? [], graph);
  const rewriteInput = compileRewrites(node.inputRewrites, graph.isOfType);
  const rewriteOutput = compileRewrites(node.outputRewrites, graph.isOfType);
  return {
    node,
    operationOf: compileOperation(node),
    prepare(run) {
      const entities = new Entities(objectsAt(run.data, path), (object) => {
        const representation = represent(object);
        rewriteInput?.(representation);
        return representation;
      });
      const { representations } = entities;
      if (representations.length === 0) return undefined;
      return { representations, take: (result) => take(run, node, path, entities, result, rewriteOutput) };
    },
  };
}

/** Adds fetched entities to a run. */
function take(
  run: PlanRun,
  node: FetchNode,
  path: PlanPath,
  entities: Entities,
  result: SubgraphResult,
  rewrite: Rewrite | undefined,
): void {
  const { representations } = entities;
  report(run, node, path, result, (place) => entities.placesOf(place, () => placesAt(run.data, path)));
  const { data, errors } = result;
  if (!data) return;
  const received = data._entities;
  if (Array.isArray(received) && received.length === representations.length) {
    entities.take(received, rewrite);
    if (received.includes(null)) noteAbsent(run, received, representations, entities, path);
  } else if (!errors?.length) {
    const message = `${node.serviceName} answered other entities than it was asked for`;
    run.failures.push(failureOf(node, path, { message }));
  }
}

/** Notes the places of entities that came back as nothing. */
function noteAbsent(
  run: PlanRun,
  received: readonly unknown[],
  representations: readonly Data[],
  entities: Entities,
  path: PlanPath,
): void {
  const places = placesAt(run.data, path);
  for (const [index, entity] of received.entries()) {
    if (entity !== null) continue;
    const type = String(representations[index]?.__typename);
    for (const place of entities.placesOf(['_entities', index], () => places)) {
      run.absent.set(clientPath(place).join('.'), type);
    }
  }
}

/** Notes a subgraph's errors, each once for each of its places; one of none is of the fetch if that brought nothing. */
function report(
  run: PlanRun,
  node: FetchNode,
  path: PlanPath,
  { data, errors = [] }: SubgraphResult,
  placesOf: (place: Path) => readonly Path[],
): void {
  if (!data && errors.length === 0) {
    run.failures.push(
      failureOf(node, path, { message: `${node.serviceName} answered neither data nor errors` }),
    );
  }
  for (const error of errors) {
    const places = error.path ? placesOf(error.path) : [];
    const extensions = { ...error.extensions, service: node.serviceName };
    for (const place of places) {
      run.errors.push(new GraphQLError(error.message, { path: clientPath(place), extensions }));
    }
    if (places.length > 0) continue;
    if (data) run.errors.push(new GraphQLError(error.message, { extensions }));
    else run.failures.push(failureOf(node, path, error));
  }
}
