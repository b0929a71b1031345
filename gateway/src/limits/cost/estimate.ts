import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CostDirectives } from './directives.ts';
import { conventionalSize, sizeOf, type Evaluate, type Variables } from './list-size.ts';

/** What a mutation costs before any of its fields. */
const mutationWeight = 10;

const sum = (parts: readonly Evaluate[]): Evaluate => {
  return (variables) => {
    let total = 0;
    for (const part of parts) total += part(variables);
    return total;
  };
};

/**
 * Makes the function that tells what an operation may cost at most, from its variables alone. An object costs 1, a
 * scalar or an enum nothing, a mutation 10 more, a list as much as its longest possible page; `@cost` and `@listSize`
 * say otherwise where they stand. Fields of fragments are added up, whichever type an object turns out to have.
 * Introspection costs nothing: it asks no subgraph.
 */
export function compileCost(
  schema: GraphQLSchema,
  directives: CostDirectives,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (variables: Variables) => number {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const compiler = new CostCompiler(schema, directives, document);
  const cost = compiler.selections(root, operation.selectionSet, new Map());
  const base = operation.operation === OperationTypeNode.MUTATION ? mutationWeight : 0;
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
    ),
  );
  return (variables) => base + cost({ ...defaults, ...variables });
}

/** The sizes that a field gives to lists of the object that it returns, by the lists' names. */
type InheritedSizes = ReadonlyMap<string, Evaluate>;

class CostCompiler {
  readonly #schema: GraphQLSchema;
  readonly #directives: CostDirectives;
  readonly #fragments: ReadonlyMap<string, { readonly on: string; readonly set: SelectionSetNode }>;

  constructor(schema: GraphQLSchema, directives: CostDirectives, { definitions }: DocumentNode) {
    this.#schema = schema;
    this.#directives = directives;
    this.#fragments = new Map(
      definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map(({ name, typeCondition, selectionSet }) => [
          name.value,
          { on: typeCondition.name.value, set: selectionSet },
        ]),
    );
  }

  selections(
    parent: GraphQLCompositeType,
    { selections }: SelectionSetNode,
    sizes: InheritedSizes,
  ): Evaluate {
    return sum(selections.map((node) => whenIncluded(node.directives, this.#selection(parent, node, sizes))));
  }

  #selection(parent: GraphQLCompositeType, node: SelectionNode, sizes: InheritedSizes): Evaluate {
    if (node.kind === Kind.FIELD) return this.#field(parent, node, sizes);
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT
        ? { on: node.typeCondition?.name.value ?? parent.name, set: node.selectionSet }
        : this.#fragments.get(node.name.value);
    const type = fragment && this.#schema.getType(fragment.on);
    return isCompositeType(type) && fragment ? this.selections(type, fragment.set, sizes) : () => 0;
  }

  #field(parent: GraphQLCompositeType, node: FieldNode, sizes: InheritedSizes): Evaluate {
    const name = node.name.value;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!field) return () => 0;
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(field.type);
    const weight = this.#directives.weights.get(coordinate) ?? this.#typeWeight(type);
    const listSize = this.#directives.listSizes.get(coordinate) ?? conventionalSize(field);
    const size = sizeOf(listSize, node, field);
    const inherited = new Map((listSize?.sizedFields ?? []).map((sized) => [sized, size]));
    const below =
      node.selectionSet && isCompositeType(type)
        ? this.selections(type, node.selectionSet, inherited)
        : () => 0;
    const args = this.#argumentsWeight(coordinate, node, field);
    if (!isListType(getNullableType(field.type))) return (variables) => args + weight + below(variables);
    const count = sizes.get(name) ?? size;
    return (variables) => args + count(variables) * (weight + below(variables));
  }

  #typeWeight(type: GraphQLNamedType): number {
    const given = this.#directives.weights.get(type.name);
    if (given !== undefined) return given;
    if (!isAbstractType(type)) return isCompositeType(type) ? 1 : 0;
    return Math.max(1, ...this.#schema.getPossibleTypes(type).map((one) => this.#typeWeight(one)));
  }

  #argumentsWeight(coordinate: string, node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    return (node.arguments ?? [])
      .filter(({ name }) => field.args.some((argument) => argument.name === name.value))
      .map(({ name }) => this.#directives.weights.get(`${coordinate}(${name.value}:)`) ?? 0)
      .reduce((total, weight) => total + weight, 0);
  }
}

/** Nothing where `@skip` or `@include` leave the selection out. */
function whenIncluded(directives: readonly DirectiveNode[] = [], cost: Evaluate): Evaluate {
  const conditions = directives.flatMap(({ name, arguments: args = [] }) => {
    const value = args.find((argument) => argument.name.value === 'if')?.value;
    if (!value || !['skip', 'include'].includes(name.value)) return [];
    const wanted = name.value === 'include';
    return [(variables: Variables) => valueFromASTUntyped(value, { ...variables }) === !wanted];
  });
  if (conditions.length === 0) return cost;
  return (variables) => (conditions.some((leavesOut) => leavesOut(variables)) ? 0 : cost(variables));
}
