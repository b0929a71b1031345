import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { allColumns } from '../sql/columns.ts';
import { selectedFields } from '../schema/selected-fields.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { aTable } from '../testing/tables.ts';
import { selectionOf, type Selection } from './selection.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Thing implements Named { id: ID! name: String tags: [String!] size: Int price: String owner: Owner }
  type Owner { id: ID! things: [Thing!] }
  type Query { thing: Thing  named: Named  owner: Owner }
`);

const select = (source: string, jsonAsText?: boolean): Selection =>
  selectionOf(schema, selectedFields(schema, parse(source)), jsonAsText);

/** A thing whose maker, keys and marks no field shows. */
const thing: TableDescriptor = {
  ...aTable,
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    name: { column: 'name', type: 'text', nullable: false },
    tags: { column: 'tags', type: 'text', nullable: false, list: true },
    size: { column: 'size', type: 'int', nullable: true, always: 'Its resolvers go by it.' },
    price: { column: 'price', type: 'decimal', nullable: false },
    ownerId: { column: 'owner_id', type: 'uuid', nullable: false },
    passwordHash: { column: 'password_hash', type: 'text', nullable: false, privacy: 'secret' },
  },
};

describe('of a row are read', () => {
  test('its key, what is always read, what is no field and no secret', () => {
    expect(select('{ thing { __typename } }').columnsOf(thing)).toEqual(['id', 'size', 'ownerId']);
  });

  test.each([
    ['a field', '{ thing { name } }'],
    ['a field by another name', '{ thing { price: name } }'],
    ['a field in a fragment', '{ thing { ...parts } } fragment parts on Thing { name }'],
    ['a field that a variable may leave out', 'query ($no: Boolean!) { thing { name @skip(if: $no) } }'],
    ['a field of an interface', '{ named { name } }'],
    ['a field elsewhere in the document', '{ thing { size } owner { things { name } } }'],
  ])('what is selected: %s', (_, source) => {
    expect(select(source).columnsOf(thing)).toEqual(['id', 'name', 'size', 'ownerId']);
  });

  test('what the reader itself goes by', () => {
    expect(select('{ thing { id } }').columnsOf(thing, ['price'])).toEqual([
      'id',
      'size',
      'price',
      'ownerId',
    ]);
  });

  test('all columns where the graph has no such type', () => {
    const hidden = { ...thing, model: 'Hidden' };
    expect(select('{ thing { id } }').columnsOf(hidden)).toEqual(allColumns(hidden));
  });
});

test('documents that select the same have the same key, and no others', () => {
  const { key } = select('{ thing { name size } }');
  expect(select('query Other { thing { size ...on Named { name } } }').key).toBe(key);
  expect(select('{ thing { name } }').key).not.toBe(key);
});

test('the columns of a table are the same object each time, by which statements are known', () => {
  const selection = select('{ thing { name } }');
  expect(selection.columnsOf(thing, ['price'])).toBe(selection.columnsOf(thing, ['price']));
});

test('JSON is read as text for who asks for it so, and shared with nobody else', () => {
  const opaque: TableDescriptor = {
    ...thing,
    columns: {
      ...thing.columns,
      price: { column: 'price', type: 'json', nullable: false, opaque: 'Its maker’s.' },
    },
  };
  const source = '{ thing { price } }';
  const [values, texts] = [select(source), select(source, true)];
  expect(texts.key).not.toBe(values.key);
  expect([...texts.columnsOf(opaque)]).toEqual(values.columnsOf(opaque));
  expect(texts.columnsOf(opaque).texts).toEqual(new Set(['price']));
  expect(values.columnsOf(opaque).texts).toBeUndefined();
});
