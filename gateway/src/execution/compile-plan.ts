import type { ConditionNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { keysOf } from './failures.ts';
import { compileFetch, type PlanStep } from './fetch.ts';
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
    case 'Parallel': {
      const steps = node.nodes.map((one) => compileNode(one, path, graph));
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], graph);
    case 'Fetch':
      return compileFetch(node, path, graph);
    case 'Condition':
      return compileCondition(node, path, graph);
    case 'Defer':
    case 'Subscription':
      throw new TypeError(`This executor runs no ${node.kind.toLowerCase()}`);
  }
}

function compileCondition(node: ConditionNode, path: PlanPath, graph: PlannedGraph): PlanStep {
  const [yes, no] = [node.ifClause, node.elseClause].map((one) => one && compileNode(one, path, graph));
  return async (run) => {
    await (run.coerced[node.condition] === true ? yes : no)?.(run);
  };
}

/** The response keys that a plan fetches at the root. */
export function rootKeys(node: PlanNode | SubscriptionNode | undefined): string[] {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(rootKeys);
    case 'Condition':
      return [...rootKeys(node.ifClause), ...rootKeys(node.elseClause)];
    case 'Fetch':
      return keysOf(node);
    default:
      return [];
  }
}
