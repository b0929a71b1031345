import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  operationFromDocument,
  Supergraph,
  type Schema,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { publishWork } from '@cdx/kit';
import {
  GraphQLError,
  isAbstractType,
  isInterfaceType,
  Kind,
  parse,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compilePlan, rootKeys } from './compile-plan.ts';
import { conditionsOf, settleConditions } from './conditions.ts';
import type { PlanStep } from './fetch.ts';
import { introspectionIn, withoutIntrospection } from './introspection.ts';
import type { Data } from './objects.ts';
import { supergraphForPlanning } from './planning-supergraph.ts';
import type { IsOfType, PlannedGraph } from './representation.ts';
import { unreserve } from './reserved-variable.ts';
import { ResponseKeys } from './response-keys.ts';
import { selectFields, type SelectedField, type Variables } from './selected-fields.ts';
import { compileShape, type Shaping } from './shape.ts';

/** An operation, ready to run: how its data is fetched, and what the caller gets of it. */
export interface CompiledOperation {
  /** The caller's variables as the plan names them. */
  readonly variablesOf: (variables: Variables) => Variables;
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

/**
 * What a supergraph may need of who serves it: what Apollo's gateway supports, and what `authorizeGateway` enforces. One
 * that needs more, such as another security feature, is refused.
 */
const supportedFeatures = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
]);

/** Plans and compiles the operations of one supergraph. */
export class Planner {
  /** The API schema: what callers see, and documents are valid against. */
  readonly schema: GraphQLSchema;
  readonly #api: Schema;
  readonly #planner: QueryPlanner;
  readonly #graph: PlannedGraph;
  readonly #keys: ResponseKeys;
  /** The names of the fields with `@requires`. */
  readonly #requiring: ReadonlySet<string>;
  readonly subgraphs: readonly NamedSubgraph[];

  /**
   * @param supergraph the SDL
   * @throws Error when it is no supergraph, or needs a feature that is not supported
   */
  constructor(supergraph: string) {
    const document = parse(supergraph, { noLocation: true });
    const forPlanning = supergraphForPlanning(document);
    const hasVariants = forPlanning.variants.fieldOf.size > 0;
    const built = Supergraph.build(forPlanning.document, {
      supportedFeatures,
      // Of variants, which only planning needs, it would be complained.
      validateSupergraph: !hasVariants,
    });
    this.#requiring = forPlanning.requiring;
    this.#api = built.apiSchema();
    const asked = hasVariants ? Supergraph.build(document, { supportedFeatures }).apiSchema() : this.#api;
    this.schema = asked.toGraphQLJSSchema();
    this.#planner = new QueryPlanner(built, {
      // A fetch of variants may have to be split, for which its fields must not be in fragments.
      reuseQueryFragments: !hasVariants,
    });
    this.subgraphs = [...built.subgraphsMetadata().values()];
    const whole = built.schema.toGraphQLJSSchema();
    this.#keys = new ResponseKeys(whole);
    this.#graph = { isOfType: makeIsOfType(whole), variants: forPlanning.variants };
  }

  /**
   * The variables whose values an operation's plan depends on. What is fetched for a field's `@requires` goes with the
   * field's conditions, and the planner expects it all the same of the objects that it fetches the field's neighbours
   * for; so where both meet, each case has a plan of its own.
   */
  decisiveVariables(document: DocumentNode): readonly string[] {
    const variables = conditionsOf(document);
    if (variables.length === 0) return variables;
    const fields = this.#requiring;
    const requiring = new Set<string>();
    visit(document, {
      Field({ name }) {
        if (fields.has(name.value)) requiring.add(name.value);
      },
    });
    return requiring.size > 0 ? variables : [];
  }

  /** @param values those of the decisive variables */
  compile(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: ReadonlyMap<string, boolean>,
  ): CompiledOperation {
    const operationName = operation.name?.value;
    const settled = settleConditions(document, (variable) => values.get(variable));
    const unreserved = unreserve(this.#keys.planned(withoutIntrospection(settled)));
    const planned = operationFromDocument(
      this.#api,
      unreserved.document,
      operationName ? { operationName } : {},
    );
    const root = this.schema.getRootType(operation.operation);
    if (!root) throw new TypeError(`The graph has no ${operation.operation}`);
    const fragments = fragmentsOf(document);
    const sets = [{ set: operation.selectionSet, guard: undefined }];
    const fields = selectFields(this.schema, fragments, root, sets);
    const plan = this.#planner.buildQueryPlan(planned);
    publishWork('plan');
    this.#checkAll(fields, new Set(rootKeys(plan.node)));
    return {
      variablesOf: unreserved.variablesOf,
      fetch: compilePlan(plan, this.#graph),
      shape: compileShape({ schema: this.schema, fragments, keys: this.#keys }, root, sets),
      introspection: introspectionIn(document, operation, fields),
    };
  }

  /** A field that no subgraph can bring, such as one of an interface that nothing implements, is left out of a plan. */
  #checkAll(fields: readonly SelectedField[], planned: ReadonlySet<string>): void {
    for (const { name, guard, node } of fields) {
      if (guard || name.startsWith('__') || planned.has(this.#keys.of(node))) continue;
      const extensions = { code: 'INTERNAL' };
      throw new GraphQLError(`No service can answer what is asked of ${name}`, { extensions });
    }
  }
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
