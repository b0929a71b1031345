import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { isInternal, run } from '@cdx/kit/testing';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { aClientsSubgraph } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const literals: Readonly<Record<string, string>> = {
  ID: `"${newId()}"`,
  String: '"x"',
  Decimal: '"1"',
  DateTime: '"2026-01-01T00:00:00Z"',
  // As the scalar's own library calls it.
  DateTimeISO: '"2026-01-01T00:00:00Z"',
  JSON: '{}',
};

/** A value of an input type, with what it must have. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (!isInputObjectType(type)) return literals[type.name] ?? '0';
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
}

/** A call of a field with the arguments it must have, selecting one thing of its answer. */
function callOf({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const given = args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literalOf(arg.type)}`);
  const selection = isLeafType(getNamedType(type)) ? '' : '{ __typename }';
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${selection}`;
}

const { schema } = subgraph;
const calls = [
  { operation: 'query', root: schema.getQueryType() },
  { operation: 'mutation', root: schema.getMutationType() },
].flatMap(({ operation, root }) =>
  Object.values(root?.getFields() ?? {})
    .filter(({ name }) => !name.startsWith('_'))
    .map((field) => {
      const code = isInternal(field) ? 'FORBIDDEN' : 'UNAUTHENTICATED';
      return [field.name, `${operation} { ${callOf(field)} }`, code] as const;
    }),
);

describe('who has not logged in', () => {
  test.each(calls)('gets nothing from %s', async (field, source, code) => {
    const { data, errors } = await run(subgraph, anIdentity(), source);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(data).toEqual({ [field]: null });
  });

  const union = schema.getType('_Entity');
  const elsewhere = ['User', 'PersonaTemplate'];
  // Of these there is only a reference, which nobody gets who may not see it.
  const references = ['Tenant', 'Platform'];
  const entities = (isUnionType(union) ? union.getTypes() : [])
    .map(({ name }) => name)
    .filter((name) => !elsewhere.includes(name));

  test.each(entities)('gets no entity of %s', async (name) => {
    const query = 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }';
    const all = [{ __typename: name, clientId: 'acme', id: newId() }];
    const { data, errors } = await run(subgraph, anIdentity(), query, { all });
    const codes = (errors ?? []).map(({ extensions }) => extensions.code);
    expect(codes).toEqual(references.includes(name) ? [] : ['UNAUTHENTICATED']);
    expect(data?._entities ?? [null]).toEqual([null]);
  });

  test.each(elsewhere)('gets no agents of a %s', async (name) => {
    const query = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on ${name} { agentInstances { totalCount } } } }`;
    const { data, errors } = await run(subgraph, anIdentity(), query, {
      all: [{ __typename: name, id: newId() }],
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(data?._entities).toEqual([{ agentInstances: null }]);
  });
});
