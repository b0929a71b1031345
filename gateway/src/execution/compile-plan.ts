import type { ConditionNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { keysOf } from './failures.ts';
import { compileEntityFetches, compileFetch, type PlanStep } from './fetch.ts';
import { fetchTogether, type EntityFetch } from './fetch-together.ts';
import type { PlanPath } from './places.ts';
import type { PlannedGraph } from './representation.ts';

/** Compiles a query plan to functions, once; running it then reads no plan any more. */
export function compilePlan({ node }: QueryPlan, graph: PlannedGraph): PlanStep {
  return node ? compileNode(node, [], graph) : () => Promise.resolve();
}

function compileNode(node: PlanNode | SubscriptionNode, path: PlanPath, graph: PlannedGraph): PlanStep {
  switch (node.kind) {
    case 'Sequence': {
      const steps = node.nodes.map((one) => compileNode(one, path, graph));
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case 'Parallel':
      return compileParallel(node.nodes, path, graph);
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], graph);
    case 'Fetch':
      return compileFetch(node, path, graph);
    case 'Condition':
      return compileCondition(node, path, graph);
    // Run for one event: what fetches the event's entity, and then what is asked of that.
    case 'Subscription':
      return compileNode(sequenceOf(node), path, graph);
    case 'Defer':
      throw new TypeError(`This executor runs no ${node.kind.toLowerCase()}`);
  }
}

/** What runs at the same time; of that, the fetches of entities of one subgraph are one request. */
function compileParallel(nodes: readonly PlanNode[], path: PlanPath, graph: PlannedGraph): PlanStep {
  const fetches: EntityFetch[] = [];
  const steps: PlanStep[] = [];
  for (const node of nodes) {
    const own = entityFetchesIn(node, path, graph);
    if (own) fetches.push(...own);
    else steps.push(compileNode(node, path, graph));
  }
  for (const own of Map.groupBy(fetches, (fetch) => fetch.node.serviceName).values()) {
    steps.push(fetchTogether(own));
  }
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}

/** The fetches of entities that a node consists of; undefined where it is or does anything else. */
function entityFetchesIn(
  node: PlanNode | undefined,
  path: PlanPath,
  graph: PlannedGraph,
): EntityFetch[] | undefined {
  switch (node?.kind) {
    case undefined:
      return [];
    case 'Flatten':
      return entityFetchesIn(node.node, [...path, ...node.path], graph);
    case 'Fetch':
      return node.requires && compileEntityFetches(node, path, graph);
    case 'Condition': {
      const yes = entityFetchesIn(node.ifClause, path, graph);
      const no = entityFetchesIn(node.elseClause, path, graph);
      return yes && no && [...onlyIf(yes, node.condition, true), ...onlyIf(no, node.condition, false)];
    }
    default:
      return undefined;
  }
}

function onlyIf(fetches: readonly EntityFetch[], condition: string, wanted: boolean): EntityFetch[] {
  return fetches.map((fetch) => ({
    ...fetch,
    prepare: (run) => ((run.coerced[condition] === true) === wanted ? fetch.prepare(run) : undefined),
  }));
}

function compileCondition(node: ConditionNode, path: PlanPath, graph: PlannedGraph): PlanStep {
  const [yes, no] = [node.ifClause, node.elseClause].map((one) => one && compileNode(one, path, graph));
  return async (run) => {
    await (run.coerced[node.condition] === true ? yes : no)?.(run);
  };
}

function sequenceOf({ primary, rest }: SubscriptionNode): PlanNode {
  return { kind: 'Sequence', nodes: rest ? [primary, rest] : [primary] };
}

/** The response keys that a plan fetches at the root. */
export function rootKeys(node: PlanNode | SubscriptionNode | undefined): string[] {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(rootKeys);
    case 'Condition':
      return [...rootKeys(node.ifClause), ...rootKeys(node.elseClause)];
    case 'Subscription':
      return rootKeys(sequenceOf(node));
    case 'Fetch':
      return keysOf(node);
    default:
      return [];
  }
}
