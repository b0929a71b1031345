import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { selectionOf } from '../context/selection.ts';
import { selectedFields } from '../schema/selected-fields.ts';
import type { Columns } from '../sql/columns.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { aTable } from '../testing/tables.ts';
import { planPage } from './page.ts';

const schema = buildSchema(`
  type Thing { id: ID! name: String size: Int }
  type ThingEdge { cursor: String! node: Thing! }
  type PageInfo { hasNextPage: Boolean! startCursor: String endCursor: String }
  type ThingConnection { edges: [ThingEdge!]! pageInfo: PageInfo! }
  type Query { things: ThingConnection }
`);

const thing: TableDescriptor = {
  ...aTable,
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    name: { column: 'name', type: 'text', nullable: false },
    size: { column: 'size', type: 'int', nullable: false },
  },
};

/** What a page in the order of size reads of a thing. */
function columnsFor(document: string): Columns {
  const fields = selectedFields(schema, parse(document));
  const order = { property: 'size', direction: 'ASC' } as const;
  return planPage('postgres', thing, {}, order, selectionOf(schema, fields)).columns;
}

test.each([
  ['of an edge', '{ things { edges { cursor node { name } } } }'],
  ['by another name', '{ things { edges { place: cursor node { name } } } }'],
  ['of the page', '{ things { edges { node { name } } pageInfo { startCursor } } }'],
  [
    'in a fragment',
    '{ things { edges { node { name } } pageInfo { ...ends } } } fragment ends on PageInfo { endCursor }',
  ],
])('what a cursor is made of is read with the rows: %s', (_, document) => {
  expect(columnsFor(document)).toEqual(['id', 'name', 'size']);
});

test('a page that nobody asks a cursor of is sorted in the database alone', () => {
  const document = '{ things { edges { node { name } } pageInfo { hasNextPage } } }';
  expect(columnsFor(document)).toEqual(['id', 'name']);
});
