import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variants } from './planning-supergraph.ts';

type Required = readonly QueryPlanSelectionNode[];

/**
 * A planned fetch in the words of its subgraph: a variant of a field is asked for as the field, under the variant's key.
 * A representation has room for one variant of a field, so a fetch of fields that need several becomes several.
 */
export function splitFetch(node: FetchNode, variants: Variants): readonly FetchNode[] {
  const { fieldOf } = variants;
  if (fieldOf.size === 0) return [node];
  const document = nameFields(parse(node.operation, { noLocation: true }), fieldOf);
  const whole = { ...node, operation: print(document) };
  const { requires = [] } = node;
  const present = [...variantsIn(requires, fieldOf)];
  if (new Set(present.map((variant) => fieldOf.get(variant))).size === present.length) return [whole];
  return partsOf(document, variants, new Set(present)).map((part) => {
    const variables = variablesIn(part.document);
    return {
      ...node,
      operation: print(withVariables(part.document, variables)),
      variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
      requires: without(requires, (name) => fieldOf.has(name) && !part.needs.has(name)),
    };
  });
}

function nameFields(document: DocumentNode, fieldOf: Variants['fieldOf']): DocumentNode {
  return visit(document, {
    Field(field) {
      const value = fieldOf.get(field.name.value);
      if (value === undefined) return undefined;
      return { ...field, alias: field.alias ?? field.name, name: { ...field.name, value } };
    },
  });
}

function variantsIn(selections: Required, fieldOf: Variants['fieldOf']): Set<string> {
  const found = selections.flatMap((selection) => {
    const own = selection.kind === 'Field' && fieldOf.has(selection.name) ? [selection.name] : [];
    return [...own, ...variantsIn(selection.selections ?? [], fieldOf)];
  });
  return new Set(found);
}

/** The selections that are left, and none that nothing is left of. */
function without(selections: Required, isOut: (name: string) => boolean): QueryPlanSelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field' && isOut(selection.name)) return [];
    if (!selection.selections) return [selection];
    const rest = without(selection.selections, isOut);
    return rest.length > 0 ? [{ ...selection, selections: rest }] : [];
  });
}

/** A part of an entity fetch: the fields that can be asked for together, and the variants that they need. */
interface FetchPart {
  readonly document: DocumentNode;
  readonly needs: ReadonlySet<string>;
}

function partsOf(document: DocumentNode, variants: Variants, present: ReadonlySet<string>): FetchPart[] {
  const parts: Map<string, string>[] = [];
  // What each field of each type is asked for in: the first part that has no other variant of what it needs.
  const partOf = new Map<string, number>();
  const place = (coordinate: string): void => {
    const needs = [...(variants.neededBy.get(coordinate) ?? [])].filter((variant) => present.has(variant));
    const entries = needs.map((variant) => [variants.fieldOf.get(variant) ?? '', variant] as const);
    let index = parts.findIndex((part) =>
      entries.every(([field, variant]) => (part.get(field) ?? variant) === variant),
    );
    if (index < 0) index = parts.push(new Map()) - 1;
    for (const [field, variant] of entries) parts[index]?.set(field, variant);
    partOf.set(coordinate, index);
  };
  keepFields(document, (coordinate) => {
    place(coordinate);
    return true;
  });
  return parts.map((part, index) => ({
    document: keepFields(document, (coordinate) => partOf.get(coordinate) === index),
    needs: new Set(part.values()),
  }));
}

/** An entity fetch with only some of the fields that it asks for of its entities. */
function keepFields(document: DocumentNode, keeps: (coordinate: string) => boolean): DocumentNode {
  const keepIn = ({ selections, ...set }: SelectionSetNode, type: string): SelectionSetNode => ({
    ...set,
    selections: selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keeps(`${type}.${selection.name.value}`) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      const rest = keepIn(selection.selectionSet, selection.typeCondition?.name.value ?? type);
      return rest.selections.length > 0 ? [{ ...selection, selectionSet: rest }] : [];
    }),
  });
  return visit(document, {
    Field(field) {
      if (!field.selectionSet) return undefined;
      // Only the fields of the entities themselves: those below them belong to them.
      return field.name.value === '_entities'
        ? { ...field, selectionSet: keepIn(field.selectionSet, '_Entity') }
        : false;
    },
  });
}

function variablesIn(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void found.add(name.value),
  });
  return found;
}

function withVariables(document: DocumentNode, variables: ReadonlySet<string>): DocumentNode {
  return visit(document, {
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
  });
}
