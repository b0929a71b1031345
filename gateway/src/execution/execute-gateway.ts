import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
  GatewaySchemaLoadOrUpdateCallback,
} from '@apollo/server-gateway-interface';
import { executeSync, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { SubgraphSource } from '../datasources/index.ts';
import { inputError } from '../errors/input-error.ts';
import type { PlanRun } from './fetch.ts';
import { tellGaps } from './gaps.ts';
import type { Data } from './objects.ts';
import { operationIn } from './operation-in.ts';
import type { SupergraphManager } from '../supergraph/manager.ts';
import { Planner, type CompiledOperation } from './planner.ts';
import type { RequestContext } from './request-context.ts';
import type { Variables } from './selected-fields.ts';

type Context = GatewayGraphQLRequestContext<RequestContext>;

/** The subgraphs by name, as the supergraph in use has them. */
export type SourceOf = (name: string, url: string) => SubgraphSource;

/**
 * A gateway that plans by Apollo's planner and executes by itself: each operation is compiled once, and its data goes to
 * the caller in one pass. It is Apollo Server's to load and to stop.
 * @param manager where supergraphs come from; one that cannot be served is refused, and the one before goes on
 */
export function executeGateway(manager: SupergraphManager, sourceOf: SourceOf): GatewayInterface {
  const listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  let executor: PlanExecutor | undefined;
  let cleanup: (() => void) | undefined;
  const executorOf = (supergraph: string): PlanExecutor => new PlanExecutor(supergraph, sourceOf);
  const serve = (next: PlanExecutor): void => {
    executor = next;
    const loaded = { apiSchema: next.schema, coreSupergraphSdl: next.supergraph };
    for (const listener of listeners) listener(loaded);
  };
  return {
    onSchemaLoadOrUpdate(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    async load() {
      const managed = await manager.initialize({
        update: (supergraph) => serve(executorOf(supergraph)),
        async updateIfHealthy(supergraph) {
          const next = executorOf(supergraph);
          await next.checkSources();
          serve(next);
        },
      });
      ({ cleanup } = managed);
      serve(executorOf(managed.supergraphSdl));
      return {
        executor(context) {
          if (!executor) throw new TypeError('An operation came before the schema');
          return executor.execute(context as Context);
        },
      };
    },
    stop() {
      cleanup?.();
      return Promise.resolve();
    },
  };
}

/** The plans of one document. */
interface DocumentPlans {
  /** The variables that they depend on. */
  readonly decisive: readonly string[];
  /** By the operation's name and the values of those. */
  readonly compiled: Map<string, CompiledOperation>;
}

/** A document's plans are few, unless someone tries many conditions on purpose. */
const maxPlans = 64;

class PlanExecutor {
  /** As SDL. */
  readonly supergraph: string;
  readonly #planner: Planner;
  readonly #sources: ReadonlyMap<string, SubgraphSource>;
  /** Documents are kept by who parses them, so the same operation comes as the same object. */
  readonly #plans = new WeakMap<DocumentNode, DocumentPlans>();

  constructor(supergraph: string, sourceOf: SourceOf) {
    this.supergraph = supergraph;
    this.#planner = new Planner(supergraph);
    this.#sources = new Map(this.#planner.subgraphs.map(({ name, url }) => [name, sourceOf(name, url)]));
  }

  get schema(): GraphQLSchema {
    return this.#planner.schema;
  }

  /** Rejects with the reason when a subgraph does not answer. */
  async checkSources(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.check()));
  }

  async execute(context: Context): Promise<GatewayExecutionResult> {
    const { document, request } = context;
    const operation = operationIn(document, request.operationName);
    const variables: Variables = request.variables ?? {};
    // As they were sent: those that stand for literals are right.
    const definitions = context.operation.variableDefinitions ?? [];
    const { coerced, errors: mistakes } = getVariableValues(this.schema, definitions, { ...variables });
    if (mistakes) return { errors: mistakes.map(inputError) };
    const compiled = this.#compile(document, operation, coerced);
    const run: PlanRun = {
      data: {},
      errors: [],
      failures: [],
      absent: new Map(),
      variables: compiled.variablesOf(variables),
      coerced: compiled.variablesOf(coerced),
      ask: (name, asked) => this.#source(name).ask({ ...asked, jsonAsText: true }, context.context),
    };
    await compiled.fetch(run);
    const introspection = this.#introspect(compiled, variables);
    const { errors, failures } = run;
    const shaping = { variables: coerced, introspection, path: [], gaps: [], isPartial: failures.length > 0 };
    const data = compiled.shape(run.data, shaping);
    tellGaps(run, shaping.gaps);
    return errors.length > 0 ? { errors, data } : { data };
  }

  #compile(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ): CompiledOperation {
    let plans = this.#plans.get(document);
    if (!plans) {
      plans = { decisive: this.#planner.decisiveVariables(document), compiled: new Map() };
      this.#plans.set(document, plans);
    }
    const values = new Map(plans.decisive.map((name) => [name, variables[name] === true]));
    const key = [operation.name?.value ?? '', ...values.values()].join();
    let compiled = plans.compiled.get(key);
    if (!compiled) {
      compiled = this.#planner.compile(document, operation, values);
      if (plans.compiled.size >= maxPlans) plans.compiled.clear();
      plans.compiled.set(key, compiled);
    }
    return compiled;
  }

  #source(name: string): SubgraphSource {
    const source = this.#sources.get(name);
    if (!source) throw new TypeError(`The supergraph has no subgraph ${name}`);
    return source;
  }

  #introspect({ introspection }: CompiledOperation, variableValues: Variables): Data {
    if (!introspection) return {};
    const { data, errors } = executeSync({ schema: this.schema, document: introspection, variableValues });
    if (!data) throw new Error('The schema could not be read', { cause: errors });
    return data;
  }
}
