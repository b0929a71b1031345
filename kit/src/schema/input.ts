import type { z } from 'zod';
import { badInput, codedError } from '../errors/errors.ts';

/**
 * An input that GraphQL's types have let through, checked against the rules they cannot say.
 * @param argument the argument it came in, for the error's path: `input`
 * @throws BAD_USER_INPUT naming the first field that breaks a rule, and the rule
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  argument = 'input',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = [argument, ...(issue?.path ?? [])].join('.');
  const expected = issue?.message ?? 'valid';
  throw codedError('BAD_USER_INPUT', `${field}: ${expected}`, { field, expected });
}

/** The properties that are never absent, and those that may be. */
type Given<Value> = {
  [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key];
} & { [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined> };

/** The properties that are given, without the absent ones: what a partial update changes. */
export function given<Value extends object>(value: Value): Given<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Given<Value>;
}

/** A value that has been checked to be JSON, in the type that Prisma wants of JSON columns. */
export type JsonInput =
  string | number | boolean | { readonly [key: string]: JsonInput | null } | readonly (JsonInput | null)[];

/** Marks a checked input as JSON: what came through GraphQL as JSON is JSON, which zod's `unknown` cannot say. */
export function asJson(value: object): JsonInput {
  return value as JsonInput;
}

/**
 * The span of a `PeriodInput`.
 * @param argument the argument it came in, for the error's field
 * @throws BAD_USER_INPUT when it ends before it has begun
 */
export function parsePeriod(
  { from, to }: { readonly from: Date | string; readonly to: Date | string },
  argument = 'period',
): { readonly from: Date; readonly to: Date } {
  const period = { from: new Date(from), to: new Date(to) };
  if (period.to <= period.from) throw badInput(`${argument}.to`, 'after from');
  return period;
}
