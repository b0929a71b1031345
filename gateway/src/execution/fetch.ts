import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphOperation, SubgraphResult } from '@cdx/kit';
import { GraphQLError } from 'graphql';
import { failureOf, type Failure } from './failures.ts';
import { isData, merge, type Data } from './objects.ts';
import { literalWriter, WrittenLiteral } from './literals/written-literal.ts';
import { objectsAt, placesAt, type Path, type PlanPath } from './places.ts';
import { compileRepresentation, type PlannedGraph } from './representation.ts';
import { compileRewrites } from './rewrite.ts';
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
  const compile = node.requires ? compileEntityFetch : compileRootFetch;
  const steps = splitFetch(node, graph.variants).map((one) => compile(one, path, graph));
  const [step] = steps;
  if (step && steps.length === 1) return step;
  return async (run) => {
    await Promise.all(steps.map((one) => one(run)));
  };
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
    for (const other of others) merge(other, structuredClone(data));
  };
}

function compileEntityFetch(node: FetchNode, path: PlanPath, graph: PlannedGraph): PlanStep {
  const { isOfType } = graph;
  const represent = compileRepresentation(node.requires ?? [], graph);
  const rewriteInput = compileRewrites(node.inputRewrites, isOfType);
  const rewriteOutput = compileRewrites(node.outputRewrites, isOfType);
  const operationOf = compileOperation(node);
  return async (run) => {
    const entities = new Entities(objectsAt(run.data, path), (object) => {
      const representation = represent(object);
      rewriteInput?.(representation);
      return representation;
    });
    const { representations } = entities;
    if (representations.length === 0) return;
    const result = await run.ask(node.serviceName, operationOf(run.variables, { representations }));
    report(run, node, path, result, (place) => entities.placesOf(place, () => placesAt(run.data, path)));
    const { data, errors } = result;
    if (!data) return;
    const received = data._entities;
    if (Array.isArray(received) && received.length === representations.length) {
      entities.take(received, rewriteOutput);
      if (received.includes(null)) noteAbsent(run, received, representations, entities, path);
    } else if (!errors?.length) {
      const message = `${node.serviceName} answered other entities than it was asked for`;
      run.failures.push(failureOf(node, path, { message }));
    }
  };
}

/** The objects that a fetch adds to; those that stand for the same entity are asked for once. */
class Entities {
  readonly representations: Data[] = [];
  /** For each representation, the objects that it stands for and their numbers among all. */
  readonly #objects: { readonly object: Data; readonly number: number }[][] = [];

  constructor(objects: readonly Data[], represent: (object: Data) => Data | undefined) {
    const known = new Map<string, number>();
    objects.forEach((object, number) => {
      const representation = represent(object);
      if (!representation) return;
      const key = JSON.stringify(representation);
      let index = known.get(key);
      if (index === undefined) {
        index = this.representations.push(representation) - 1;
        known.set(key, index);
        this.#objects.push([]);
      }
      this.#objects[index]?.push({ object, number });
    });
  }

  /** Adds what came back to the objects. */
  take(received: readonly unknown[], rewrite: ((value: unknown) => void) | undefined): void {
    received.forEach((entity, index) => {
      if (!isData(entity)) return;
      rewrite?.(entity);
      for (const { object } of this.#objects[index] ?? []) merge(object, entity);
    });
  }

  /** Where an error of the subgraph is in the result: in every place that shows its entity. */
  placesOf(path: Path, places: () => readonly Path[]): Path[] {
    const [field, index, ...rest] = path;
    if (field !== '_entities' || typeof index !== 'number') return [];
    const all = places();
    return (this.#objects[index] ?? []).flatMap(({ number }) => {
      const place = all[number];
      return place ? [[...place, ...rest]] : [];
    });
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

/** Makes what a subgraph is asked, with those of the variables that the fetch uses. */
function compileOperation({
  operation,
  operationName,
  variableUsages = [],
}: FetchNode): (variables: Variables, own?: Data) => SubgraphOperation {
  const write = literalWriter(operation);
  return (variables, own = {}) => {
    const used: Data = {};
    const written = new Map<string, WrittenLiteral>();
    for (const name of variableUsages) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value instanceof WrittenLiteral) written.set(name, value);
      else if (value !== undefined) used[name] = value;
    }
    const query = written.size > 0 ? write(written) : operation;
    return { query, operationName, variables: Object.assign(used, own) };
  };
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
