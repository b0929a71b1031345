import {
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type ExecutionResult,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { selectionOf } from '../context/selection.ts';
import type { Subgraph } from '../context/subgraph.ts';
import { selectedFields } from '../schema/selected-fields.ts';
import { publishWork } from '../telemetry/work.ts';
import type { SubgraphOperation } from './execute.ts';
import { NotPlannable, planQuery, type ObjectPlan, type Query } from './plan.ts';
import { runPlan } from './run-plan.ts';

/** Executes one document, with its plans kept. */
export type RunDocument = (
  operation: Omit<SubgraphOperation, 'query'>,
  contextValue: object,
) => Promise<ExecutionResult>;

type Executable = Pick<Subgraph, 'schema' | 'selecting'>;

/** How many plans of one document are kept: one for each operation and each combination of `@skip` and `@include`. */
const plansKept = 16;

/** graphql-js stops after as many, and tells so. */
const maxVariableErrors = 50;

/**
 * Prepares a valid document for being executed many times. Queries go by their plan; mutations, whose time is their
 * transaction's, and what the planner does not know go by graphql-js, with the same answer.
 * @param fields those that the document selects, for who has walked through it already
 */
export function prepareDocument(
  subgraph: Executable,
  document: DocumentNode,
  log: Logger,
  fields = selectedFields(subgraph.schema, document),
): RunDocument {
  const { schema } = subgraph;
  const [values, texts] = [selectionOf(schema, fields), selectionOf(schema, fields, true)];
  const plans = new LRUCache<string, ObjectPlan | NotPlannable>({ max: plansKept });
  const fragments = fragmentsOf(document);
  const conditions = conditionsOf(document);

  const planOf = (query: Query): ObjectPlan | NotPlannable => {
    const { operation, variables } = query;
    const key = JSON.stringify([operation.name?.value, ...conditions.map((name) => variables[name])]);
    let plan = plans.get(key);
    if (!plan) {
      plan = tryPlan(query, log);
      plans.set(key, plan);
    }
    return plan;
  };

  return async ({ operationName, variables = {}, jsonAsText }, contextValue) => {
    const operation = getOperationAST(document, operationName);
    if (operation?.operation === OperationTypeNode.QUERY) {
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
        maxErrors: maxVariableErrors,
      });
      if (errors) return { errors };
      const query = { schema, operation, fragments, variables: coerced };
      const plan = planOf(query);
      if (!(plan instanceof NotPlannable))
        return runPlan(query, plan, subgraph.selecting(contextValue, jsonAsText ? texts : values));
    }
    return execute({ schema, document, operationName, variableValues: variables, contextValue });
  };
}

function tryPlan(query: Query, log: Logger): ObjectPlan | NotPlannable {
  publishWork('compile');
  try {
    return planQuery(query);
  } catch (error) {
    if (!(error instanceof NotPlannable)) throw error;
    log.debug({ reason: error.message }, 'a document is executed without a plan');
    return error;
  }
}

function fragmentsOf({ definitions }: DocumentNode): Query['fragments'] {
  return Object.fromEntries(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
}

/** The variables that decide what of a document is executed. */
function conditionsOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      if (
        directive.name.value !== GraphQLSkipDirective.name &&
        directive.name.value !== GraphQLIncludeDirective.name
      )
        return;
      for (const { value } of directive.arguments ?? []) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  });
  return [...names];
}
