import {
  isAbstractType,
  isUnionType,
  Kind,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
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

/** A field of an object as an operation selects it, under one response key; one for each place that it may stand at. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  readonly guard: Guard;
  readonly node: FieldNode;
  /** What is selected below it, of all its selections. */
  readonly below: readonly GuardedSet[];
}

/**
 * The fields that selection sets select of a type, in their order (GraphQL specification, "Field Collection"); of an
 * abstract one, those that are selected of whatever it turns out to be.
 * What depends on the type alone is decided here, once; what depends on variables stays a guard.
 */
export function selectFields(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: GraphQLCompositeType,
  sets: readonly GuardedSet[],
): SelectedField[] {
  const found = new Map<string, { nodes: FieldNode[]; guards: Guard[] }>();
  const slots: { readonly key: string; readonly number: number }[] = [];
  const collect = ({ set, guard }: GuardedSet): void => {
    for (const selection of set.selections) {
      const own = both(guard, guardOf(selection.directives));
      if (own === never) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const entry = found.get(key) ?? { nodes: [], guards: [] };
        slots.push({ key, number: entry.nodes.push(selection) - 1 });
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
  return slots.flatMap(({ key, number }) => {
    const { nodes = [], guards = [] } = found.get(key) ?? {};
    const [node] = nodes;
    const before = guards.slice(0, number);
    // A field stands where the first of its selections that is let in stands.
    if (!node || before.includes(undefined)) return [];
    const below = nodes.flatMap(({ selectionSet: set }, index) =>
      set ? [{ set, guard: guards[index] }] : [],
    );
    return [{ key, name: node.name.value, guard: both(noneOf(before), guards[number]), node, below }];
  });
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLCompositeType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  if (!isAbstractType(conditional) || isUnionType(type)) return false;
  return schema.isSubType(conditional, type);
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
  return isLetIn ? undefined : never;
}

/** Lets nothing in, whatever the variables. */
function never(): boolean {
  return false;
}

function both(one: Guard, other: Guard): Guard {
  if (one === never || other === never) return never;
  if (!one || !other) return one ?? other;
  return (variables) => one(variables) && other(variables);
}

function noneOf(guards: readonly Guard[]): Guard {
  if (guards.length === 0) return undefined;
  return (variables) => !guards.some((guard) => guard?.(variables));
}
