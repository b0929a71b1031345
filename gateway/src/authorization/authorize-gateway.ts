import type {
  GatewayExecutionResult,
  GatewayExecutor,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import type { Logger, SubgraphRequest } from '@cdx/kit';
import {
  getDirectiveValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type DocumentNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { inputError } from '../errors/input-error.ts';
import { operationIn } from '../execution/operation-in.ts';
import type { RequestContext } from '../execution/request-context.ts';
import { completeData } from './complete-data.ts';
import type { Cut } from './cut-operation.ts';
import { Introspection } from './introspection.ts';
import { planOperation, type OperationPlan, type Variant } from './operation-plan.ts';
import { policiesOf, readRequirements, type Requirements } from './requirements.ts';
import { meets, rightsOf, type Policies } from './rights.ts';

/**
 * What happens to the parts of an operation that its caller may not ask for. `filter` answers them as null and the rest
 * as usual, `reject` refuses the whole operation, `dry-run` answers everything and reports them.
 */
export const authorizationModes = ['filter', 'reject', 'dry-run'] as const;
export type AuthorizationMode = (typeof authorizationModes)[number];

/** What callers may see of the schema: all, what they may use, or nothing. */
export const introspectionModes = ['whole', 'usable', 'none'] as const;

export interface AuthorizationOptions {
  readonly mode: AuthorizationMode;
  readonly policies: Policies;
  /** What callers see of the schema; that they see none of it is a rule of validation, before this. */
  readonly introspection: (typeof introspectionModes)[number];
  readonly log: Logger;
  /** Told of every operation of which something is refused, while it runs: it must not take time. */
  readonly onRefusal?: (refusal: Refusal) => void;
}

/** What was refused of one operation. */
export interface Refusal {
  readonly request: SubgraphRequest;
  readonly operationName: string | null;
  /** Its parts that the caller might not ask for. */
  readonly cuts: readonly Cut[];
}

type Context = GatewayGraphQLRequestContext<RequestContext>;
type Variables = Readonly<Record<string, unknown>>;

/**
 * A gateway that enforces `@authenticated`, `@requiresScopes` and `@policy` before it plans: what the caller may not
 * ask for is cut from the operation and never fetched.
 */
export function authorizeGateway(gateway: GatewayInterface, options: AuthorizationOptions): GatewayInterface {
  let authorizer: Authorizer | undefined;
  return {
    onSchemaLoadOrUpdate: (callback) =>
      gateway.onSchemaLoadOrUpdate((loaded) => {
        authorizer = new Authorizer(loaded.apiSchema, loaded.coreSupergraphSdl, options);
        callback(loaded);
      }),
    async load(config) {
      const { executor } = await gateway.load(config);
      if (!executor) throw new TypeError('The gateway has no executor');
      return {
        executor(context) {
          if (!authorizer) throw new TypeError('An operation came before the schema');
          return authorizer.execute(context as Context, executor);
        },
      };
    },
    stop: () => gateway.stop(),
  };
}

class Authorizer {
  readonly #graph: { readonly schema: GraphQLSchema; readonly requirements: Requirements };
  readonly #introspection: Introspection;
  readonly #options: AuthorizationOptions;
  /** Documents are kept by who parses them, so the same operation comes as the same object; then by its name. */
  readonly #plans = new WeakMap<DocumentNode, Map<string, OperationPlan>>();

  constructor(schema: GraphQLSchema, supergraph: string, options: AuthorizationOptions) {
    const requirements = readRequirements(supergraph, schema);
    this.#graph = { schema, requirements };
    this.#introspection = new Introspection(schema, requirements);
    this.#options = options;
  }

  async execute(context: Context, execute: GatewayExecutor): Promise<GatewayExecutionResult> {
    const plan = this.#planOf(context);
    if (plan.asksForSchema && this.#options.introspection === 'usable') return this.#introspect(context);
    if (plan.requirements.length === 0) return execute(context);
    const rights = await rightsOf(context.context.request, this.#options.policies, plan.policies);
    const variant = plan.variantFor((requirement) => meets(rights, requirement));
    if (!variant.isCut) return execute(context);
    return this.#executeCut(context, variant, execute);
  }

  #planOf({ document, operation: { name } }: Context): OperationPlan {
    const plans = this.#plans.get(document) ?? new Map<string, OperationPlan>();
    this.#plans.set(document, plans);
    const key = name?.value ?? '';
    // Of the document, which may be one that other operations share.
    const plan = plans.get(key) ?? planOperation(document, operationIn(document, name?.value), this.#graph);
    plans.set(key, plan);
    return plan;
  }

  async #introspect({ context, document, operation, request }: Context): Promise<GatewayExecutionResult> {
    const { all } = this.#graph.requirements;
    const rights = await rightsOf(context.request, this.#options.policies, policiesOf(all));
    const asked = { document, operation, variables: request.variables ?? {} };
    return this.#introspection.answer(asked, (requirement) => meets(rights, requirement));
  }

  async #executeCut(
    context: Context,
    { document, hash, cuts }: Variant,
    execute: GatewayExecutor,
  ): Promise<GatewayExecutionResult> {
    const { schema } = this.#graph;
    const { operation, request } = context;
    const definitions = operation.variableDefinitions ?? [];
    const { coerced, errors: mistakes } = getVariableValues(schema, definitions, request.variables ?? {});
    if (mistakes) return { errors: mistakes.map(inputError) };
    const refused = cuts.filter(({ conditional }) => conditional.every((node) => isIncluded(node, coerced)));
    this.#report(context, refused);
    if (this.#options.mode === 'dry-run') return withReport(await execute(context), refused);
    const errors = refused.map(({ path }) => refusal(path));
    if (this.#options.mode === 'reject' && errors.length > 0) return { data: null, errors };
    const answer = document ? await execute({ ...context, document, queryHash: hash }) : { data: {} };
    const data = answer.data && completeData(schema, context.document, operation, coerced, answer.data);
    return withErrors({ ...answer, ...(data === undefined ? {} : { data }) }, errors);
  }

  #report({ context: { request }, operationName }: Context, refused: readonly Cut[]): void {
    const { requestId, identity } = request;
    const paths = refused.map(({ path }) => path.join('.'));
    const { mode, log, onRefusal } = this.#options;
    if (mode !== 'dry-run' && refused.length > 0) {
      onRefusal?.({ request, operationName: operationName ?? null, cuts: refused });
    }
    log.info(
      { requestId, userId: identity.userId, operationName, paths, mode },
      'parts of an operation are refused',
    );
  }
}

function refusal(path: readonly string[]): GraphQLError {
  return new GraphQLError('Unauthorized field or type', {
    path: [...path],
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  });
}

function withErrors(answer: GatewayExecutionResult, errors: readonly GraphQLError[]): GatewayExecutionResult {
  const all = [...errors, ...(answer.errors ?? [])];
  return all.length === 0 ? answer : { ...answer, errors: all };
}

function isIncluded(node: SelectionNode, variables: Variables): boolean {
  const values = { ...variables };
  return (
    getDirectiveValues(GraphQLSkipDirective, node, values)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, values)?.if !== false
  );
}

function withReport(answer: GatewayExecutionResult, refused: readonly Cut[]): GatewayExecutionResult {
  const unauthorizedPaths = refused.map(({ path }) => path);
  return { ...answer, extensions: { ...answer.extensions, unauthorizedPaths } };
}
