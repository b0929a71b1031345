import { Kind, type DocumentNode } from 'graphql';
import { argumentsOf } from './directive-name.ts';

/** The subgraphs' names by what a supergraph calls them, the values of `join__Graph` (Apollo's join specification). */
export function subgraphNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const values = definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph' ? (node.values ?? []) : [],
  );
  return new Map(
    values.flatMap(({ name, directives = [] }) =>
      directives
        .filter((directive) => directive.name.value === 'join__graph')
        .map((directive) => [name.value, String(argumentsOf(directive).name)] as const),
    ),
  );
}
