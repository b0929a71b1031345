import { badInput } from '@cdx/kit';
import { Kind } from 'graphql';
import type { Context } from './context.ts';
import { ownerOf, type TypeFacts } from './facts.ts';

export interface LineageArguments {
  readonly service?: string | null;
  readonly type?: string | null;
}

/** A type with its origin, as the graph shows it. */
export interface LineageType {
  readonly name: string;
  readonly kind: string;
  readonly owner: string | null;
  readonly extendedBy: readonly string[];
  readonly keys: TypeFacts['keys'];
  readonly fields: TypeFacts['fields'];
}

const kinds: Readonly<Record<TypeFacts['kind'], string>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
};

/**
 * Where the types of the graph come from.
 * @throws BAD_USER_INPUT when the graph has no such service or type
 */
export function dataLineage(
  { facts }: Pick<Context, 'facts'>,
  { service, type }: LineageArguments,
): LineageType[] {
  if (service != null && !facts.services.includes(service))
    throw badInput('service', `one of ${facts.services.join(', ')}`);
  if (type != null && !facts.types.has(type)) throw badInput('type', 'a type of the graph');
  return [...facts.types.values()]
    .filter(
      ({ name, services }) => (type ?? name) === name && (service == null || services.includes(service)),
    )
    .map(describe)
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function describe(facts: TypeFacts): LineageType {
  const owner = ownerOf(facts);
  const adding = facts.services.filter(
    (service) =>
      service !== owner &&
      facts.fields.some(({ services }) => services.includes(service) && !services.includes(owner ?? '')),
  );
  return {
    name: facts.name,
    kind: kinds[facts.kind],
    owner,
    extendedBy: owner === null ? [] : adding.toSorted(),
    keys: facts.keys,
    fields: facts.fields,
  };
}
