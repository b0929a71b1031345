import {
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
  type Schema,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import {
  isAbstractType,
  isInterfaceType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compilePlan } from './compile-plan.ts';
import type { PlanStep } from './fetch.ts';
import type { Data } from './objects.ts';
import type { IsOfType } from './representation.ts';
import { selectFields, type SelectedField } from './selected-fields.ts';
import { compileShape, type Shaping } from './shape.ts';

/** An operation, ready to run: how its data is fetched, and what the caller gets of it. */
export interface CompiledOperation {
  readonly fetch: PlanStep;
  readonly shape: (data: Data, run: Shaping) => Data | null;
  /** What it asks of the schema itself, which no subgraph is asked for. */
  readonly introspection: DocumentNode | undefined;
}

/** A subgraph that the supergraph names. */
export interface NamedSubgraph {
  readonly name: string;
  readonly url: string;
}

/** Plans and compiles the operations of one supergraph. */
export class Planner {
  readonly #schema: GraphQLSchema;
  readonly #api: Schema;
  readonly #planner: QueryPlanner;
  readonly #isOfType: IsOfType;
  readonly subgraphs: readonly NamedSubgraph[];

  /**
   * @param supergraph the SDL
   * @param schema the API schema that documents are valid against
   */
  constructor(supergraph: string, schema: GraphQLSchema) {
    const built = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    this.#schema = schema;
    this.#api = built.apiSchema();
    this.#planner = new QueryPlanner(built);
    this.subgraphs = [...built.subgraphsMetadata().values()];
    this.#isOfType = makeIsOfType(built.schema.toGraphQLJSSchema());
  }

  compile(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation {
    const operationName = operation.name?.value;
    const planned = operationFromDocument(this.#api, document, operationName ? { operationName } : {});
    const root = this.#schema.getRootType(operation.operation);
    if (!root) throw new TypeError(`The graph has no ${operation.operation}`);
    const fragments = fragmentsOf(document);
    const sets = [{ set: operation.selectionSet, guard: undefined }];
    return {
      fetch: compilePlan(this.#planner.buildQueryPlan(planned), this.#isOfType),
      shape: compileShape(this.#schema, fragments, root, sets),
      introspection: introspectionIn(document, operation, selectFields(this.#schema, fragments, root, sets)),
    };
  }
}

/** The root fields of an operation that ask for the schema, as a document of their own. */
function introspectionIn(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fields: readonly SelectedField[],
): DocumentNode | undefined {
  const selections = fields
    .filter(({ name }) => name === '__schema' || name === '__type')
    .map(({ node }) => node);
  if (selections.length === 0) return undefined;
  const asked = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const;
  const rest = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: [asked, ...rest] };
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** Of the whole supergraph, with the types that callers do not see. */
function makeIsOfType(schema: GraphQLSchema): IsOfType {
  const namesOf = new Map<string, ReadonlySet<string>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    const interfaces = isInterfaceType(type) ? schema.getImplementations(type).interfaces : [];
    const all = [type, ...interfaces, ...schema.getPossibleTypes(type)];
    namesOf.set(type.name, new Set(all.map(({ name }) => name)));
  }
  return ({ __typename: name }, type) =>
    name === type || (typeof name === 'string' && namesOf.get(type)?.has(name) === true);
}
