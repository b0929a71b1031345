import { Kind, type ConstDirectiveNode, type ObjectTypeDefinitionNode, type TypeNode } from 'graphql';
import type { ComposedSubgraph } from '../compose/index.ts';

interface Entity {
  readonly name: string;
  readonly owner: string;
}

interface Arrow {
  readonly from: string;
  readonly field: string;
  readonly to: string;
}

/** A picture of the graph for Markdown, in Mermaid: a box for each subgraph, an arrow for each way between two. */
export function drawSupergraph(domains: readonly ComposedSubgraph[]): string {
  const entities = findEntities(domains);
  const boxes = domains.flatMap(({ name }) => [
    `  subgraph ${name}`,
    ...entities.filter(({ owner }) => owner === name).map((entity) => `    ${entity.name}`),
    '  end',
  ]);
  const arrows = crossings(domains, entities).map(({ from, field, to }) => `  ${from} -- ${field} --> ${to}`);
  return ['```mermaid', 'flowchart LR', ...boxes, ...arrows, '```'].join('\n');
}

function objectTypes({ typeDefs }: ComposedSubgraph): ObjectTypeDefinitionNode[] {
  return typeDefs.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
}

const isKey = ({ name }: ConstDirectiveNode): boolean => name.value === 'key';

/** Every type with a key; it is owned where it has the most fields, and referred to elsewhere. */
function findEntities(domains: readonly ComposedSubgraph[]): Entity[] {
  const candidates = domains.flatMap((domain) =>
    objectTypes(domain)
      .filter(({ directives = [] }) => directives.some(isKey))
      .map(({ name, fields = [] }) => ({ name: name.value, owner: domain.name, fields: fields.length })),
  );
  return [...Map.groupBy(candidates, ({ name }) => name).values()].flatMap((same) =>
    same.toSorted((a, b) => b.fields - a.fields).slice(0, 1),
  );
}

function crossings(domains: readonly ComposedSubgraph[], entities: readonly Entity[]): Arrow[] {
  const ownerOf = new Map(entities.map(({ name, owner }) => [name, owner]));
  return domains.flatMap((domain) =>
    objectTypes(domain).flatMap(({ name, fields = [] }) =>
      fields.flatMap((field) => {
        const to = typeName(field.type).replace(/Connection$/, '');
        const from = name.value;
        const crosses = ownerOf.has(from) && ownerOf.has(to) && ownerOf.get(from) !== ownerOf.get(to);
        return crosses ? [{ from, field: field.name.value, to }] : [];
      }),
    ),
  );
}

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}
