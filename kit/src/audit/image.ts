import canonicalize from 'canonicalize';
import { bytesToUuid } from '../ids/uuid.ts';
import type { ColumnDescriptor, TableDescriptor } from '../sql/table.ts';

/** Values of a row by property, as JSON. */
export type Image = Readonly<Record<string, unknown>>;

/** What stands for a value that is not shown. */
const hidden = '***';

/** The values as the audit log keeps them: JSON, with secrets and personal values masked. */
export function imageOf(table: TableDescriptor, values: Image): Image {
  return maskedImage(table, plainImage(table, values));
}

/** The values that a change has made different, as they were and as they are. */
export function imagesOfChange(
  table: TableDescriptor,
  before: Image,
  after: Image,
): { readonly before: Image; readonly after: Image } {
  const [was, is] = [plainImage(table, before), plainImage(table, after)];
  const changed = Object.keys(is).filter(
    (property) => canonicalize(is[property]) !== canonicalize(was[property]),
  );
  const only = (image: Image): Image =>
    maskedImage(table, Object.fromEntries(changed.map((property) => [property, image[property] ?? null])));
  return { before: only(was), after: only(is) };
}

function plainImage(table: TableDescriptor, values: Image): Image {
  const image = Object.entries(values).flatMap(([property, value]) => {
    const column = table.columns[property];
    return column && value !== undefined ? [[property, plain(column, value)] as const] : [];
  });
  return Object.fromEntries(image);
}

/** A value as Prisma takes or gives it, as JSON that every database gives back unchanged. */
function plain({ type }: ColumnDescriptor, value: unknown): unknown {
  if (value === null) return null;
  if (type === 'uuid' && value instanceof Uint8Array) return bytesToUuid(value);
  if (typeof value === 'bigint') return value.toString();
  // Prisma takes and gives days as midnights in UTC.
  if (type === 'date' && value instanceof Date) return value.toISOString().slice(0, 10);
  // Through JSON once: dates and decimals become text, and what is no JSON goes.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : JSON.parse(text);
}

function maskedImage({ columns }: TableDescriptor, image: Image): Image {
  return Object.fromEntries(
    Object.entries(image).map(([property, value]) => [property, masked(columns[property]?.privacy, value)]),
  );
}

/** A secret vanishes; of a personal value its first letter stays, and of an address its domain. */
function masked(privacy: ColumnDescriptor['privacy'], value: unknown): unknown {
  if (privacy === undefined || value === null) return value;
  if (privacy === 'secret' || typeof value !== 'string' || value === '') return hidden;
  const [first = ''] = value;
  const at = value.lastIndexOf('@');
  return at > 0 ? `${first}${hidden}${value.slice(at)}` : `${first}${hidden}`;
}
