import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { selectedFields } from '../schema/selected-fields.ts';
import { outlineOf, type OperationOutline } from './outline.ts';

const schema = buildSchema(`
  type Query { thing: Thing  node: Node }
  interface Node { id: ID }
  type Thing implements Node { id: ID  parts: [Part] }
  type Part implements Node { id: ID  name: String }
`);

const outline = (source: string): OperationOutline =>
  outlineOf(schema, selectedFields(schema, parse(source)));

test('an outline has the root fields by their names in the answer, and the types that are selected from', () => {
  const query =
    'query { __typename one: thing { ...T } node { ... on Part { name } } } fragment T on Thing { parts { id } }';
  const { rootFields, types } = outline(query);
  expect([...rootFields]).toEqual([
    ['__typename', '__typename'],
    ['one', 'thing'],
    ['node', 'node'],
  ]);
  expect(types).toEqual(['Part', 'Thing']);
});

test('introspection selects from no type', () => {
  expect(outline('{ __schema { types { name } } }').types).toEqual([]);
});
