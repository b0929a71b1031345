import { isObjectType, type GraphQLSchema } from 'graphql';
import type { SelectedField } from '../schema/selected-fields.ts';

/** What an operation asks for, as far as the audit cares. */
export interface OperationOutline {
  /** The root fields, by the name that each has in the answer. */
  readonly rootFields: ReadonlyMap<string, string>;
  /** The object types whose fields it selects, sorted. */
  readonly types: readonly string[];
}

/** Outlines a valid document by the fields that it selects; the same for all its executions. */
export function outlineOf(schema: GraphQLSchema, fields: readonly SelectedField[]): OperationOutline {
  const rootFields = new Map<string, string>();
  const types = new Set<string>();
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType()];
  for (const { node, parent } of fields) {
    const { alias, name } = node;
    if (roots.includes(parent)) rootFields.set((alias ?? name).value, name.value);
    else if (isObjectType(parent) && !parent.name.startsWith('__')) types.add(parent.name);
  }
  return { rootFields, types: [...types].sort() };
}
