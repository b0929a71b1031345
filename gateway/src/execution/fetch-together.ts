import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphResult } from '@cdx/kit';
import type { GraphQLFormattedError } from 'graphql';
import type { PlanRun, PlanStep } from './fetch.ts';
import { compileOperation, type OperationOf } from './fetch-operation.ts';
import { mergeOperations, type MergedOperation } from './merge-operations.ts';
import type { Data } from './objects.ts';

/** A fetch of entities, ready to be asked for by itself or together with others of its subgraph. */
export interface EntityFetch {
  readonly node: FetchNode;
  readonly operationOf: OperationOf;
  /** What is to be asked for in a run; undefined where there is nothing. */
  readonly prepare: (run: PlanRun) => PreparedFetch | undefined;
}

/** A fetch of entities in one run. */
export interface PreparedFetch {
  readonly representations: readonly Data[];
  /** Adds what has been fetched to the run's data. */
  readonly take: (result: SubgraphResult) => void;
}

/** Some of the fetches as one, for runs in which the others have nothing to ask for. */
interface Merged extends MergedOperation {
  readonly operationOf: OperationOf;
}

/** Which of them have something to ask for depends on the data, so there may be many; few are met. */
const maxMerged = 64;

/** Compiles fetches of entities of one subgraph that may run at the same time: they are one request. */
export function fetchTogether(fetches: readonly EntityFetch[]): PlanStep {
  const merged = new Map<string, Merged>();
  const mergedOf = (numbers: readonly number[]): Merged => {
    const key = numbers.join();
    let one = merged.get(key);
    if (!one) {
      const operation = mergeOperations(numbers.flatMap((number) => fetches[number]?.node ?? []));
      one = { ...operation, operationOf: compileOperation(operation) };
      if (merged.size >= maxMerged) merged.clear();
      merged.set(key, one);
    }
    return one;
  };
  return async (run) => {
    const open = fetches.flatMap((fetch, number) => {
      const prepared = fetch.prepare(run);
      return prepared ? [{ fetch, prepared, number }] : [];
    });
    const [first, second] = open;
    if (!first) return;
    if (!second) return askAlone(run, first);
    const { operationOf, parts } = mergedOf(open.map(({ number }) => number));
    const own = parts.map(
      ({ variable }, index) => [variable, open[index]?.prepared.representations] as const,
    );
    const operation = operationOf(run.variables, Object.fromEntries(own));
    const keys = parts.map(({ key }) => key);
    const results = split(await run.ask(first.fetch.node.serviceName, operation), keys);
    await Promise.all(
      open.map(async (one, index) => {
        const result = results[index];
        if (result) one.prepared.take(result);
        else await askAlone(run, one);
      }),
    );
  };
}

async function askAlone(
  run: PlanRun,
  { fetch, prepared }: { readonly fetch: EntityFetch; readonly prepared: PreparedFetch },
): Promise<void> {
  const { representations, take } = prepared;
  take(await run.ask(fetch.node.serviceName, fetch.operationOf(run.variables, { representations })));
}

/** What each of the fetches would have been answered; undefined where an error of another has taken that away. */
function split(
  { data, errors = [] }: SubgraphResult,
  keys: readonly string[],
): (SubgraphResult | undefined)[] {
  return keys.map((key, index) => {
    const own = errors.flatMap((error): GraphQLFormattedError[] => {
      const [root, ...rest] = error.path ?? [];
      if (root === key) return [{ ...error, path: ['_entities', ...rest] }];
      const isOfOne = typeof root === 'string' && keys.includes(root);
      // What is of none of them is told once, unless it is why all have brought nothing.
      return !isOfOne && (index === 0 || !data) ? [error] : [];
    });
    if (data) return { data: { _entities: data[key] }, errors: own };
    return own.length === 0 && errors.length > 0 ? undefined : { data: null, errors: own };
  });
}
