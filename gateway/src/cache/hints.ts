import { isTypeDefinitionNode, parse, type ConstDirectiveNode } from 'graphql';
import { z } from 'zod';
import { argumentsOf, directiveName } from '../supergraph/directive-name.ts';
import { subgraphNames } from '../supergraph/subgraph-names.ts';
import { viewsContract } from '../views/contract.ts';

/** `@cacheControl`, as Apollo Server has it. */
export interface CacheHint {
  readonly maxAge?: number | null | undefined;
  readonly scope?: 'PUBLIC' | 'PRIVATE' | null | undefined;
  readonly inheritMaxAge?: boolean | null | undefined;
}

/** What a supergraph says about keeping answers, by schema coordinate: `Type`, `Type.field`. */
export interface CacheHints {
  readonly hints: ReadonlyMap<string, CacheHint>;
  /** What is behind a policy, which may decide otherwise the next time. */
  readonly decided: ReadonlySet<string>;
  /** The subgraphs that a field, or else its type, may be read from. */
  readonly domains: ReadonlyMap<string, readonly string[]>;
}

const hintForm = z.object({
  maxAge: z.number().nullish(),
  scope: z.enum(['PUBLIC', 'PRIVATE']).nullish(),
  inheritMaxAge: z.boolean().nullish(),
});

/** Reads a supergraph's SDL. */
export function readCacheHints(supergraph: string): CacheHints {
  const document = parse(supergraph, { noLocation: true });
  const names = {
    hint: directiveName(document, 'cacheControl', 'cacheControl'),
    policy: directiveName(document, 'policy', 'policy'),
  };
  const graphs = subgraphNames(document);
  const hints = new Map<string, CacheHint>();
  const decided = new Set<string>();
  const domains = new Map<string, readonly string[]>();
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
    for (const directive of directives) {
      if (directive.name.value === names.hint) hints.set(coordinate, hintForm.parse(argumentsOf(directive)));
      if (directive.name.value === names.policy) decided.add(coordinate);
    }
    const joined = directives.filter(({ name }) => /^join__(type|field)$/.test(name.value)).map(argumentsOf);
    const found = joined.flatMap(({ graph, requires }) => {
      const name = graphs.get(String(graph));
      // What a field requires, or a view shows, may be read from anywhere.
      if (requires !== undefined || name === viewsContract.name) return [...graphs.values()];
      return name ?? [];
    });
    if (found.length > 0) domains.set(coordinate, [...new Set(found)]);
  };
  for (const definition of document.definitions.filter(isTypeDefinitionNode)) {
    read(definition.name.value, definition.directives);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      read(`${definition.name.value}.${field.name.value}`, field.directives);
    }
  }
  return { hints, decided, domains };
}
