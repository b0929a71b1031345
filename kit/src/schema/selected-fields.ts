import {
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
} from 'graphql';

/** A field as a document selects it. */
export interface SelectedField {
  readonly node: FieldNode;
  /** The type that it is selected of, which may be abstract. */
  readonly parent: GraphQLCompositeType;
}

/** The fields that a valid document selects, wherever in it: one walk for all who want to know of them. */
export function selectedFields(schema: GraphQLSchema, document: DocumentNode): readonly SelectedField[] {
  const fields: SelectedField[] = [];
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const parent = typeInfo.getParentType();
        if (parent) fields.push({ node, parent });
      },
    }),
  );
  return fields;
}
