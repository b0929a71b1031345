import {
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { typeKey } from './cut-operation.ts';

type Data = Record<string, unknown>;

/** Null where a value must not be: the object around it becomes null instead, and so on up. */
class NullWhereNone extends Error {}

/**
 * Puts what was cut back into an answer as null, in the operation's own order. A null that may not be there goes up to
 * the next place where one may (GraphQL specification, "Handling Field Errors").
 * @param operation as the caller sent it
 * @param data the answer to what was left of it
 * @param variables the operation's, with their defaults
 */
export function completeData(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  data: Data,
): Data | null {
  const completion = new Completion(schema, document, { ...variables });
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`The graph has no ${operation.operation}`);
  try {
    return completion.root(root, operation, data);
  } catch (error) {
    if (error instanceof NullWhereNone) return null;
    throw error;
  }
}

class Completion {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Record<string, FragmentDefinitionNode>;
  readonly #variables: Record<string, unknown>;

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode, variables: Record<string, unknown>) {
    const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.#schema = schema;
    this.#fragments = Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#variables = variables;
  }

  root(type: GraphQLObjectType, { selectionSet }: OperationDefinitionNode, data: Data): Data {
    const fields = collectFields(this.#schema, this.#fragments, this.#variables, type, selectionSet);
    return this.#object(type, fields, data);
  }

  #object(type: GraphQLObjectType, fields: ReadonlyMap<string, readonly FieldNode[]>, data: Data): Data {
    const completed: Data = {};
    for (const [key, nodes] of fields) {
      const name = nodes[0]?.name.value ?? '';
      const fieldType = type.getFields()[name]?.type;
      // Of `__typename`, `__schema` and `__type` nothing is ever cut.
      completed[key] = fieldType ? this.#value(fieldType, nodes, data[key]) : data[key];
    }
    return completed;
  }

  #value(type: GraphQLOutputType, nodes: readonly FieldNode[], value: unknown): unknown {
    if (isNonNullType(type)) {
      const completed = this.#value(type.ofType, nodes, value);
      if (completed === null) throw new NullWhereNone();
      return completed;
    }
    if (value === undefined || value === null) return null;
    try {
      if (isListType(type)) {
        return (value as readonly unknown[]).map((item) => this.#value(type.ofType, nodes, item));
      }
      return isCompositeType(type) ? this.#composite(type, nodes, value as Data) : value;
    } catch (error) {
      if (error instanceof NullWhereNone) return null;
      throw error;
    }
  }

  #composite(type: GraphQLOutputType, nodes: readonly FieldNode[], data: Data): Data {
    const object = isAbstractType(type) ? this.#schema.getType(String(data[typeKey])) : type;
    // Inside an abstract type without the key nothing was cut.
    if (!isObjectType(object)) return data;
    const fields = collectSubfields(this.#schema, this.#fragments, this.#variables, object, [...nodes]);
    return this.#object(object, fields, data);
  }
}
