import { getOperationAST, type DocumentNode, type OperationDefinitionNode } from 'graphql';

/** The operation of a document that is to be run; that there is one has been seen to before. */
export function operationIn(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (!operation) throw new TypeError(`The document has no operation ${name ?? ''}`);
  return operation;
}
