import { parse, print, visit, type DocumentNode, type ValueNode } from 'graphql';

/** A variable's value that goes to subgraphs as the literal that the caller has written. */
export class WrittenLiteral {
  readonly node: ValueNode;

  constructor(node: ValueNode) {
    this.node = node;
  }

  /** What tells it from others. */
  toJSON(): string {
    return print(this.node);
  }
}

/** Writes literals into an operation, in place of the variables that stand for them. */
export type WriteLiterals = (literals: ReadonlyMap<string, WrittenLiteral>) => string;

/** Prepares an operation to have literals written into it; it is read when the first one is. */
export function literalWriter(operation: string): WriteLiterals {
  let document: DocumentNode | undefined;
  return (literals) => {
    document ??= parse(operation, { noLocation: true });
    return print(
      visit(document, {
        VariableDefinition: ({ variable }) => (literals.has(variable.name.value) ? null : undefined),
        Variable: ({ name }) => literals.get(name.value)?.node,
      }),
    );
  };
}
