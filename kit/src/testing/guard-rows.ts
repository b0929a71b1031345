/**
 * Set up before every suite: a column that was not read of a row is not undefined but an error, which says what to do.
 * Without it a resolver that looks at a column which its operation does not select would answer wrongly, in silence. So
 * would one that looks inside JSON which it is given as text: in a test each of its names is an error, too.
 */
import { JsonText } from '../json/json-text.ts';
import { rowsChannel, type RowsEvent } from '../sql/columns.ts';

rowsChannel.subscribe((message) => {
  const { table, columns, rows } = message as RowsEvent;
  for (const property of columns.texts ?? []) {
    for (const row of rows) {
      const value: unknown = Reflect.get(row, property);
      if (value instanceof JsonText) Reflect.set(row, property, closed(value, `${table.model}.${property}`));
    }
  }
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

/** A text that is to be passed on as it is; nobody may see it as the value that it stands for. */
function closed(text: JsonText, column: string): JsonText {
  const refuse = (what: string): never => {
    throw new TypeError(
      `${column} is \`/// @opaque\` in schema.prisma, and somebody looks for ${what} inside. Take the mark away.`,
    );
  };
  return new Proxy(text, {
    get(target, property) {
      if (typeof property === 'string' && !asked.has(property)) refuse(property);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    ownKeys(target) {
      // Who freezes an answer that is shared goes through all of it.
      return Object.isExtensible(target) ? refuse('all there is') : Reflect.ownKeys(target);
    },
  });
}

/** What is asked of any value on its way to the answer. */
const asked = new Set(['value', 'toJSON', 'then', 'constructor']);
