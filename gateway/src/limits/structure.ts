import {
  Kind,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { excess } from './excess.ts';
import type { LimitSettings } from './settings.ts';

/** The size of a selection, with all fragments spread out. */
interface Shape {
  /** Fields of this level. */
  fields: number;
  /** Fields and fragments of this level and all below. */
  selections: number;
  aliases: number;
  /** Uses of `__schema` and `__type`, and the aliases inside them. */
  introspections: number;
  introspectionAliases: number;
  levels: number;
  /** A field of the lowest level. */
  deepest: ASTNode | undefined;
  /** The most fields of any level below this one, and the field that they are selected on. */
  widest: { fields: number; on: ASTNode | undefined };
}

/** The fields that answer the schema itself (GraphQL specification, "Schema Introspection"). */
const introspection = new Set(['__schema', '__type']);

const emptyShape = (): Shape => ({
  fields: 0,
  selections: 0,
  aliases: 0,
  introspections: 0,
  introspectionAliases: 0,
  levels: 0,
  deepest: undefined,
  widest: { fields: 0, on: undefined },
});

/**
 * What is over its limit in a document's structure. Every fragment is measured once, however often it is spread, so
 * fragments that spread fragments cost nothing here, though they may stand for millions of fields; one that spreads
 * itself counts as empty, and is left to validation to refuse.
 */
export function structureErrors({ definitions }: DocumentNode, limits: LimitSettings): GraphQLError[] {
  if (definitions.length > limits.MAX_DEFINITIONS)
    return [excess('operations and fragments', definitions.length, limits.MAX_DEFINITIONS, definitions[0])];
  const measure = makeMeasure(definitions);
  return definitions.flatMap((definition) => {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const shape = measure(definition.selectionSet);
      return [...rootErrors(definition, shape, limits), ...selectionErrors(definition, shape, limits)];
    }
    // A fragment that no operation uses is validated as well, and costs as much.
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      return selectionErrors(definition, measure(definition.selectionSet), limits);
    return [];
  });
}

function rootErrors(
  operation: OperationDefinitionNode,
  { fields }: Shape,
  { MAX_ROOT_FIELDS, MAX_VARIABLES }: LimitSettings,
): GraphQLError[] {
  const variables = operation.variableDefinitions?.length ?? 0;
  return [
    ...(fields > MAX_ROOT_FIELDS
      ? [excess('fields at the operation’s first level', fields, MAX_ROOT_FIELDS, operation)]
      : []),
    ...(variables > MAX_VARIABLES
      ? [excess('variables in the operation', variables, MAX_VARIABLES, operation)]
      : []),
  ];
}

function selectionErrors(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  shape: Shape,
  limits: LimitSettings,
): GraphQLError[] {
  const { fields, widest } = shape;
  const what = definition.kind === Kind.OPERATION_DEFINITION ? 'operation' : 'fragment';
  const broadest = fields > widest.fields ? { fields, on: definition } : widest;
  const measured: readonly (readonly [string, number, number, ASTNode | undefined])[] = [
    [`levels of fields in the ${what}`, shape.levels, limits.MAX_DEPTH, shape.deepest],
    ['fields at one level', broadest.fields, limits.MAX_FIELDS_PER_SELECTION, broadest.on],
    [`fields and fragments in the ${what}`, shape.selections, limits.MAX_SELECTIONS, definition],
    [`aliases in the ${what}`, shape.aliases, limits.MAX_ALIASES, definition],
    [`uses of introspection in the ${what}`, shape.introspections, limits.MAX_INTROSPECTIONS, definition],
    // The schema is answered at no cost, so it may be asked for once, and not fifty times under fifty names.
    ['aliases inside of introspection', shape.introspectionAliases, 0, definition],
  ];
  return measured
    .filter(([, found, limit]) => found > limit)
    .map(([words, found, limit, place]) => excess(words, found, limit, place));
}

function makeMeasure(definitions: readonly DefinitionNode[]): (set: SelectionSetNode) => Shape {
  const fragments = new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment.selectionSet]),
  );
  const measured = new Map<SelectionSetNode, Shape>();
  const measure = (set: SelectionSetNode): Shape => {
    const known = measured.get(set);
    if (known) return known;
    const shape = emptyShape();
    measured.set(set, emptyShape());
    for (const selection of set.selections) addSelection(shape, selection);
    measured.set(set, shape);
    return shape;
  };
  const addSelection = (shape: Shape, selection: SelectionNode): void => {
    shape.selections += 1;
    if (selection.kind === Kind.FIELD) {
      shape.fields += 1;
      if (selection.alias) shape.aliases += 1;
      const inner = selection.selectionSet ? measure(selection.selectionSet) : emptyShape();
      if (introspection.has(selection.name.value)) {
        shape.introspections += 1;
        shape.introspectionAliases += inner.aliases;
      }
      addBelow(shape, { ...inner, levels: inner.levels + 1, deepest: inner.deepest ?? selection });
      widen(shape, { fields: inner.fields, on: selection });
    } else {
      const set =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments.get(selection.name.value);
      const inner = set ? measure(set) : emptyShape();
      shape.fields += inner.fields;
      addBelow(shape, inner);
    }
  };
  return measure;
}

function addBelow(shape: Shape, inner: Shape): void {
  shape.selections += inner.selections;
  shape.aliases += inner.aliases;
  shape.introspections += inner.introspections;
  shape.introspectionAliases += inner.introspectionAliases;
  widen(shape, inner.widest);
  if (inner.levels > shape.levels) {
    shape.levels = inner.levels;
    shape.deepest = inner.deepest;
  }
}

function widen(shape: Shape, level: Shape['widest']): void {
  if (level.fields > shape.widest.fields) shape.widest = level;
}
