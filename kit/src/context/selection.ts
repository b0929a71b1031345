import { isAbstractType, isObjectType, type GraphQLSchema } from 'graphql';
import type { SelectedField } from '../schema/selected-fields.ts';
import { allColumns, withTexts, type Columns } from '../sql/columns.ts';
import type { TableDescriptor } from '../sql/table.ts';

/** What an operation wants of the rows that it reads. */
export interface Selection {
  /** The same for operations that want the same: what one has read, another may use. */
  readonly key: string;
  /**
   * The columns that somebody looks at in the rows of a table.
   * @param also more properties, by which the reader itself goes: of the order, of the parent
   */
  columnsOf(table: TableDescriptor, also?: readonly string[]): Columns;
  /** Whether anybody asks for the place that a row has in its list. */
  readonly withCursors: boolean;
}

/** What a writing operation wants: the code that decides on a change may look at any column. */
export const everything: Selection = { key: '*', columnsOf: allColumns, withCursors: true };

/**
 * What a valid document of queries selects, by its fields. Of a row of the type `T` these columns are read:
 * - its key;
 * - the columns that are no field of `T`, such as foreign keys, which only resolvers look at; but no secret ones;
 * - the columns whose field is selected, wherever in the document;
 * - the columns marked `@always` in schema.prisma, which the code goes by whatever is selected.
 *
 * A table without a type of its name is read whole. The same for all executions of the document, so that everything
 * an execution loads can be shared.
 * @param jsonAsText whether JSON in which nobody looks is read as text
 */
export function selectionOf(
  schema: GraphQLSchema,
  fields: readonly SelectedField[],
  jsonAsText = false,
): Selection {
  const selected = namesByType(schema, fields);
  const known = new WeakMap<TableDescriptor, Map<string, Columns>>();
  const types = [...selected].map(([type, names]) => `${type}(${[...names].sort().join()})`);
  return {
    key: `${jsonAsText ? 'text:' : ''}${types.sort().join()}`,
    columnsOf(table, also = []) {
      const byMore = known.get(table) ?? new Map<string, Columns>();
      known.set(table, byMore);
      const more = also.join();
      let columns = byMore.get(more);
      if (!columns) {
        columns = columnsFor(schema, selected.get(table.model) ?? new Set(), table, also);
        if (jsonAsText) columns = withTexts(table, columns);
        byMore.set(more, columns);
      }
      return columns;
    },
    withCursors: fields.some(({ node }) => cursorFields.has(node.name.value)),
  };
}

/** What a list says of places: of an edge, and of a page. */
const cursorFields = new Set(['cursor', 'startCursor', 'endCursor']);

function columnsFor(
  schema: GraphQLSchema,
  selected: ReadonlySet<string>,
  table: TableDescriptor,
  also: readonly string[],
): Columns {
  const type = schema.getType(table.model);
  if (!isObjectType(type)) return allColumns(table);
  const fields = type.getFields();
  const wanted = Object.entries(table.columns).filter(([property, { always, privacy }]) => {
    if (always !== undefined || table.primaryKey.includes(property) || also.includes(property)) return true;
    return property in fields ? selected.has(property) : privacy !== 'secret';
  });
  return wanted.map(([property]) => property);
}

/** The names of selected fields, by object type; of an interface's they are selected of each type. */
function namesByType(
  schema: GraphQLSchema,
  fields: readonly SelectedField[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const byType = new Map<string, Set<string>>();
  for (const { node, parent } of fields) {
    for (const type of isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent]) {
      const names = byType.get(type.name);
      if (names) names.add(node.name.value);
      else byType.set(type.name, new Set([node.name.value]));
    }
  }
  return byType;
}
