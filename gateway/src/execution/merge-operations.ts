import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { PlannedOperation } from './fetch-operation.ts';

/** The variable that a fetch of entities has for them. */
const representations = 'representations';

/** Several fetches of entities as one operation. */
export interface MergedOperation extends PlannedOperation {
  /** For each of them, the response key and the variable that its entities have. */
  readonly parts: readonly { readonly key: string; readonly variable: string }[];
}

/** Merges fetches of entities of one subgraph: each under a key of its own, all with the same variables of the caller. */
export function mergeOperations(nodes: readonly FetchNode[]): MergedOperation {
  const documents = nodes.map(({ operation }) => parse(operation, { noLocation: true }));
  const prefix = freePrefix(documents.map(operationOf));
  const parts = nodes.map((_, index) => ({ key: `_${index}`, variable: `${prefix}${index}` }));
  const separate = renameFragments(documents).map((document, index) => {
    const { key = '', variable = '' } = parts[index] ?? {};
    return visit(document, {
      Variable: ({ name }) => (name.value === representations ? variableOf(variable) : undefined),
      Field(field) {
        const isRoot = field.name.value === '_entities';
        return isRoot ? { ...field, alias: { kind: Kind.NAME, value: key } } : undefined;
      },
    });
  });
  const definitions = [unite(separate), ...separate.flatMap(fragmentsOf)];
  return {
    operation: stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions })),
    operationName: nodes[0]?.operationName,
    variableUsages: [...new Set(nodes.flatMap(({ variableUsages = [] }) => variableUsages))],
    parts,
  };
}

function unite(documents: readonly DocumentNode[]): OperationDefinitionNode {
  const all = documents.map(operationOf);
  const [first] = all;
  if (!first) throw new TypeError('There is nothing to merge');
  // Of a variable that several have the definition is the same: the caller's.
  const variables = new Map<string, VariableDefinitionNode>();
  for (const one of all.flatMap(({ variableDefinitions = [] }) => variableDefinitions)) {
    variables.set(one.variable.name.value, one);
  }
  const selections = all.flatMap(({ selectionSet }) => selectionSet.selections);
  return {
    ...first,
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

/** Each document may have a fragment of the same name with something else in it. */
function renameFragments(documents: readonly DocumentNode[]): DocumentNode[] {
  const taken = new Set<string>();
  return documents.map((document, index) => {
    const names = new Map<string, string>();
    for (const { name } of fragmentsOf(document)) {
      let free = index === 0 ? name.value : `${name.value}_${index}`;
      while (taken.has(free)) free += '_';
      taken.add(free);
      names.set(name.value, free);
    }
    if (names.size === 0) return document;
    const rename = <Node extends { readonly name: { readonly value: string } }>(node: Node): Node => ({
      ...node,
      name: { ...node.name, value: names.get(node.name.value) ?? node.name.value },
    });
    return visit(document, { FragmentDefinition: rename, FragmentSpread: rename });
  });
}

function operationOf({ definitions }: DocumentNode): OperationDefinitionNode {
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new TypeError('A fetch has no operation');
  return operation;
}

function fragmentsOf({ definitions }: DocumentNode): FragmentDefinitionNode[] {
  return definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
}

/** What no variable of the caller begins with. */
function freePrefix(operations: readonly OperationDefinitionNode[]): string {
  const names = operations.flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.map(({ variable }) => variable.name.value),
  );
  let prefix = representations;
  while (names.some((name) => name !== representations && name.startsWith(prefix))) prefix += '_';
  return prefix;
}

function variableOf(value: string): VariableDefinitionNode['variable'] {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } };
}
