import { directiveOf, domainAccess, ownerOfEntity, policyOf } from '@cdx/access';
import { Kind } from 'graphql';
import type { ComposedSubgraph, Complaint } from './compose.ts';
import { policyPlaces } from './policies.ts';

/**
 * Whether a domain's schema carries the policies that the access matrix gives it, no others and none left out. What a
 * schema leaves open here would be open in the supergraph. Subgraphs that are no domain of the matrix are not judged.
 */
export function checkAccess({ name, typeDefs }: ComposedSubgraph): Complaint[] {
  if (!Object.hasOwn(domainAccess, name)) return [];
  const differing = policyPlaces(name, typeDefs).flatMap(({ coordinate, found, isForeign = false }) => {
    const expected = isForeign ? '' : directiveOf(policyOf(name, coordinate));
    if (found === expected) return [];
    return [
      {
        subgraph: name,
        coordinate,
        problem: `has ${found || 'no policy'}, and the access matrix says ${expected || 'no policy'}`,
        hint: hintFor(coordinate, expected, isForeign),
      },
    ];
  });
  return [...ownDirectives({ name, typeDefs }), ...differing];
}

function hintFor(coordinate: string, expected: string, isForeign: boolean): string {
  if (isForeign)
    return `${coordinate} is of the ${ownerOfEntity(coordinate) ?? ''} subgraph, which writes its policy; write yours on the fields that you add.`;
  return `Write ${expected || 'no policy'} there, or change access/src/matrix.ts.`;
}

/** A directive that a subgraph defines itself is only named like a policy: composition would leave it out. */
function ownDirectives({ name, typeDefs }: Pick<ComposedSubgraph, 'name' | 'typeDefs'>): Complaint[] {
  return typeDefs.definitions
    .filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION)
    .filter((node) => ['authenticated', 'requiresScopes', 'inaccessible'].includes(node.name.value))
    .map((node) => ({
      subgraph: name,
      coordinate: `@${node.name.value}`,
      problem: 'a directive of the subgraph’s own would protect nothing',
      hint: 'Import it from https://specs.apollo.dev/federation/v2.9 by @link.',
    }));
}
