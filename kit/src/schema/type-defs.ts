import { readFileSync } from 'node:fs';
import {
  Kind,
  parse,
  visit,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type TypeDefinitionNode,
} from 'graphql';

const readSdl = (file: URL): readonly DefinitionNode[] =>
  parse(readFileSync(file, 'utf8'), { noLocation: true }).definitions;

/** The types that any subgraph may use, by name. */
const common = new Map(
  ['common.graphql', 'audit.graphql']
    .flatMap((file) => readSdl(new URL(file, import.meta.url)))
    .map((node) => [(node as TypeDefinitionNode).name.value, node]),
);

/** `@cacheControl`, which is no directive of federation's: a subgraph that uses it has to define it. */
const cacheControl = readSdl(new URL('cache-control.graphql', import.meta.url));

/**
 * A subgraph's contract: its `schema.graphql`, of the common types those that it uses, itself or through others, and
 * `@cacheControl` if it uses that.
 */
export function readTypeDefs(schemaFile: URL): DocumentNode {
  const own = readSdl(schemaFile);
  const hints = uses(own, 'cacheControl') ? cacheControl : [];
  return { kind: Kind.DOCUMENT, definitions: [...own, ...hints, ...usedBy(own)] };
}

function uses(own: readonly DefinitionNode[], directive: string): boolean {
  let found = false;
  const look = {
    Directive({ name }: DirectiveNode) {
      found ||= name.value === directive;
    },
  };
  for (const node of own) visit(node, look);
  return found;
}

function usedBy(own: readonly DefinitionNode[]): DefinitionNode[] {
  const used = new Set<DefinitionNode>();
  const add = (node: DefinitionNode): void =>
    void visit(node, {
      NamedType({ name }) {
        const found = common.get(name.value);
        if (!found || used.has(found)) return;
        used.add(found);
        add(found);
      },
    });
  own.forEach(add);
  return [...common.values()].filter((node) => used.has(node));
}
