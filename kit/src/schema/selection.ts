import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

/** Whether the field being resolved selects `name` directly, in fragments too: to read only what is asked for. */
export function isSelected(info: GraphQLResolveInfo, name: string): boolean {
  return info.fieldNodes.some((node) => selects(info, node.selectionSet, name));
}

function selects(info: GraphQLResolveInfo, set: SelectionSetNode | undefined, name: string): boolean {
  return (set?.selections ?? []).some((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name;
      case Kind.INLINE_FRAGMENT:
        return selects(info, selection.selectionSet, name);
      case Kind.FRAGMENT_SPREAD:
        return selects(info, info.fragments[selection.name.value]?.selectionSet, name);
    }
  });
}
