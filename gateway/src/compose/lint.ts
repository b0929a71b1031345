import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { checkAccess } from './access.ts';
import type { ComposedSubgraph, Complaint } from './compose.ts';
import { banned, glossary } from './glossary.ts';

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

/** The rules of this product that composition does not know. */
export function lintSubgraphs(subgraphs: readonly ComposedSubgraph[]): Complaint[] {
  const names = new Set(subgraphs.map(({ name }) => name));
  return subgraphs.flatMap((subgraph) => [
    ...objectTypes(subgraph).flatMap((type) => [
      ...argumentsInRequires(subgraph.name, type),
      ...wrongName(subgraph.name, type, names),
    ]),
    ...checkAccess(subgraph),
  ]);
}

function objectTypes({ typeDefs }: ComposedSubgraph): ObjectNode[] {
  return typeDefs.definitions.filter(
    (node): node is ObjectNode =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}

/**
 * Gateways that follow Apollo's plans fetch what `@requires` names once for an entity, whatever the query says of the same
 * field with other arguments. Ours keeps such uses apart; our subgraphs stay fit for the others too.
 */
function argumentsInRequires(subgraph: string, { name, fields = [] }: ObjectNode): Complaint[] {
  return fields
    .filter((field) => requiredSelections(field).some(hasArguments))
    .map((field) => ({
      subgraph,
      coordinate: `${name.value}.${field.name.value}`,
      problem: 'arguments are not allowed inside @requires',
      hint: 'Require a field without arguments; let its owner offer the variant that is needed.',
    }));
}

function requiredSelections({ directives = [] }: FieldDefinitionNode): string[] {
  return directives
    .filter(({ name }) => name.value === 'requires' || name.value.endsWith('__requires'))
    .flatMap(({ arguments: args = [] }: ConstDirectiveNode) =>
      args.flatMap(({ name, value }) =>
        name.value === 'fields' && value.kind === Kind.STRING ? [value.value] : [],
      ),
    );
}

function hasArguments(selections: string): boolean {
  let found = false;
  visit(parse(`{ ${selections} }`), {
    Argument() {
      found = true;
    },
  });
  return found;
}

/** Whether a name means here what the glossary says. An entity may be extended anywhere, if its owner is there. */
function wrongName(subgraph: string, type: ObjectNode, names: ReadonlySet<string>): Complaint[] {
  const { value: name } = type.name;
  const complaint = (problem: string, hint: string): Complaint => ({
    subgraph,
    coordinate: name,
    problem,
    hint,
  });
  const instead = banned[name];
  if (instead !== undefined)
    return [complaint('the name is too vague for a graph of many domains', `Use ${instead}.`)];
  const entry = glossary[name];
  if (!entry || entry.owner === subgraph) return [];
  const isReference =
    names.has(entry.owner) && type.directives?.some(({ name: { value } }) => value === 'key');
  if (isReference) return [];
  return [
    complaint(
      `the name belongs to the ${entry.owner} subgraph`,
      `Use ${entry.instead}, or refer to it by @key.`,
    ),
  ];
}
