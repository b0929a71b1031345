import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, type GraphQLFormattedError, type SelectionSetNode } from 'graphql';
import type { PlanPath } from './places.ts';
import { clientPath } from './response-keys.ts';

/** A fetch that brought nothing: what is told wherever its fields would have been. */
export interface Failure {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Where its objects are: nothing that later fetches add below it can be there either. */
  readonly path: PlanPath;
  /** Where its own fields would have been. */
  readonly fields: readonly PlanPath[];
}

/** The failure of a fetch, for one of its errors that has no place. */
export function failureOf(
  node: FetchNode,
  path: PlanPath,
  { message, extensions }: GraphQLFormattedError,
): Failure {
  const fields = keysOf(node).map((key) => clientPath([...path, key]));
  const all = { ...extensions, service: node.serviceName };
  return { message, extensions: all, path: clientPath(path), fields };
}

/** The response keys of what a fetch adds to its objects. */
export function keysOf({ operation, requires }: FetchNode): string[] {
  const [root, ...fragments] = parse(operation, { noLocation: true }).definitions;
  const sets = new Map<string, SelectionSetNode>();
  for (const one of fragments) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) sets.set(one.name.value, one.selectionSet);
  }
  if (root?.kind !== Kind.OPERATION_DEFINITION) return [];
  const [entities] = root.selectionSet.selections;
  if (!requires) return keysIn(root.selectionSet, sets);
  return entities?.kind === Kind.FIELD && entities.selectionSet ? keysIn(entities.selectionSet, sets) : [];
}

function keysIn(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, SelectionSetNode>,
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [(selection.alias ?? selection.name).value];
    const isInline = selection.kind === Kind.INLINE_FRAGMENT;
    const set = isInline ? selection.selectionSet : fragments.get(selection.name.value);
    return set ? keysIn(set, fragments) : [];
  });
}
