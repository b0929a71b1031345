import {
  defaultFieldResolver,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  SchemaMetaFieldDef,
  typeFromAST,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The fields of an object type that an operation selects, in the order of the answer. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
}

/** One field of the answer: all that does not depend on the object it is read from. */
export interface FieldPlan {
  /** Its name in the answer. */
  readonly key: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  /** Undefined where the field copies a property of its parent. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  readonly shape: Shape;
}

/** How a value becomes a part of the answer. */
export type Shape = { readonly nonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'object'; readonly plan: ObjectPlan }
  | {
      readonly kind: 'abstract';
      readonly type: GraphQLAbstractType;
      readonly plans: ReadonlyMap<GraphQLNamedType, ObjectPlan>;
    }
);

/** A query of a valid document, with the values of its variables. */
export interface Query {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What this executor does not know, and graphql-js does. */
export class NotPlannable extends Error {}

/**
 * Plans a query. The plan is the same for all values of its variables but those that `@skip` and `@include` read.
 * @throws NotPlannable
 */
export function planQuery(query: Query): ObjectPlan {
  const root = query.schema.getQueryType();
  if (!root) throw new NotPlannable('The schema has no queries');
  return new Planner(query).planObject(root, [query.operation.selectionSet]);
}

class Planner {
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  planObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): ObjectPlan {
    if (type.isTypeOf) throw new NotPlannable(`${type.name} decides itself what is of it`);
    const nodesByKey = new Map<string, [FieldNode, ...FieldNode[]]>();
    const visited = new Set<string>();
    for (const set of sets) this.#collect(type, set, nodesByKey, visited);
    return { type, fields: [...nodesByKey].map(([key, nodes]) => this.#planField(type, key, nodes)) };
  }

  /** GraphQL specification, "CollectFields". */
  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    nodesByKey: Map<string, [FieldNode, ...FieldNode[]]>,
    visited: Set<string>,
  ): void {
    for (const selection of selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const nodes = nodesByKey.get(key);
        if (nodes) nodes.push(selection);
        else nodesByKey.set(key, [selection]);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#spread(selection, visited);
      if (fragment && this.#isOf(type, fragment))
        this.#collect(type, fragment.selectionSet, nodesByKey, visited);
    }
  }

  #spread({ name }: FragmentSpreadNode, visited: Set<string>): FragmentDefinitionNode | undefined {
    if (visited.has(name.value)) return undefined;
    visited.add(name.value);
    return this.#query.fragments[name.value];
  }

  #isOf(type: GraphQLObjectType, { typeCondition }: InlineFragmentNode | FragmentDefinitionNode): boolean {
    if (!typeCondition) return true;
    const { schema } = this.#query;
    const condition = typeFromAST(schema, typeCondition);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  }

  #isIncluded(node: FieldNode | FragmentSpreadNode | InlineFragmentNode): boolean {
    if (!node.directives?.length) return true;
    const { variables } = this.#query;
    return (
      getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false
    );
  }

  #planField(parentType: GraphQLObjectType, key: string, nodes: FieldPlan['nodes']): FieldPlan {
    const field = this.#fieldOf(parentType, nodes[0].name.value);
    const { resolve } = field;
    return {
      key,
      field,
      parentType,
      nodes,
      resolve: resolve === defaultFieldResolver ? undefined : resolve,
      shape: this.#shapeOf(field.type, nodes),
    };
  }

  #fieldOf(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (type === this.#query.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    const field = type.getFields()[name];
    if (!field) throw new NotPlannable(`${type.name} has no field ${name}`);
    return field;
  }

  #shapeOf(type: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    const nonNull = isNonNullType(type);
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isLeafType(inner)) return { kind: 'leaf', nonNull, type: inner };
    if (isListType(inner)) return { kind: 'list', nonNull, item: this.#shapeOf(inner.ofType, nodes) };
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (!isAbstractType(inner)) return { kind: 'object', nonNull, plan: this.planObject(inner, sets) };
    const types = this.#query.schema.getPossibleTypes(inner);
    const plans = new Map(types.map((concrete) => [concrete, this.planObject(concrete, sets)]));
    return { kind: 'abstract', nonNull, type: inner, plans };
  }
}
