import type { SupergraphManager } from '@apollo/gateway';
import { Kind, parse, print, visit, type ConstDirectiveNode } from 'graphql';

/** The security features that this gateway enforces; a supergraph with any other is still refused. */
const enforced = /\/(authenticated|requiresScopes|policy)\/v0\.1$/;

/**
 * Apollo's gateway refuses a supergraph with a security feature that it does not know, as it must. The features that
 * `authorizeGateway` enforces in front of it are handed to it as ordinary ones; their directives stay.
 */
export function acceptPolicies(manager: SupergraphManager): SupergraphManager {
  return {
    async initialize(options) {
      const initial = await manager.initialize({
        ...options,
        update: (supergraph) => options.update(accept(supergraph)),
        healthCheck: (supergraph) => options.healthCheck(accept(supergraph)),
      });
      return { ...initial, supergraphSdl: accept(initial.supergraphSdl) };
    },
  };
}

function accept(supergraph: string): string {
  return print(
    visit(parse(supergraph, { noLocation: true }), {
      SchemaDefinition: (node) => ({ ...node, directives: node.directives?.map(withoutPurpose) ?? [] }),
    }),
  );
}

function withoutPurpose(directive: ConstDirectiveNode): ConstDirectiveNode {
  const url = directive.arguments?.find(({ name }) => name.value === 'url')?.value;
  const isEnforced = directive.name.value === 'link' && url?.kind === Kind.STRING && enforced.test(url.value);
  if (!isEnforced) return directive;
  return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'for') ?? [] };
}
