import { Kind, visit, type DocumentNode, type OperationDefinitionNode, type SelectionNode } from 'graphql';
import type { SelectedField } from './selected-fields.ts';

const isOfSchema = (field: string): boolean => field === '__schema' || field === '__type';

/** The root fields of an operation that ask for the schema, as a document of their own. */
export function introspectionIn(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fields: readonly SelectedField[],
): DocumentNode | undefined {
  const selections = fields.filter(({ name }) => isOfSchema(name)).map(({ node }) => node);
  if (selections.length === 0) return undefined;
  const asked = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const;
  const rest = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: [asked, ...rest] };
}

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The document without what asks for the schema: no subgraph is asked for it, and the planner knows an older
 * introspection than the schema that answers it.
 */
export function withoutIntrospection(document: DocumentNode): DocumentNode {
  const gone = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (definition.typeCondition.name.value.startsWith('__')) gone.add(definition.name.value);
  }
  return visit(document, {
    Field: { enter: ({ name }) => (isOfSchema(name.value) ? null : undefined) },
    FragmentDefinition: { enter: ({ name }) => (gone.has(name.value) ? null : undefined) },
    SelectionSet: {
      leave: (node) => (node.selections.length === 0 ? { ...node, selections: [typename] } : undefined),
    },
  });
}
