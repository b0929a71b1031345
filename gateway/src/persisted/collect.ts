import {
  getLocation,
  GraphQLError,
  Kind,
  parse,
  print,
  validate,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type ExecutableDefinitionNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type Source,
} from 'graphql';
import { hashOf, type RegisteredOperation } from './manifest.ts';

/** An operation found in a client's source. */
export interface FoundOperation extends RegisteredOperation {
  /** Where it is: `src/page.tsx:12`. */
  readonly place: string;
}

/** The operations of a client, and what is wrong with them: `src/page.tsx:12: Cannot query field …`. */
export interface Collection {
  readonly operations: readonly FoundOperation[];
  readonly problems: readonly string[];
}

/** Finds the operations of sources, each with the fragments that it needs, wherever they are, and validates them. */
export function collectOperations(sources: readonly Source[], schema: GraphQLSchema): Collection {
  const problems: string[] = [];
  const definitions = sources.flatMap((source) => parseSource(source, problems));
  const fragments = byName(
    definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION),
    problems,
  );
  const named = byName(
    definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION),
    problems,
  );
  const operations = [...named].map(([name, node]): FoundOperation => {
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [node, ...usedFragments(node, fragments)],
    };
    problems.push(...validate(schema, document).map(describe));
    const body = print(document);
    return { id: hashOf(body), name, type: node.operation, body, place: placeOf(node) };
  });
  operations.sort((one, other) => one.name.localeCompare(other.name));
  // What is wrong with a fragment is told once, not for each operation that spreads it.
  return { operations, problems: [...new Set(problems)] };
}

function parseSource(source: Source, problems: string[]): ExecutableDefinitionNode[] {
  try {
    return parse(source).definitions.filter(isExecutable);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    problems.push(describe(error));
    return [];
  }
}

/** Definitions by their names, which clients use as if they were unique in the whole source. */
function byName<Node extends ExecutableDefinitionNode>(
  nodes: readonly Node[],
  problems: string[],
): Map<string, Node> {
  const named = new Map<string, Node>();
  for (const node of nodes) {
    const name = node.name?.value;
    const other = name === undefined ? undefined : named.get(name);
    if (name === undefined) problems.push(`${placeOf(node)}: An operation needs a name`);
    else if (!other) named.set(name, node);
    else if (print(other) !== print(node))
      problems.push(`${placeOf(node)}: ${name} is something else at ${placeOf(other)}`);
  }
  return named;
}

/** A schema beside the operations of a client is none of them. */
function isExecutable(node: DefinitionNode): node is ExecutableDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION;
}

/** The fragments that a definition spreads, and those that they spread, by name; what is missing validation tells. */
function usedFragments(
  definition: ExecutableDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const used = new Map<string, FragmentDefinitionNode>();
  const add = (node: ExecutableDefinitionNode): void =>
    void visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        add(fragment);
      },
    });
  add(definition);
  return [...used.values()].sort((one, other) => one.name.value.localeCompare(other.name.value));
}

function describe({ message, nodes, source, positions }: GraphQLError): string {
  const [node] = nodes ?? [];
  const [position = 0] = positions ?? [];
  const from = node?.loc?.source ?? source;
  return `${from ? placeIn(from, node?.loc?.start ?? position) : 'somewhere'}: ${message}`;
}

function placeOf({ loc }: ExecutableDefinitionNode): string {
  return loc ? placeIn(loc.source, loc.start) : 'somewhere';
}

function placeIn(source: Source, position: number): string {
  return `${source.name}:${getLocation(source, position).line + source.locationOffset.line - 1}`;
}
