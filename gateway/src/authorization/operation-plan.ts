import { createHash } from 'node:crypto';
import { publishWork } from '@cdx/kit';
import {
  BREAK,
  print,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { cutOperation, type Cut } from './cut-operation.ts';
import { policiesOf, type Requirement, type Requirements } from './requirements.ts';

/** What is asked of the subgraphs in place of an operation, for callers who meet the same of its requirements. */
export interface Variant {
  /** Undefined when nothing is left to ask. */
  readonly document: DocumentNode | undefined;
  /** Whether it differs from the operation as it was sent. */
  readonly isCut: boolean;
  /** Query plans are kept by it. */
  readonly hash: string;
  readonly cuts: readonly Cut[];
}

/** An operation with all that it requires, worked out once; then a request costs one test for each requirement. */
export interface OperationPlan {
  readonly requirements: readonly Requirement[];
  /** The policies that its requirements name. */
  readonly policies: readonly string[];
  /** Whether it asks for the schema, by `__schema` or `__type`. */
  readonly asksForSchema: boolean;
  /** @param meets whether the caller meets a requirement */
  variantFor(meets: (requirement: Requirement) => boolean): Variant;
}

/** Works out what an operation requires. */
export function planOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  graph: { readonly schema: GraphQLSchema; readonly requirements: Requirements },
): OperationPlan {
  publishWork('authorize');
  const found = new Set<Requirement>();
  cutOperation(document, operation, (requirement) => Boolean(found.add(requirement)), graph);
  const requirements = [...found];
  const variants = new Map<string, Variant>();
  return {
    requirements,
    policies: policiesOf(requirements),
    asksForSchema: asksForSchema(document),
    variantFor(meets) {
      const met = requirements.map(meets);
      const key = met.map(Number).join('');
      let variant = variants.get(key);
      if (!variant) {
        const allowed = new Set(requirements.filter((_, index) => met[index]));
        const rest = cutOperation(document, operation, (requirement) => allowed.has(requirement), graph);
        variant = { ...rest, isCut: rest.document !== document, hash: hashOf(rest.document) };
        variants.set(key, variant);
      }
      return variant;
    },
  };
}

function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      found = name.value === '__schema' || name.value === '__type';
      return found ? BREAK : undefined;
    },
  });
  return found;
}

function hashOf(document: DocumentNode | undefined): string {
  return createHash('sha256')
    .update(document ? print(document) : '')
    .digest('hex');
}
