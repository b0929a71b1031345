import {
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  parseType,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
} from 'graphql';
import { sortValueNode } from 'graphql/utilities/sortValueNode.js';
import type { Variables } from '../selected-fields.ts';
import { InexactLiteral, literalValue } from './literal-value.ts';
import { WrittenLiteral } from './written-literal.ts';

/** A document without the literals of its fields' arguments. */
export interface LiftedDocument {
  readonly document: DocumentNode;
  /** The values of the variables that stand in place of the literals. */
  readonly literals: Variables;
}

/**
 * Puts a variable in place of every literal in a field's argument, so that documents that differ in such literals alone
 * become the same. Where an argument has variables in it, the parts of it that have none are lifted. Literals of
 * directives stay, since plans depend on them, and so do those of introspection, which no subgraph is asked for.
 * @param document a valid one, with one operation
 */
export function liftLiterals(schema: GraphQLSchema, document: DocumentNode): LiftedDocument {
  const lifter = new Lifter(namesIn(document));
  const types = new TypeInfo(schema);
  let field: FieldNode | undefined;
  const lifted = visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        field = node;
      },
      Directive: () => false,
      Argument(node) {
        const type = types.getInputType();
        if (!field || !type || field.name.value.startsWith('__')) return false;
        // Fields that are merged have the same literals, which must stay the same.
        const place = `${(field.alias ?? field.name).value}:${field.name.value}.${node.name.value}`;
        const value = lifter.lift(node.value, type, place);
        return value === node.value ? false : { ...node, value };
      },
    }),
  );
  return { document: withDefinitions(lifted, lifter.definitions), literals: lifter.values };
}

class Lifter {
  readonly definitions: VariableDefinitionNode[] = [];
  readonly values: Record<string, unknown> = {};
  readonly #prefix: string;
  /** The variables by what they stand for, and where. */
  readonly #known = new Map<string, VariableNode>();

  constructor(taken: ReadonlySet<string>) {
    let prefix = 'literal';
    while ([...taken].some((name) => name.startsWith(prefix))) prefix += '_';
    this.#prefix = prefix;
  }

  /** @param place where the value stands: equal values at one place get one variable */
  lift(node: ValueNode, type: GraphQLInputType, place: string): ValueNode {
    if (node.kind === Kind.VARIABLE) return node;
    if (!hasVariables(node)) return this.#variableFor(node, type, place);
    const bare = getNullableType(type);
    if (isListType(bare)) {
      if (node.kind !== Kind.LIST) return this.lift(node, bare.ofType, place);
      const of: GraphQLInputType = bare.ofType;
      return { ...node, values: node.values.map((item, index) => this.lift(item, of, `${place}.${index}`)) };
    }
    // Of one of these the only field must be no null, which its type does not say.
    if (!isInputObjectType(bare) || bare.isOneOf || node.kind !== Kind.OBJECT) return node;
    const types = bare.getFields();
    const fields = node.fields.map((one) => {
      const of = types[one.name.value]?.type;
      return of ? { ...one, value: this.lift(one.value, of, `${place}.${one.name.value}`) } : one;
    });
    return { ...node, fields };
  }

  #variableFor(node: ValueNode, type: GraphQLInputType, place: string): VariableNode {
    const key = `${place}=${print(sortValueNode(node))}:${String(type)}`;
    let variable = this.#known.get(key);
    if (!variable) {
      const value = `${this.#prefix}${this.definitions.length}`;
      variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } };
      this.#known.set(key, variable);
      this.definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: typeNode(type) });
      this.values[value] = valueOf(node, type);
    }
    return variable;
  }
}

function valueOf(node: ValueNode, type: GraphQLInputType): unknown {
  try {
    return literalValue(node, type);
  } catch (error) {
    if (error instanceof InexactLiteral) return new WrittenLiteral(node);
    throw error;
  }
}

function typeNode(type: GraphQLInputType): TypeNode {
  return parseType(String(type), { noLocation: true });
}

function hasVariables(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(hasVariables);
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => hasVariables(value));
  return node.kind === Kind.VARIABLE;
}

function namesIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}

function withDefinitions(
  document: DocumentNode,
  definitions: readonly VariableDefinitionNode[],
): DocumentNode {
  if (definitions.length === 0) return document;
  return {
    ...document,
    definitions: document.definitions.map((one) =>
      one.kind === Kind.OPERATION_DEFINITION
        ? { ...one, variableDefinitions: [...(one.variableDefinitions ?? []), ...definitions] }
        : one,
    ),
  };
}
