import { BREAK, Kind, parse, print, visit, type DocumentNode } from 'graphql';

/** Removes the n-th selection of a document, with what becomes unused by that; undefined when there are not so many. */
function without(document: DocumentNode, index: number): DocumentNode | undefined {
  let position = -1;
  const rest = visit(document, {
    enter(node) {
      if (node.kind !== Kind.FIELD && node.kind !== Kind.INLINE_FRAGMENT) return undefined;
      position += 1;
      return position === index ? null : undefined;
    },
  });
  return position < index ? undefined : withoutUnused(rest);
}

/** GraphQL refuses variables and fragments that nothing uses, so what is dropped takes them along. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  const note = ({ name }: { readonly name: { readonly value: string } }): void => void used.add(name.value);
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    visit(definition.selectionSet, { Variable: note, FragmentSpread: note });
  }
  const rest = visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
    FragmentDefinition: ({ name }) => (used.has(name.value) ? undefined : null),
  });
  // A fragment that is gone may have been the last to spread another.
  return rest.definitions.length === document.definitions.length ? rest : withoutUnused(rest);
}

/** Whether a document still has a field in each selection, as GraphQL wants it. */
function isWhole(document: DocumentNode): boolean {
  let whole = true;
  visit(document, {
    SelectionSet({ selections }) {
      whole &&= selections.length > 0;
      return whole ? undefined : BREAK;
    },
  });
  return whole;
}

/**
 * Makes a failing operation as small as it goes on failing: it drops selections one by one, as long as that lasts.
 * @param fails whether an operation of this text fails
 */
export async function minimise(query: string, fails: (query: string) => Promise<boolean>): Promise<string> {
  let document = parse(query, { noLocation: true });
  for (let index = 0; ;) {
    const smaller = without(document, index);
    if (!smaller) return print(document);
    if (isWhole(smaller) && (await fails(print(smaller)))) document = smaller;
    else index += 1;
  }
}
