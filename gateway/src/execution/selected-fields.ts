import {
  isAbstractType,
  Kind,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** Whether `@skip` and `@include` let a selection in; undefined where there is nothing to ask. */
export type Guard = ((variables: Variables) => boolean) | undefined;

/** A selection set with what must hold for it. */
export interface GuardedSet {
  readonly set: SelectionSetNode;
  readonly guard: Guard;
}

/** A field of an object as an operation selects it, under one response key. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  /** Undefined where one of its selections is always in. */
  readonly guard: Guard;
  readonly node: FieldNode;
  /** What is selected below it, of all its selections. */
  readonly below: readonly GuardedSet[];
}

/**
 * The fields that selection sets select of an object type, in their order (GraphQL specification, "Field Collection").
 * What depends on the type alone is decided here, once; what depends on variables stays a guard.
 */
export function selectFields(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: GraphQLObjectType,
  sets: readonly GuardedSet[],
): SelectedField[] {
  const found = new Map<string, { nodes: FieldNode[]; guards: Guard[] }>();
  const collect = ({ set, guard }: GuardedSet): void => {
    for (const selection of set.selections) {
      const own = both(guard, guardOf(selection.directives));
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const entry = found.get(key) ?? { nodes: [], guards: [] };
        entry.nodes.push(selection);
        entry.guards.push(own);
        found.set(key, entry);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      const condition = fragment.typeCondition?.name.value;
      if (applies(schema, condition, type)) collect({ set: fragment.selectionSet, guard: own });
    }
  };
  for (const set of sets) collect(set);
  return [...found].flatMap(([key, { nodes, guards }]) => {
    const [node] = nodes;
    return node ? [toField(key, node, nodes, guards)] : [];
  });
}

function toField(
  key: string,
  node: FieldNode,
  nodes: readonly FieldNode[],
  guards: readonly Guard[],
): SelectedField {
  const below = nodes.flatMap(({ selectionSet: set }, index) => (set ? [{ set, guard: guards[index] }] : []));
  return { key, name: node.name.value, guard: either(guards), node, below };
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLNamedType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return (
    isAbstractType(conditional) && schema.getPossibleTypes(conditional).some(({ name }) => name === type.name)
  );
}

function guardOf(directives: readonly DirectiveNode[] = []): Guard {
  return directives.map(guardOfDirective).reduce(both, undefined);
}

function guardOfDirective({ name, arguments: args = [] }: DirectiveNode): Guard {
  if (name.value !== 'skip' && name.value !== 'include') return undefined;
  const wanted = name.value === 'include';
  const value = args.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    return (variables) => (variables[variable] === true) === wanted;
  }
  const isLetIn = (value?.kind === Kind.BOOLEAN && value.value) === wanted;
  return isLetIn ? undefined : () => false;
}

function both(one: Guard, other: Guard): Guard {
  if (!one || !other) return one ?? other;
  return (variables) => one(variables) && other(variables);
}

function either(guards: readonly Guard[]): Guard {
  const all = guards.filter((guard) => guard !== undefined);
  if (all.length < guards.length) return undefined;
  return (variables) => all.some((guard) => guard(variables));
}
