import { Kind, parse, type ConstDirectiveNode } from 'graphql';
import type { EntityKey, Operation } from './operations.ts';

/** The entities of a subgraph by each of their keys, as its own SDL says them. */
export function entityKeys(sdl: string): EntityKey[] {
  return parse(sdl).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
      ? keysIn(node.directives).map((key) => ({ type: node.name.value, fields: key.split(/\s+/) }))
      : [],
  );
}

function keysIn(directives: readonly ConstDirectiveNode[] = []): string[] {
  return directives
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: args = [] }) => args)
    .flatMap(({ name, value }) =>
      name.value === 'fields' && value.kind === Kind.STRING ? [value.value] : [],
    );
}

/** What an operation sends as keys of some types' entities. */
export function keysSent({ variables }: Operation, types: ReadonlySet<string>): Set<string> {
  const representations = Object.values(variables)
    .flat()
    .filter((value): value is Record<string, string> => typeof value === 'object' && value !== null)
    .filter(({ __typename: type }) => type !== undefined && types.has(type));
  return new Set(representations.flatMap((representation) => Object.values(representation)));
}
