import { Kind, type DocumentNode, type EnumTypeDefinitionNode } from 'graphql';

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

/** `CREATED_AT` → `createdAt`. */
function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
