import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
} from 'graphql';

/** The uses of fields with arguments in `@requires`, each of which is planned as a field of its own: a variant. */
export interface Variants {
  /** The field that a variant is of. */
  readonly fieldOf: ReadonlyMap<string, string>;
  /** The variants that a field needs, by its coordinate: `Product.shippingCost`. */
  readonly neededBy: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface PlanningSupergraph {
  /** Without locations: a supergraph has tens of thousands of tokens, and its schemas would keep them all. */
  readonly document: DocumentNode;
  readonly variants: Variants;
  /** The names of the fields with `@requires`. */
  readonly requiring: ReadonlySet<string>;
}

/**
 * A supergraph as the planner needs it to plan right. The planner
 * - fetches a field that `@requires` names with arguments under the field's own key, where the client's own use of it and
 *   other uses in `@requires` overwrite it: each use with other arguments becomes a field of its own here;
 * - enters a subgraph anew by the first key of the type there, resolvable or not: resolvable ones come first here.
 */
export function supergraphForPlanning(document: DocumentNode): PlanningSupergraph {
  const { names, variants, requiring } = findVariants(document);
  const definitions = document.definitions.map((one) => addVariants(withResolvableFirst(one), names));
  return { document: { ...document, definitions }, variants, requiring };
}

function withResolvableFirst(definition: DefinitionNode): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
  const directives = (definition.directives ?? []).toSorted((one, other) => rank(one) - rank(other));
  return { ...definition, directives };
}

function rank({ arguments: args = [] }: ConstDirectiveNode): number {
  const value = args.find(({ name }) => name.value === 'resolvable')?.value;
  return value?.kind === Kind.BOOLEAN && !value.value ? 1 : 0;
}

/** The names of variants, by their field and by their arguments. */
type VariantNames = ReadonlyMap<string, ReadonlyMap<string, string>>;

function findVariants(
  document: DocumentNode,
): Omit<PlanningSupergraph, 'document'> & { names: VariantNames } {
  const names = new Map<string, Map<string, string>>();
  const fieldOf = new Map<string, string>();
  const neededBy = new Map<string, Set<string>>();
  const requiring = new Set<string>();
  const note = (field: FieldNode, coordinate: string): void => {
    const { value: name } = field.name;
    const known = names.get(name) ?? new Map<string, string>();
    const variant = known.get(argumentsOf(field)) ?? `${name}__required${fieldOf.size}`;
    names.set(name, known.set(argumentsOf(field), variant));
    fieldOf.set(variant, name);
    neededBy.set(coordinate, (neededBy.get(coordinate) ?? new Set()).add(variant));
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      const coordinate = `${definition.name.value}.${name.value}`;
      for (const required of directives.map(requiredIn).filter((one) => one !== undefined)) {
        requiring.add(name.value);
        visit(parseSelections(required), {
          Field(field) {
            if (field.arguments?.length) note(field, coordinate);
          },
        });
      }
    }
  }
  return { names, variants: { fieldOf, neededBy }, requiring };
}

/** Gives every type that has such a field its variants, so that interfaces still fit; `@requires` then names them. */
function addVariants(definition: DefinitionNode, names: VariantNames): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) {
    return definition;
  }
  const fields = (definition.fields ?? []).flatMap((field) => {
    const directives = (field.directives ?? []).map((directive) => requireVariants(directive, names));
    const all = [field.name.value, ...(names.get(field.name.value)?.values() ?? [])];
    return all.map((value) => ({ ...field, directives, name: { ...field.name, value } }));
  });
  return { ...definition, fields };
}

function requireVariants(directive: ConstDirectiveNode, names: VariantNames): ConstDirectiveNode {
  const required = requiredIn(directive);
  if (!required || names.size === 0) return directive;
  const renamed = visit(parseSelections(required), {
    Field(field) {
      const value = names.get(field.name.value)?.get(argumentsOf(field));
      return value === undefined ? undefined : { ...field, name: { ...field.name, value } };
    },
  });
  // Without the braces around it.
  const value = { kind: Kind.STRING, value: print(renamed).trim().slice(1, -1) } as const;
  const args = directive.arguments?.map((one) => (one.name.value === 'requires' ? { ...one, value } : one));
  return { ...directive, arguments: args ?? [] };
}

/** What a `@join__field` requires. */
function requiredIn({ name, arguments: args = [] }: ConstDirectiveNode): string | undefined {
  if (name.value !== 'join__field') return undefined;
  const value = args.find((argument) => argument.name.value === 'requires')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function parseSelections(selections: string): DocumentNode {
  return parse(`{ ${selections} }`, { noLocation: true });
}

function argumentsOf({ arguments: args = [] }: FieldNode): string {
  return args.map(print).join();
}
