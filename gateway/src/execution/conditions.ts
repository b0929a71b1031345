import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What `@skip` and `@include` of a document depend on. */
export function conditionsOf(document: DocumentNode): string[] {
  const found = new Set<string>();
  visit(document, {
    Directive(directive) {
      const condition = conditionIn(directive);
      if (typeof condition === 'string') found.add(condition);
    },
  });
  return [...found];
}

/**
 * A document as the planner plans it right. It keeps nothing that is left out whatever the variables, and no condition
 * on a variable whose value is known. The planner leaves out a field of which nothing may be selected, though the field
 * is asked for all the same: such a set has the type, too.
 */
export function settleConditions(
  document: DocumentNode,
  valueOf: (variable: string) => boolean | undefined,
): DocumentNode {
  const settle = <Node extends SelectionNode>(node: Node): Node | null | undefined => {
    const { directives = [] } = node;
    if (directives.length === 0) return undefined;
    const open: DirectiveNode[] = [];
    for (const directive of directives) {
      const condition = conditionIn(directive);
      const value = typeof condition === 'string' ? valueOf(condition) : condition;
      if (value === undefined) open.push(directive);
      else if (value !== (directive.name.value === 'include')) return null;
    }
    return { ...node, directives: open };
  };
  return visit(document, {
    Field: settle,
    InlineFragment: settle,
    FragmentSpread: settle,
    SelectionSet: { leave: anchored },
    OperationDefinition: { leave: (node) => ({ ...node, selectionSet: unanchored(node.selectionSet) }) },
  });
}

/** The variable or the value that a directive depends on; undefined for those that are no condition. */
function conditionIn({ name, arguments: args = [] }: DirectiveNode): string | boolean | undefined {
  if (name.value !== 'skip' && name.value !== 'include') return undefined;
  const value = args.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return value.name.value;
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

const anchor: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function anchored(set: SelectionSetNode): SelectionSetNode | undefined {
  const isSure = set.selections.some(({ directives = [] }) => directives.length === 0);
  return isSure ? undefined : { ...set, selections: [...set.selections, anchor] };
}

/** The root is there whatever is selected of it. */
function unanchored(set: SelectionSetNode): SelectionSetNode {
  if (set.selections.length === 1) return set;
  return { ...set, selections: set.selections.filter((selection) => selection !== anchor) };
}
