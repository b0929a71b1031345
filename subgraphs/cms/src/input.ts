import { conflict, violatedConstraint } from '@cdx/kit';
import { z } from 'zod';

/** Levels and values of a JSON value that is stored: it is looked through by schemas, searches and clients. */
const maxLevels = 32;
const maxValues = 10_000;

/** The bytes of JSON that an item's data or a page's content may be. */
export const contentBytes = 262_144;
/** The same of settings and what describes something. */
export const settingsBytes = 16_384;

/** Whether a JSON value has few enough levels and values; it stops at the first too many. */
function isSmall(value: unknown): boolean {
  const open: [value: unknown, level: number][] = [[value, 1]];
  let count = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, level] = next;
    count += 1;
    if (count > maxValues || level > maxLevels) return false;
    if (typeof part === 'object' && part !== null)
      for (const child of Object.values(part)) open.push([child, level + 1]);
  }
  return true;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function json(isForm: (value: unknown) => boolean, form: string, maxBytes: number): z.ZodType<object> {
  const bytes = (value: object): number => Buffer.byteLength(JSON.stringify(value));
  return z
    .custom<object>((value) => isObject(value) && isForm(value), { message: `must be ${form}`, abort: true })
    .refine(isSmall, {
      message: `must have at most ${maxLevels} levels and ${maxValues.toLocaleString('en')} values`,
      abort: true,
    })
    .refine((value) => bytes(value) <= maxBytes, `must be at most ${maxBytes / 1_024} KB`);
}

/** A JSON object of at most so many bytes. */
export const jsonObject = (maxBytes: number): z.ZodType<object> =>
  json((value) => !Array.isArray(value), 'an object', maxBytes);

/** A JSON object or list of at most so many bytes. */
export const jsonContent = (maxBytes: number): z.ZodType<object> =>
  json(() => true, 'an object or a list', maxBytes);

export const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters');

/** The part of an address that names something. */
export const slug = z
  .string()
  .max(100, 'must have at most 100 characters')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters and digits, with single hyphens between');

/** Says of a write whose slug is taken which input that is; all else is thrown as it was. */
export function slugTaken(error: unknown): never {
  if (violatedConstraint(error)?.endsWith('_slug'))
    throw conflict('This slug is taken', { field: 'input.slug' });
  throw error;
}
