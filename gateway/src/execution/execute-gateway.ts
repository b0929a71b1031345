import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import {
  executeSync,
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { SubgraphSource } from '../datasources/index.ts';
import type { PlanRun } from './fetch.ts';
import { addMissing } from './missing.ts';
import type { Data } from './objects.ts';
import { Planner, type CompiledOperation } from './planner.ts';
import type { RequestContext } from './request-context.ts';
import type { Variables } from './selected-fields.ts';

type Context = GatewayGraphQLRequestContext<RequestContext>;

/** The subgraphs by name, as the supergraph in use has them. */
export type SourceOf = (name: string, url: string) => SubgraphSource;

/**
 * A gateway that loads and checks supergraphs as Apollo's does, plans by Apollo's planner, and executes by itself: each
 * operation is compiled once, and its data goes to the caller in one pass.
 */
export function executeGateway(gateway: GatewayInterface, sourceOf: SourceOf): GatewayInterface {
  let executor: PlanExecutor | undefined;
  return {
    onSchemaLoadOrUpdate: (callback) =>
      gateway.onSchemaLoadOrUpdate((loaded) => {
        executor = new PlanExecutor(loaded.coreSupergraphSdl, loaded.apiSchema, sourceOf);
        callback(loaded);
      }),
    async load(config) {
      await gateway.load(config);
      return {
        executor(context) {
          if (!executor) throw new TypeError('An operation came before the schema');
          return executor.execute(context as Context);
        },
      };
    },
    stop: () => gateway.stop(),
  };
}

class PlanExecutor {
  readonly #schema: GraphQLSchema;
  readonly #planner: Planner;
  readonly #sources: ReadonlyMap<string, SubgraphSource>;
  /** Documents are kept by who parses them, so the same operation comes as the same object. */
  readonly #compiled = new WeakMap<DocumentNode, Map<string, CompiledOperation>>();

  constructor(supergraph: string, schema: GraphQLSchema, sourceOf: SourceOf) {
    this.#schema = schema;
    this.#planner = new Planner(supergraph, schema);
    this.#sources = new Map(this.#planner.subgraphs.map(({ name, url }) => [name, sourceOf(name, url)]));
  }

  async execute(context: Context): Promise<GatewayExecutionResult> {
    const { document, request } = context;
    const operation = operationIn(document, request.operationName);
    const variables: Variables = request.variables ?? {};
    const definitions = operation.variableDefinitions ?? [];
    const { coerced, errors: mistakes } = getVariableValues(this.#schema, definitions, { ...variables });
    if (mistakes) return { errors: mistakes.map(asInputError) };
    const compiled = this.#compile(document, operation);
    const run: PlanRun = {
      data: {},
      errors: [],
      variables,
      coerced,
      ask: (name, asked) => this.#source(name).ask(asked, context.context),
    };
    await compiled.fetch(run);
    const introspection = this.#introspect(compiled, variables);
    const shaping = { variables: coerced, introspection, path: [], missing: [] };
    const data = compiled.shape(run.data, shaping);
    addMissing(run.errors, shaping.missing);
    return run.errors.length > 0 ? { errors: run.errors, data } : { data };
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation {
    const operations = this.#compiled.get(document) ?? new Map<string, CompiledOperation>();
    this.#compiled.set(document, operations);
    const name = operation.name?.value ?? '';
    const compiled = operations.get(name) ?? this.#planner.compile(document, operation);
    operations.set(name, compiled);
    return compiled;
  }

  #source(name: string): SubgraphSource {
    const source = this.#sources.get(name);
    if (!source) throw new TypeError(`The supergraph has no subgraph ${name}`);
    return source;
  }

  #introspect({ introspection }: CompiledOperation, variableValues: Variables): Data {
    if (!introspection) return {};
    const { data, errors } = executeSync({ schema: this.#schema, document: introspection, variableValues });
    if (!data) throw new Error('The schema could not be read', { cause: errors });
    return data;
  }
}

/** The operation to run; that there is one has been seen to before. */
function operationIn(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (!operation) throw new TypeError(`The document has no operation ${name ?? ''}`);
  return operation;
}

function asInputError({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}
