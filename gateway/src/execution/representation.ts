import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { JsonText } from '@cdx/kit';
import type { Variants } from './planning-supergraph.ts';
import { isData, merge, type Data } from './objects.ts';

/** Whether an object is of a type, by its `__typename`. */
export type IsOfType = (object: Data, type: string) => boolean;

/** What compiling a plan's parts needs to know of its graph. */
export interface PlannedGraph {
  readonly isOfType: IsOfType;
  readonly variants: Variants;
}

/** Makes what a subgraph is given to know an entity by; undefined where the object lacks some of it. */
export type Represent = (object: Data) => Data | undefined;

/** Compiles a fetch's `requires`. */
export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  graph: PlannedGraph,
): Represent {
  const select = compileSelections(selections, graph);
  return (object) => {
    const representation = select(object);
    return representation?.__typename === undefined ? undefined : representation;
  };
}

type Step = (object: Data, into: Data) => boolean;

function compileSelections(
  selections: readonly QueryPlanSelectionNode[],
  graph: PlannedGraph,
): (object: Data) => Data | undefined {
  const steps = selections.map((selection) => compileStep(selection, graph));
  return (object) => {
    const into: Data = {};
    for (const step of steps) if (!step(object, into)) return undefined;
    return into;
  };
}

/** A step answers whether the object had what it takes. */
function compileStep(selection: QueryPlanSelectionNode, graph: PlannedGraph): Step {
  if (selection.kind === 'InlineFragment') {
    const { typeCondition } = selection;
    const select = compileSelections(selection.selections, graph);
    return (object, into) => {
      if (typeCondition === undefined || !graph.isOfType(object, typeCondition)) return true;
      const selected = select(object);
      if (selected) merge(into, selected);
      return true;
    };
  }
  const key = selection.alias ?? selection.name;
  const name = graph.variants.fieldOf.get(key) ?? key;
  const select = selection.selections && compileSelections(selection.selections, graph);
  return (object, into) => {
    const value = object[key];
    if (value === undefined) return false;
    into[name] = select ? deepSelect(value, select) : valueOf(value);
    return true;
  };
}

/** What a subgraph is asked with has no texts in it: its resolvers look inside. */
function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf);
  return value instanceof JsonText ? value.value : value;
}

function deepSelect(value: unknown, select: (object: Data) => Data | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => deepSelect(item, select));
  // What of it is missing makes this part null, as for a subgraph that has none.
  return isData(value) ? (select(value) ?? null) : value;
}
