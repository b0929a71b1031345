import { visit, type DocumentNode } from 'graphql';
import type { Variables } from './selected-fields.ts';

/** The variable that fetches of entities have for the entities; a client may have one of the same name. */
const reserved = 'representations';

/** A document that leaves the reserved variable alone, and its variables for it. */
export interface Unreserved {
  readonly document: DocumentNode;
  readonly variablesOf: (variables: Variables) => Variables;
}

/** Gives a client's variable of the reserved name another one, which nobody but the subgraphs sees. */
export function unreserve(document: DocumentNode): Unreserved {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  if (!names.has(reserved)) return { document, variablesOf: (variables) => variables };
  let free = `${reserved}_`;
  while (names.has(free)) free += '_';
  return {
    document: visit(document, {
      Variable: (node) =>
        node.name.value === reserved ? { ...node, name: { ...node.name, value: free } } : undefined,
    }),
    variablesOf: ({ [reserved]: value, ...others }) =>
      value === undefined ? others : { ...others, [free]: value },
  };
}
