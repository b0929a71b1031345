import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { CacheHint, CacheHints } from './hints.ts';

/** How the answer to an operation may be kept. */
export interface OperationPolicy {
  /** In seconds; more than 0. */
  readonly maxAge: number;
  /** Whether it is the same for all who have the same rights in a tenant. */
  readonly isShared: boolean;
  /** The subgraphs that it is read from. */
  readonly domains: readonly string[];
}

/**
 * How long, and for whom, an operation's answer may be kept: as short as the shortest of its fields, by Apollo Server's
 * rules ("Caching"). Without a hint, a root field and what returns an object are for no time; other fields are as their
 * object. Three things are more careful: a hint without a scope is private, a field that `@skip` or `@include` may leave
 * out counts, and of an abstract type all that it may be.
 * @returns undefined for what must not be kept
 */
export function policyOf(
  schema: GraphQLSchema,
  hints: CacheHints,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
): OperationPolicy | undefined {
  if (operation.operation !== OperationTypeNode.QUERY) return undefined;
  const finder = new PolicyFinder(schema, hints);
  const types = new TypeInfo(schema);
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const visitor = visitWithTypeInfo(types, {
    Field({ name }) {
      finder.add(types.getParentType(), name.value);
    },
  });
  for (const node of [operation, ...fragments]) visit(node, visitor);
  return finder.policy();
}

class PolicyFinder {
  readonly #schema: GraphQLSchema;
  readonly #hints: CacheHints;
  readonly #domains = new Set<string>();
  #maxAge = Infinity;
  #isShared = true;

  constructor(schema: GraphQLSchema, hints: CacheHints) {
    this.#schema = schema;
    this.#hints = hints;
  }

  policy(): OperationPolicy | undefined {
    if (this.#maxAge === 0 || this.#maxAge === Infinity) return undefined;
    return { maxAge: this.#maxAge, isShared: this.#isShared, domains: [...this.#domains].sort() };
  }

  add(parent: GraphQLCompositeType | null | undefined, field: string): void {
    if (field === '__typename') return;
    // The schema is shown by the caller's rights, and costs no fetch.
    if (!parent || field.startsWith('__')) this.#maxAge = 0;
    else for (const type of this.#typesOf(parent)) this.#addField(type, field);
  }

  /** The type, and what it may be. */
  #typesOf(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    return isAbstractType(type) ? [type, ...this.#schema.getPossibleTypes(type)] : [type];
  }

  #addField(parent: GraphQLCompositeType, name: string): void {
    const field = 'getFields' in parent ? parent.getFields()[name] : undefined;
    if (!field) return;
    const { hints, decided, domains } = this.#hints;
    const coordinate = `${parent.name}.${name}`;
    const returned = getNamedType(field.type);
    for (const domain of domains.get(coordinate) ?? domains.get(parent.name) ?? []) this.#domains.add(domain);
    if ([coordinate, parent.name, returned.name].some((place) => decided.has(place))) this.#maxAge = 0;
    const hint = joined(this.#hintOfType(returned), hints.get(coordinate) ?? {});
    const isRoot = parent === this.#schema.getQueryType();
    const inherits = hint.inheritMaxAge === true || !isCompositeType(returned);
    const maxAge = hint.maxAge ?? (isRoot || !inherits ? 0 : undefined);
    if (maxAge !== undefined) this.#maxAge = Math.min(this.#maxAge, Math.max(0, maxAge));
    if (hint.scope === 'PRIVATE' || (maxAge !== undefined && hint.scope !== 'PUBLIC')) this.#isShared = false;
  }

  /** The edges and the page of a connection are as the connection, unless something else is said of them. */
  #hintOfType({ name }: GraphQLNamedType): CacheHint {
    const isPart = /Edge$|^PageInfo$/.test(name);
    return this.#hints.hints.get(name) ?? (isPart ? { inheritMaxAge: true } : {});
  }
}

/** The hint of a field, in the place of that of its type as far as it says something. */
function joined(type: CacheHint, field: CacheHint): CacheHint {
  if (field.inheritMaxAge && type.maxAge == null) {
    return { inheritMaxAge: true, scope: field.scope ?? type.scope };
  }
  const { maxAge = null, scope = null } = field;
  return { inheritMaxAge: type.inheritMaxAge, maxAge: maxAge ?? type.maxAge, scope: scope ?? type.scope };
}
