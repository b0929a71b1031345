import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';

/** A literal for which no value means the same, so that it has to stay a literal on its way to a subgraph. */
export class InexactLiteral extends Error {}

/**
 * The value that a variable must have to mean what a valid literal means, as JSON carries it. Lists of one and enums are
 * read alike in both forms, so they stay as they are written.
 * @throws InexactLiteral for a custom scalar, whose subgraph may read literals otherwise than values, and for numbers
 * that JSON does not have
 */
export function literalValue(node: ValueNode, type: GraphQLInputType): unknown {
  if (node.kind === Kind.NULL) return null;
  if (isNonNullType(type)) return literalValue(node, type.ofType);
  if (isListType(type)) {
    if (node.kind !== Kind.LIST) return literalValue(node, type.ofType);
    return node.values.map((item) => literalValue(item, type.ofType));
  }
  if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    const fields = type.getFields();
    return Object.fromEntries(
      node.fields.map(({ name, value }) => {
        const field = fields[name.value];
        if (!field) throw new InexactLiteral();
        return [name.value, literalValue(value, field.type)];
      }),
    );
  }
  if (isEnumType(type) && node.kind === Kind.ENUM) return node.value;
  if (isScalarType(type) && isSpecifiedScalarType(type)) return scalarValue(node, getNamedType(type).name);
  throw new InexactLiteral();
}

function scalarValue(node: ValueNode, type: string): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT: {
      // Ids may have more digits than numbers have.
      if (type === 'ID') return node.value;
      const number = Number(node.value);
      if (Number.isFinite(number) && !Object.is(number, -0)) return number;
      throw new InexactLiteral();
    }
    default:
      throw new InexactLiteral();
  }
}
