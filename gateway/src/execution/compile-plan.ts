import type { ConditionNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { compileFetch, type PlanStep } from './fetch.ts';
import type { PlanPath } from './places.ts';
import type { IsOfType } from './representation.ts';

/** Compiles a query plan to functions, once; running it then reads no plan any more. */
export function compilePlan({ node }: QueryPlan, isOfType: IsOfType): PlanStep {
  return node ? compileNode(node, [], isOfType) : () => Promise.resolve();
}

function compileNode(node: PlanNode | SubscriptionNode, path: PlanPath, isOfType: IsOfType): PlanStep {
  switch (node.kind) {
    case 'Sequence': {
      const steps = node.nodes.map((one) => compileNode(one, path, isOfType));
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((one) => compileNode(one, path, isOfType));
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], isOfType);
    case 'Fetch':
      return compileFetch(node, path, isOfType);
    case 'Condition':
      return compileCondition(node, path, isOfType);
    case 'Defer':
    case 'Subscription':
      throw new TypeError(`This executor runs no ${node.kind.toLowerCase()}`);
  }
}

function compileCondition(node: ConditionNode, path: PlanPath, isOfType: IsOfType): PlanStep {
  const [yes, no] = [node.ifClause, node.elseClause].map((one) => one && compileNode(one, path, isOfType));
  return async (run) => {
    await (run.coerced[node.condition] === true ? yes : no)?.(run);
  };
}
