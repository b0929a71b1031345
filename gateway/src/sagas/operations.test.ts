import { describe, expect, test } from '@jest/globals';
import { buildSchema, newId } from '@cdx/kit';
import { parse, print, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { contracts } from '../subgraphs.ts';
import { sagas } from './index.ts';

const schemas = new Map(
  contracts().map(({ name, typeDefs }) => [name, buildSchema({ name, typeDefs, resolvers: {} })]),
);

const operations = [...sagas.values()].flatMap(({ kind, steps }) =>
  steps.flatMap(({ name, service, run, undo }) => [
    { title: `${kind}: ${name}`, service, operation: run },
    ...(undo && undo !== 'nothing' ? [{ title: `${kind}: ${name}, undone`, service, operation: undo }] : []),
  ]),
);

describe.each(operations)('$title', ({ service, operation: { query, isInternal = false } }) => {
  const schema = schemas.get(service);
  if (!schema) throw new Error(`There is no service ${service}`);
  const document = parse(query);

  test('is an operation of its service', () => {
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
    expect(print(document)).toMatch(/^mutation|^query/);
  });

  test('is asked for by the product where callers do not see it, and by who has asked where they do', () => {
    const info = new TypeInfo(schema);
    const hidden: boolean[] = [];
    visit(
      document,
      visitWithTypeInfo(info, {
        Field() {
          const parent = info.getParentType();
          const isRoot = parent === schema.getMutationType() || parent === schema.getQueryType();
          if (isRoot) hidden.push(isHidden(info.getFieldDef()?.astNode?.directives));
        },
      }),
    );
    expect(hidden).toEqual([isInternal]);
  });
});

const isHidden = (directives: readonly { readonly name: { readonly value: string } }[] = []): boolean =>
  directives.some(({ name }) => name.value === 'inaccessible');

test('a step has the same key and names the same ids whenever it is asked for', () => {
  const saga = {
    ...{ id: newId(), requestedBy: newId(), steps: [] },
    input: {
      ...{ id: 'acme_eu', name: 'Acme', environment: 'production', tier: 'free' },
      ...{ owner: { email: 'ann@example.com', name: 'Ann' }, planId: newId() },
    },
  };
  const all = (): unknown =>
    sagas
      .get('provisionTenant')
      ?.bind(saga)
      .map((step) => [step.run(), step.undo && step.undo !== 'nothing' && step.undo()]);
  expect(all()).toEqual(all());
});
