import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { domainAccess, ownerOfEntity, scopesOfRole } from '@cdx/access';
import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { contracts, domains } from '../subgraphs.ts';
import { describeAccess } from './access.ts';

const callers = ['superadmin', 'admin', 'client', 'user', 'anonymous'] as const;

/** The page's rows, by field or type: what it needs, then the answer for each caller. */
const page = new Map(
  [...describeAccess(contracts()).matchAll(/^\| `([A-Z][\w.]*)` \| (.*) \|$/gm)].map(
    ([, coordinate = '', cells = '']) => [coordinate, cells.split(' | ')] as const,
  ),
);

const supergraph = parse(readFileSync(new URL('../../../supergraph.graphql', import.meta.url), 'utf8'));
const types = new Map(
  supergraph.definitions
    .filter((node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION)
    .map((node) => [node.name.value, node]),
);

/** The policies of a part of the supergraph, as they are written. */
function policiesOf(directives: readonly ConstDirectiveNode[] = []): string[] {
  return directives
    .filter(({ name }) => ['authenticated', 'requiresScopes', 'policy', 'inaccessible'].includes(name.value))
    .map(print);
}

const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);

/** The subgraphs that answer a field. */
const graphsOf = ({ directives = [] }: FieldDefinitionNode): string[] =>
  directives.flatMap(({ name, arguments: args = [] }) =>
    name.value !== 'join__field'
      ? []
      : args.flatMap(({ name: { value: arg }, value }) =>
          arg === 'graph' && value.kind === Kind.ENUM ? [value.value.toLowerCase()] : [],
        ),
  );

/** Fields whose own policy counts: root fields, those that a domain adds to another's entity, and those that have one. */
function fieldsWithPolicy({ name, fields = [] }: ObjectTypeDefinitionNode): FieldDefinitionNode[] {
  if (name.value === 'Query' || name.value === 'Mutation') return [...fields];
  const owner = ownerOfEntity(name.value);
  const isForeign = (field: FieldDefinitionNode): boolean =>
    owner !== undefined && graphsOf(field).some((graph) => graph !== owner);
  return fields.filter((field) => isForeign(field) || policiesOf(field.directives).length > 0);
}

const places = [...types.values()].flatMap((type) => {
  const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type.name.value);
  const own = {
    coordinate: type.name.value,
    written: policiesOf(type.directives),
    all: policiesOf(type.directives),
  };
  const fields = fieldsWithPolicy(type).map((field) => {
    const written = policiesOf(field.directives);
    const returned = policiesOf(types.get(nameOf(field.type))?.directives);
    const parent = isRoot ? [] : own.all;
    return {
      coordinate: `${type.name.value}.${field.name.value}`,
      written,
      all: [...parent, ...written, ...returned],
    };
  });
  return isRoot ? fields : [own, ...fields];
});

const scopeIn = (policy: string): string | undefined => /\[\["([\w:]+)"\]\]/.exec(policy)?.[1];

/** Whether a caller with a role's scopes meets policies. */
function meets(caller: (typeof callers)[number], policies: readonly string[]): boolean {
  const scopes = scopesOfRole(caller);
  return policies.every((policy) =>
    policy === '@authenticated' ? caller !== 'anonymous' : scopes.includes(scopeIn(policy) ?? ''),
  );
}

/** What the page says of a policy that has no scope. */
const wordsOf: Readonly<Record<string, string>> = {
  '': 'nothing',
  '@authenticated': 'a login',
  '@inaccessible': 'to be the product itself',
};

describe('the page of who may do what', () => {
  test('has every root field, every type and every field added to another domain’s, and nothing else', () => {
    expect([...page.keys()].toSorted()).toEqual(places.map(({ coordinate }) => coordinate).toSorted());
    expect(page.size).toBeGreaterThan(150);
  });

  test.each(places)('is right about $coordinate', ({ coordinate, written, all }) => {
    const [needs = '', ...answers] = page.get(coordinate) ?? [];
    const [policy = ''] = written;
    const words = wordsOf[policy] ?? `\`${scopeIn(policy) ?? ''}\``;
    expect(needs.replace(' and the role superadmin', '')).toBe(words);
    const superadminOnly = needs.endsWith('and the role superadmin');
    const expected = callers.map(
      (caller) => meets(caller, all) && (!superadminOnly || caller === 'superadmin'),
    );
    expect(answers.map((answer) => answer !== 'no')).toEqual(expected);
  });
});

test('the matrix names no field or type that is not there', () => {
  const known = new Set(places.map(({ coordinate }) => coordinate));
  const named = domains.flatMap(({ name }) => {
    const { exceptions = [], specialScopes = {}, superadminOnly = [] } = domainAccess[name] ?? {};
    return [
      ...exceptions.flatMap(({ coordinates }) => coordinates),
      ...Object.values(specialScopes).flatMap(({ fields }) => fields),
      ...superadminOnly.flatMap(({ fields }) => fields),
    ];
  });
  expect(named.filter((coordinate) => !known.has(coordinate))).toEqual([]);
});
