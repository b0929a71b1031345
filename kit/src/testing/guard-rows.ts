/**
 * Set up before every suite: a column that was not read of a row is not undefined but an error, which says what to do.
 * Without it a resolver that looks at a column which its operation does not select would answer wrongly, in silence.
 */
import { rowsChannel, type RowsEvent } from '../sql/columns.ts';

rowsChannel.subscribe((message) => {
  const { table, columns, rows } = message as RowsEvent;
  const missing = new Set(Object.keys(table.columns).filter((property) => !columns.includes(property)));
  if (missing.size === 0) return;
  for (const [index, row] of rows.entries()) rows[index] = guarded(row, table.model, missing);
});

function guarded(row: object, model: string, missing: ReadonlySet<PropertyKey>): object {
  const check = (property: PropertyKey): void => {
    if (!missing.has(property)) return;
    throw new TypeError(
      `${model}.${String(property)} was not read, since the operation does not select it. Mark it \`/// @always\` in schema.prisma, with the reason.`,
    );
  };
  return new Proxy(row, {
    get(target, property, receiver) {
      check(property);
      return Reflect.get(target, property, receiver) as unknown;
    },
    // Whoever tells rows apart by `property in row` looks at it too.
    has(target, property) {
      check(property);
      return Reflect.has(target, property);
    },
  });
}
