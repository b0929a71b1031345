import {
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** What an operation asks for, as far as the audit cares. */
export interface OperationOutline {
  /** The root fields, by the name that each has in the answer. */
  readonly rootFields: ReadonlyMap<string, string>;
  /** The object types whose fields it selects, sorted. */
  readonly types: readonly string[];
}

/** Outlines a valid document; the same for all its executions. */
export function outlineOf(schema: GraphQLSchema, document: DocumentNode): OperationOutline {
  const rootFields = new Map<string, string>();
  const types = new Set<string>();
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType()];
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field({ alias, name }) {
        const parent = typeInfo.getParentType();
        if (roots.includes(parent)) rootFields.set((alias ?? name).value, name.value);
        else if (isObjectType(parent) && !parent.name.startsWith('__')) types.add(parent.name);
      },
    }),
  );
  return { rootFields, types: [...types].sort() };
}
