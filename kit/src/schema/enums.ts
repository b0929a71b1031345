import {
  isInputObjectType,
  isObjectType,
  Kind,
  valueFromAST,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';

/**
 * The internal values of a schema's enums, which by this product's convention follow from their names: order fields
 * stand for the property of a column (`CREATED_AT` for `createdAt`), all others for the database's own value
 * (`PUBLISHED` for `published`).
 */
export function enumResolvers(typeDefs: DocumentNode): Record<string, Record<string, string>> {
  const enums = typeDefs.definitions.filter(
    (node): node is EnumTypeDefinitionNode =>
      node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value !== 'SortDirection',
  );
  return Object.fromEntries(
    enums.map(({ name, values = [] }) => {
      const internal = name.value.endsWith('OrderField') ? camelCase : (value: string) => value.toLowerCase();
      return [
        name.value,
        Object.fromEntries(values.map((value) => [value.name.value, internal(value.name.value)])),
      ];
    }),
  );
}

/**
 * Reads the default values of inputs and arguments again, now that the enums have their internal values: the schema
 * was built before they had, so a default of `ACTIVE` would reach a resolver as `ACTIVE`, and a given one as `active`.
 */
export function useInternalDefaults(schema: GraphQLSchema): void {
  const types = Object.values(schema.getTypeMap());
  const inputs: (GraphQLArgument | GraphQLInputField)[] = [
    ...types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields())),
    ...types
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).flatMap(({ args }) => args)),
  ];
  for (const input of inputs) {
    const literal = input.astNode?.defaultValue;
    if (literal) input.defaultValue = valueFromAST(literal, input.type);
  }
}

/** `CREATED_AT` → `createdAt`. */
function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
