import {
  isInterfaceType,
  isObjectType,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';
import type { Path } from './places.ts';

const suffix = '__aliased';

/**
 * Under which keys the fields of an operation are planned. Plans fetch keys, required fields and types under their own
 * names, so an alias that is such a name (or one that means something to JavaScript) would be mixed up with it: it has
 * another name in a plan, and only there.
 */
export class ResponseKeys {
  readonly #taken = new Set<string>();

  /** @param schema of the whole supergraph */
  constructor(schema: GraphQLSchema) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const name of Object.keys(type.getFields())) this.#taken.add(name);
    }
  }

  of({ alias, name }: FieldNode): string {
    if (!alias || alias.value === name.value) return name.value;
    const isTaken = this.#taken.has(alias.value) || alias.value.startsWith('__');
    return isTaken ? `${alias.value}${suffix}` : alias.value;
  }

  planned(document: DocumentNode): DocumentNode {
    return visit(document, {
      Field: {
        leave: (node) => {
          const value = this.of(node);
          return node.alias && value !== node.alias.value
            ? { ...node, alias: { ...node.alias, value } }
            : undefined;
        },
      },
    });
  }
}

/** A plan's path as the client has it. */
export function clientPath(path: Path): Path {
  return path.map((step) =>
    typeof step === 'string' && step.endsWith(suffix) ? step.slice(0, -suffix.length) : step,
  );
}
