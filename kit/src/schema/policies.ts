import {
  defaultFieldResolver,
  getNamedType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { requireScope, requireUser } from '../context/context.ts';
import type { SubgraphRequest } from '../context/subgraph.ts';
import { forbidden } from '../errors/errors.ts';

type Caller = Pick<SubgraphRequest, 'identity'>;

/** Throws when a caller may not go on. */
type Check = (caller: Caller) => void;

/**
 * Makes a subgraph keep the policies of its own schema, so that a caller whom the gateway would refuse is refused again
 * by whoever holds the data. A caller enters at a root field, an entity's reference, or a field with a policy of its
 * own; what follows from there is of types with the same policy, and is not checked once more for every object.
 */
export function enforcePolicies(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const isRoot = roots.includes(type);
    for (const field of Object.values<GraphQLField<unknown, Caller>>(type.getFields()))
      guardField(field, isRoot);
    guardReference(type);
  }
}

function guardField(field: GraphQLField<unknown, Caller>, isRoot: boolean): void {
  const returned = isRoot ? checksOfType(getNamedType(field.type)) : [];
  const checks = [...checksOf(field.astNode?.directives), ...returned];
  if (checks.length === 0) return;
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, context, info) => {
    for (const check of checks) check(context);
    return resolve(source, args, context, info);
  };
}

/** Where `@apollo/subgraph` keeps a type's `__resolveReference`. */
interface ReferenceHolder {
  resolveReference?: (reference: object, context: Caller, info: unknown) => unknown;
}

function guardReference(type: GraphQLObjectType): void {
  const checks = checksOfType(type);
  const apollo = type.extensions.apollo as { readonly subgraph?: ReferenceHolder } | undefined;
  const holder = apollo?.subgraph;
  const resolve = holder?.resolveReference;
  if (checks.length === 0 || !holder || !resolve) return;
  // Asynchronous, so that a refusal is this entity's alone: thrown, it would cost all others of the same fetch too.
  holder.resolveReference = async (reference, context, info) => {
    for (const check of checks) check(context);
    return await resolve(reference, context, info);
  };
}

function checksOfType({ astNode, extensionASTNodes }: GraphQLNamedType): Check[] {
  return [astNode, ...extensionASTNodes].flatMap((node) => checksOf(node?.directives));
}

function checksOf(directives: readonly ConstDirectiveNode[] = []): Check[] {
  return directives.flatMap((directive): Check[] => {
    if (directive.name.value === 'authenticated') return [requireLogin];
    if (directive.name.value === 'inaccessible') return [requireSystem];
    if (directive.name.value === 'requiresScopes') return [anyOf(scopesIn(directive))];
    return [];
  });
}

/** What no caller sees in the graph is for the product to use, whoever reaches this subgraph by another way. */
function requireSystem({ identity }: Caller): void {
  if (identity.role !== 'system') throw forbidden('This is for the product itself');
}

function requireLogin(caller: Caller): void {
  if (caller.identity.role !== 'system') requireUser(caller);
}

/** One of the lists is enough, all of its scopes (federation specification, `@requiresScopes`). */
function anyOf(lists: readonly (readonly string[])[]): Check {
  return (caller) => {
    const { scopes } = caller.identity;
    if (lists.some((list) => list.every((scope) => scopes.includes(scope)))) return;
    for (const scope of lists[0] ?? []) requireScope(caller, scope);
  };
}

function scopesIn({ name, arguments: args = [] }: ConstDirectiveNode): string[][] {
  const [argument] = args;
  const isList = argument?.name.value === 'scopes' && argument.value.kind === Kind.LIST;
  if (!isList) throw new TypeError(`@${name.value} must have its scopes as a list of lists`);
  return valueFromASTUntyped(argument.value) as string[][];
}
