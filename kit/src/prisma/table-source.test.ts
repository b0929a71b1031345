import { describe, expect, test } from '@jest/globals';
import type { DMMF } from '@prisma/generator-helper';
import { tablesSource } from './table-source.ts';

/** A model with one column. */
function aModel(field: Partial<DMMF.Field>): DMMF.Datamodel {
  const column = {
    kind: 'scalar',
    name: 'settings',
    type: 'Json',
    isList: false,
    isRequired: true,
    isId: false,
    ...field,
  };
  const model = { name: 'Thing', dbName: 'things', schema: 'public', primaryKey: null, fields: [column] };
  return { models: [model], enums: [], types: [] } as unknown as DMMF.Datamodel;
}

describe('a column that is passed on as text', () => {
  const documentation = '@opaque The owner’s own.';

  test('is described with the reason', () => {
    expect(tablesSource(aModel({ documentation }), '')).toContain('"opaque": "The owner’s own."');
  });

  test.each([
    ['is JSON', { type: 'String' }],
    ['is one value', { isList: true }],
    ['has its reason', { documentation: '@opaque' }],
  ])('%s', (_, field) => {
    expect(() => tablesSource(aModel({ documentation, ...field }), '')).toThrow(/settings: @opaque/);
  });
});
