import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Requirement, Requirements } from './requirements.ts';

/** A part of an operation that the caller may not ask for. */
export interface Cut {
  /** The response keys down to it, with `@` for each list on the way, as Apollo's router writes them. */
  readonly path: readonly string[];
  /** The field itself, whatever the operation calls it: `Query.users`. */
  readonly field: string;
  /** The selections on the way whose directives may leave it out anyhow. */
  readonly conditional: readonly SelectionNode[];
}

/** An operation without what the caller may not ask for. */
export interface CutOperation {
  /** Undefined when nothing is left to ask. */
  readonly document: DocumentNode | undefined;
  readonly cuts: readonly Cut[];
}

/** The response key that carries the type of an object whose type the operation leaves open. */
export const typeKey = '__cdxTypename';

/** More paths than these are cut all the same, and not told one by one. */
const maxCuts = 200;

/** What is left of a node. The cuts are what callers are told; whether any was made is known without them. */
interface Part<Node> {
  readonly node: Node | undefined;
  readonly isCut: boolean;
  readonly cuts: readonly Cut[];
}

/**
 * Cuts from one operation every selection that stands behind an unmet requirement.
 * @param allows whether a requirement is met
 * @param graph the schema that the document is valid against, with its requirements
 */
export function cutOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  allows: (requirement: Requirement) => boolean,
  graph: { readonly schema: GraphQLSchema; readonly requirements: Requirements },
): CutOperation {
  const cutter = new Cutter(document, allows, graph);
  const root = graph.schema.getRootType(operation.operation);
  if (!root) throw new Error(`The graph has no ${operation.operation}`);
  const { node, isCut, cuts } = cutter.selectionSet(operation.selectionSet, root);
  if (!isCut) return { document, cuts };
  const rest = node && {
    ...document,
    definitions: [{ ...operation, selectionSet: node }, ...cutter.fragments()],
  };
  return { document: rest, cuts };
}

class Cutter {
  readonly #allows: (requirement: Requirement) => boolean;
  readonly #schema: GraphQLSchema;
  readonly #requirements: Requirements;
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A fragment is cut alike wherever it is spread, so each is looked at once, however often that is. */
  readonly #fragments = new Map<string, Part<FragmentDefinitionNode>>();

  constructor(
    { definitions }: DocumentNode,
    allows: (requirement: Requirement) => boolean,
    { schema, requirements }: { readonly schema: GraphQLSchema; readonly requirements: Requirements },
  ) {
    this.#allows = allows;
    this.#schema = schema;
    this.#requirements = requirements;
    const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.#definitions = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  /** The fragments that are still spread, and something is left of. */
  fragments(): FragmentDefinitionNode[] {
    return [...this.#fragments.values()].flatMap(({ node }) => node ?? []);
  }

  selectionSet(set: SelectionSetNode, parent: GraphQLCompositeType): Part<SelectionSetNode> {
    const parts = set.selections.map((selection) => this.#selection(selection, parent));
    if (!parts.some(({ isCut }) => isCut)) return { node: set, isCut: false, cuts: [] };
    const selections = parts.flatMap(({ node }) => node ?? []);
    const open = isAbstractType(parent) ? [typeSelection] : [];
    return {
      node: selections.length === 0 ? undefined : { ...set, selections: [...selections, ...open] },
      isCut: true,
      cuts: parts.flatMap(({ cuts }) => cuts).slice(0, maxCuts),
    };
  }

  #selection(selection: SelectionNode, parent: GraphQLCompositeType): Part<SelectionNode> {
    const part = this.#unconditional(selection, parent);
    if ((selection.directives ?? []).length === 0) return part;
    const cuts = part.cuts.map((cut) => ({ ...cut, conditional: [selection, ...cut.conditional] }));
    return { ...part, cuts };
  }

  #unconditional(selection: SelectionNode, parent: GraphQLCompositeType): Part<SelectionNode> {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, parent);
      case Kind.INLINE_FRAGMENT: {
        const type = this.#typeOf(selection.typeCondition?.name.value, parent);
        const part = this.#onType(selection.selectionSet, type);
        return { ...part, node: part.node && { ...selection, selectionSet: part.node } };
      }
      case Kind.FRAGMENT_SPREAD: {
        const part = this.#fragment(selection.name.value);
        return { ...part, node: part.node && selection };
      }
    }
  }

  #fragment(name: string): Part<FragmentDefinitionNode> {
    let part = this.#fragments.get(name);
    if (!part) {
      const definition = this.#definition(name);
      const type = this.#typeOf(definition.typeCondition.name.value, undefined);
      const inner = this.#onType(definition.selectionSet, type);
      part = { ...inner, node: inner.node && { ...definition, selectionSet: inner.node } };
      this.#fragments.set(name, part);
    }
    return part;
  }

  #definition(name: string): FragmentDefinitionNode {
    const definition = this.#definitions.get(name);
    if (!definition) throw new Error(`The document has no fragment ${name}`);
    return definition;
  }

  #typeOf(name: string | undefined, fallback: GraphQLCompositeType | undefined): GraphQLCompositeType {
    const type = name === undefined ? fallback : this.#schema.getType(name);
    if (!type || !isCompositeType(type)) throw new Error(`The graph has no composite type ${name ?? ''}`);
    return type;
  }

  /** What is selected on a type, when the caller may see the type: all of it is cut otherwise. */
  #onType(set: SelectionSetNode, type: GraphQLCompositeType): Part<SelectionSetNode> {
    if (this.#isVisible(type)) return this.selectionSet(set, type);
    return { node: undefined, isCut: true, cuts: this.#firstFields(set, type, new Set()) };
  }

  #field(field: FieldNode, parent: GraphQLCompositeType): Part<FieldNode> {
    if (field.name.value.startsWith('__')) return { node: field, isCut: false, cuts: [] };
    const key = (field.alias ?? field.name).value;
    const type = this.#fieldType(parent, field.name.value);
    const named = getNamedType(type);
    const required = this.#requirements.ofField(parent, field.name.value);
    // Both are looked at whatever the first says: a walk that meets all requirements learns of every one.
    const [isAllowed, isVisible] = [required.every(this.#allows), this.#isVisible(named)];
    if (!isAllowed || !isVisible) return { node: undefined, isCut: true, cuts: [cutOf(field, parent, [])] };
    if (!field.selectionSet || !isCompositeType(named)) return { node: field, isCut: false, cuts: [] };
    const { node, isCut, cuts } = this.selectionSet(field.selectionSet, named);
    if (!isCut) return { node: field, isCut, cuts };
    const steps = [key, ...listSteps(type)];
    return {
      node: node && { ...field, selectionSet: node },
      isCut,
      cuts: cuts.map((cut) => ({ ...cut, path: [...steps, ...cut.path] })),
    };
  }

  #fieldType(parent: GraphQLCompositeType, name: string): GraphQLOutputType {
    const field = 'getFields' in parent ? parent.getFields()[name] : undefined;
    if (!field) throw new Error(`${parent.name} has no field ${name}`);
    return field.type;
  }

  /** An abstract type is visible as long as one of the objects that it may be is. */
  #isVisible(type: GraphQLNamedType): boolean {
    if (!isAbstractType(type)) return this.#requirements.ofType(type).every(this.#allows);
    const objects = this.#requirements.possibleTypes(type);
    // All of them, not until the first: each one's requirement has to become known.
    return objects.filter((object) => this.#requirements.ofType(object).every(this.#allows)).length > 0;
  }

  /** The fields that a hidden fragment asks for at its first level: each is told as a path of its own. */
  #firstFields({ selections }: SelectionSetNode, parent: GraphQLCompositeType, seen: Set<string>): Cut[] {
    return selections.flatMap((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return [cutOf(selection, parent, [selection])];
        case Kind.INLINE_FRAGMENT: {
          const type = this.#typeOf(selection.typeCondition?.name.value, parent);
          return this.#firstFields(selection.selectionSet, type, seen);
        }
        case Kind.FRAGMENT_SPREAD: {
          const { name, selectionSet, typeCondition } = this.#definition(selection.name.value);
          if (seen.has(name.value)) return [];
          seen.add(name.value);
          return this.#firstFields(selectionSet, this.#typeOf(typeCondition.name.value, parent), seen);
        }
      }
    });
  }
}

function cutOf(
  { alias, name }: FieldNode,
  { name: type }: GraphQLCompositeType,
  conditional: readonly SelectionNode[],
): Cut {
  return { path: [(alias ?? name).value], field: `${type}.${name.value}`, conditional };
}

const typeSelection: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: typeKey },
  name: { kind: Kind.NAME, value: '__typename' },
};

function listSteps(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listSteps(type.ofType);
  return isListType(type) ? ['@', ...listSteps(type.ofType)] : [];
}
