import { visit, type ASTNode, type DocumentNode, type GraphQLError, type StringValueNode } from 'graphql';
import { excess } from './excess.ts';
import type { LimitSettings } from './settings.ts';

/** What is over its limit in the values and directives that a document spells out. */
export function literalErrors(document: DocumentNode, limits: LimitSettings): GraphQLError[] {
  let directives = 0;
  let longest: StringValueNode | undefined;
  let depth = 0;
  let deepest: { depth: number; node: ASTNode | undefined } = { depth: 0, node: undefined };
  const nested = {
    enter(node: ASTNode) {
      depth += 1;
      if (depth > deepest.depth) deepest = { depth, node };
    },
    leave() {
      depth -= 1;
    },
  };
  visit(document, {
    Directive() {
      directives += 1;
    },
    StringValue(node) {
      if (node.value.length > (longest?.value.length ?? 0)) longest = node;
    },
    ListValue: nested,
    ObjectValue: nested,
  });
  const characters = longest?.value.length ?? 0;
  return [
    ...(directives > limits.MAX_DIRECTIVES
      ? [excess('directives in the document', directives, limits.MAX_DIRECTIVES, document.definitions[0])]
      : []),
    ...(characters > limits.MAX_LITERAL_CHARS
      ? [excess('characters in a text of the document', characters, limits.MAX_LITERAL_CHARS, longest)]
      : []),
    ...(deepest.depth > limits.MAX_INPUT_DEPTH
      ? [excess('levels in a value of the document', deepest.depth, limits.MAX_INPUT_DEPTH, deepest.node)]
      : []),
  ];
}
