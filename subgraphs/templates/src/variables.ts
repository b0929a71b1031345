import { badInput } from '@cdx/kit';
import { z } from 'zod';

/** A variable as a template declares it. */
export interface Variable {
  readonly name: string;
  readonly description: string | null;
  readonly required: boolean;
  readonly defaultValue: string | null;
}

const name = /^[a-z][a-zA-Z0-9_]{0,49}$/;

const variable = z.object({
  name: z
    .string()
    .regex(name, 'must begin with a small letter and have letters, digits and _ only, at most 50'),
  description: z
    .string()
    .max(500)
    .nullish()
    .transform((text) => text ?? null),
  required: z
    .boolean()
    .nullish()
    .transform((required) => required ?? true),
  defaultValue: z
    .string()
    .max(10_000)
    .nullish()
    .transform((text) => text ?? null),
});

/** The rules of a template's list of variables. */
export const variablesInput = z
  .array(variable)
  .max(50, 'must have at most 50 variables')
  .refine(
    (list) => new Set(list.map((item) => item.name)).size === list.length,
    'must name each variable once',
  );

/** The variables of a stored template. */
export function declaredVariables(stored: unknown): Variable[] {
  return variablesInput.parse(stored);
}

/** `{{name}}`, with spaces allowed inside the braces. */
const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/**
 * Checks that a text uses only variables that are declared.
 * @param field the input that the text came in
 * @throws BAD_USER_INPUT naming the first placeholder that has no variable
 */
export function checkPlaceholders(text: string, variables: readonly Variable[], field: string): void {
  const declared = new Set(variables.map((item) => item.name));
  for (const [, used = ''] of text.matchAll(placeholder)) {
    if (!declared.has(used))
      throw badInput(field, `a text whose placeholders are declared; {{${used}}} is not`);
  }
}

/** A rendered text and the values that went into it. */
export interface Rendered {
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
}

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/**
 * A template's text with its variables put in. Values are put in as they are: what they contain is not rendered again.
 * @param given values by variable name; texts, numbers or truth values
 * @throws BAD_USER_INPUT naming a value for no variable, or a required variable without a value
 */
export function render(text: string, variables: readonly Variable[], given: unknown): Rendered {
  const result = values.safeParse(given ?? {});
  if (!result.success) throw badInput('variables', 'an object of texts, numbers or truth values');
  const provided = result.data;
  const declared = new Set(variables.map((item) => item.name));
  for (const key of Object.keys(provided)) {
    if (!declared.has(key)) throw badInput(`variables.${key}`, 'left out: the template has no such variable');
  }
  const used: Record<string, string> = {};
  for (const { name: key, required, defaultValue } of variables) {
    const value = provided[key] ?? defaultValue;
    if (value === null && required) throw badInput(`variables.${key}`, 'given: the template needs it');
    used[key] = value ?? '';
  }
  return { text: text.replace(placeholder, (whole, key: string) => used[key] ?? whole), variables: used };
}
