import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { publishWork, type Role } from '@cdx/kit';
import { GraphQLError, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../../execution/request-context.ts';
import type { LimitSettings } from '../settings.ts';
import { readCostDirectives, type CostDirectives } from './directives.ts';
import { compileCost } from './estimate.ts';
import type { Variables } from './list-size.ts';

/** The header by which a caller asks to be told what an operation may cost: `x-cdx-cost: 1`. */
const costHeader = 'x-cdx-cost';

/**
 * Refuses operations that may cost more than their caller's budget, before they are authorized, planned or run. The
 * figure is compiled once for a document, which Apollo Server keeps for its next request, and goes when it goes.
 */
export function costLimit(settings: LimitSettings): ApolloServerPlugin<RequestContext> {
  let directives: CostDirectives = { weights: new Map(), listSizes: new Map() };
  let compiled = new WeakMap<OperationDefinitionNode, (variables: Variables) => number>();
  const estimate = (
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ): number => {
    let cost = compiled.get(operation);
    if (!cost) {
      publishWork('estimate');
      cost = compileCost(schema, directives, document, operation);
      compiled.set(operation, cost);
    }
    return cost(variables);
  };
  return {
    serverWillStart: () =>
      Promise.resolve({
        schemaDidLoadOrUpdate({ coreSupergraphSdl }) {
          if (coreSupergraphSdl !== undefined) directives = readCostDirectives(coreSupergraphSdl);
          compiled = new WeakMap();
        },
      }),
    requestDidStart: () => Promise.resolve(limitCost(settings, estimate)),
  };
}

function limitCost(
  settings: LimitSettings,
  estimate: (
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ) => number,
): GraphQLRequestListener<RequestContext> {
  let cost: { readonly estimated: number; readonly budget: number } | undefined;
  return {
    didResolveOperation({ schema, document, operation, request, contextValue }) {
      const { variables = {} } = request;
      const estimated = operation ? estimate(schema, document, operation, variables) : 0;
      const budget = budgetOf(contextValue.request.identity.role, settings);
      cost = { estimated, budget };
      if (estimated > budget) throw overBudget(estimated, budget);
      return Promise.resolve();
    },
    willSendResponse({ request, response }) {
      if (cost && request.http?.headers.get(costHeader) === '1' && response.body.kind === 'single') {
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, cost };
      }
      return Promise.resolve();
    },
  };
}

function overBudget(cost: number, budget: number): GraphQLError {
  return new GraphQLError(
    `The operation may cost ${cost}, and the budget is ${budget}. Ask for smaller pages or fewer lists inside lists.`,
    { extensions: { code: 'COST_LIMIT', cost, budget, http: { status: 400 } } },
  );
}

function budgetOf(role: Role, settings: LimitSettings): number {
  switch (role) {
    case 'anonymous':
      return settings.COST_BUDGET_ANONYMOUS;
    case 'user':
      return settings.COST_BUDGET_USER;
    case 'client':
      return settings.COST_BUDGET_CLIENT;
    case 'admin':
      return settings.COST_BUDGET_ADMIN;
    case 'superadmin':
      return settings.COST_BUDGET_SUPERADMIN;
    case 'system':
      return Infinity;
  }
}
