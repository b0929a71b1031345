import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type SelectionSetNode,
} from 'graphql';
import { excess } from './excess.ts';
import type { LimitSettings } from './settings.ts';

/**
 * What is over the limit in how often a document selects the same field at the same place. Whether two such fields can
 * be merged is validated pair by pair (GraphQL specification, "Field Selection Merging"), each pair with all that is
 * below it: a document of 2,000 tokens can make 20,000 such comparisons, measured at 4 µs each.
 * @param document one whose selections are within their limits: here fragments are spread out
 */
export function repetitionErrors({ definitions }: DocumentNode, limits: LimitSettings): GraphQLError[] {
  const limit = limits.MAX_REPEATED_PAIRS;
  const fragments = new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return definitions.flatMap((definition) => {
    if (!('selectionSet' in definition)) return [];
    // Only fragments that spread themselves have more fields than that, and validation refuses them for it.
    const counter = new PairCounter(fragments, limits.MAX_SELECTIONS);
    const pairs = counter.count([definition.selectionSet]);
    return pairs > limit ? [excess('pairs of the same field at one place', pairs, limit, definition)] : [];
  });
}

class PairCounter {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #fieldsLeft: number;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, maxFields: number) {
    this.#fragments = fragments;
    this.#fieldsLeft = maxFields;
  }

  /** The pairs of fields of one name in selections that are merged into one, and in all that is below them. */
  count(sets: readonly SelectionSetNode[]): number {
    const fields: FieldNode[] = [];
    const spread = new Set<FragmentDefinitionNode>();
    for (const set of sets) this.#collect(set, spread, fields);
    this.#fieldsLeft -= fields.length;
    if (this.#fieldsLeft < 0) return 0;
    let pairs = 0;
    for (const same of Map.groupBy(fields, ({ alias, name }) => (alias ?? name).value).values()) {
      const below = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      pairs += (same.length * (same.length - 1)) / 2 + (below.length > 0 ? this.count(below) : 0);
    }
    return pairs;
  }

  #collect({ selections }: SelectionSetNode, spread: Set<FragmentDefinitionNode>, fields: FieldNode[]): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        fields.push(node);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        this.#collect(node.selectionSet, spread, fields);
      } else {
        const fragment = this.#fragments.get(node.name.value);
        if (!fragment || spread.has(fragment)) continue;
        spread.add(fragment);
        this.#collect(fragment.selectionSet, spread, fields);
      }
    }
  }
}
