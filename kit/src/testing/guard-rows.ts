/**
 * Set up before every suite: a column that was not read of a row is not undefined but an error, which says what to do.
 * Without it a resolver that looks at a column which its operation does not select would answer wrongly, in silence.
 */
import { rowsChannel, type RowsEvent } from '../sql/columns.ts';

rowsChannel.subscribe((message) => {
  const { table, columns, rows } = message as RowsEvent;
  const missing = Object.keys(table.columns).filter((property) => !columns.includes(property));
  for (const row of rows) {
    for (const property of missing) guard(row, table.model, property);
  }
});

function guard(row: object, model: string, property: string): void {
  Object.defineProperty(row, property, {
    configurable: true,
    get() {
      throw new TypeError(
        `${model}.${property} was not read, since the operation does not select it. Mark it \`/// @always\` in schema.prisma, with the reason.`,
      );
    },
  });
}
