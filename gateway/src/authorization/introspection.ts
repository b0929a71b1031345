import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import { codedError } from '@cdx/kit';
import {
  execute,
  isAbstractType,
  isCompositeType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Requirement, Requirements } from './requirements.ts';

/** Schemas as different callers see them; there are about as many as roles. */
const schemasKept = 100;

/** An operation that asks for the schema. */
export interface SchemaQuestion {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Answers introspection with the part of the graph that a caller may use. */
export class Introspection {
  readonly #schema: GraphQLSchema;
  readonly #requirements: Requirements;
  readonly #visible = new LRUCache<string, GraphQLSchema>({ max: schemasKept });

  constructor(schema: GraphQLSchema, requirements: Requirements) {
    this.#schema = schema;
    this.#requirements = requirements;
  }

  /**
   * @param asked an operation that asks for the schema and for nothing else
   * @param meets whether the caller meets a requirement
   */
  async answer(
    { document, operation, variables }: SchemaQuestion,
    meets: (requirement: Requirement) => boolean,
  ): Promise<ExecutionResult> {
    const schema = this.#visibleTo(meets);
    if (asksForData(this.#schema, document)) {
      return {
        errors: [codedError('BAD_USER_INPUT', 'Ask for __schema and __type in a document of their own')],
      };
    }
    const operationName = operation.name?.value;
    return execute({ schema, document, operationName, variableValues: { ...variables } });
  }

  #visibleTo(meets: (requirement: Requirement) => boolean): GraphQLSchema {
    const key = this.#requirements.all.map((requirement) => Number(meets(requirement))).join('');
    let schema = this.#visible.get(key);
    if (!schema) {
      schema = visibleSchema(this.#schema, this.#requirements, meets);
      this.#visible.set(key, schema);
    }
    return schema;
  }
}

/** Whether any operation or fragment of a document has a root field that is not the schema's own. */
function asksForData(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  const roots = new Set<unknown>([schema.getQueryType(), schema.getMutationType()]);
  let found = false;
  const field = ({ name }: FieldNode): void => {
    found ||= roots.has(types.getParentType()) && !name.value.startsWith('__');
  };
  visit(document, visitWithTypeInfo(types, { Field: { enter: field } }));
  return found;
}

/** The schema without the types and fields that need more, and without what only they lead to. */
function visibleSchema(
  schema: GraphQLSchema,
  requirements: Requirements,
  meets: (requirement: Requirement) => boolean,
): GraphQLSchema {
  const isMet = (required: readonly Requirement[]): boolean => required.every(meets);
  const isVisible = (type: GraphQLNamedType): boolean =>
    isAbstractType(type)
      ? requirements.possibleTypes(type).some((object) => isMet(requirements.ofType(object)))
      : isMet(requirements.ofType(type));
  const visibleField = <Field>(field: Field, name: string, typeName: string): Field | null => {
    const type = schema.getType(typeName);
    return isCompositeType(type) && isMet(requirements.ofField(type, name)) ? field : null;
  };
  const visible = mapSchema(schema, {
    [MapperKind.TYPE]: (type) => (isVisible(type) ? type : null),
    [MapperKind.OBJECT_FIELD]: visibleField,
    [MapperKind.INTERFACE_FIELD]: visibleField,
  });
  return pruneSchema(visible);
}
