import { readFileSync } from 'node:fs';
import { Kind, parse, visit, type DefinitionNode, type DocumentNode, type TypeDefinitionNode } from 'graphql';

const readSdl = (file: URL): readonly DefinitionNode[] =>
  parse(readFileSync(file, 'utf8'), { noLocation: true }).definitions;

/** The types that any subgraph may use, by name. */
const common = new Map(
  ['common.graphql', 'audit.graphql']
    .flatMap((file) => readSdl(new URL(file, import.meta.url)))
    .map((node) => [(node as TypeDefinitionNode).name.value, node]),
);

/** A subgraph's contract: its `schema.graphql`, and of the common types those that it uses, itself or through others. */
export function readTypeDefs(schemaFile: URL): DocumentNode {
  const own = readSdl(schemaFile);
  return { kind: Kind.DOCUMENT, definitions: [...own, ...usedBy(own)] };
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
