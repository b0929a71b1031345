import { z } from 'zod';

/** A process's settings are wrong; the message has a line for each mistake. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The environment that settings are read from: `process.env`, or what a test hands in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from the environment by a schema whose keys are the variables' names. Empty text counts as unset.
 * @throws SettingsError naming every variable that is wrong and what was expected
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name] === '' ? undefined : environment[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new SettingsError(`These settings are wrong:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** A setting as the reference in docs/configuration.md shows it. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  /** What holds when it is unset, as text; null when it must be set or has no default. */
  readonly fallback: string | null;
}

/** Describes every variable of a settings schema, in its order. */
export function describeSettings(schema: z.ZodObject): SettingDescription[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const unset: z.ZodSafeParseResult<unknown> = z.safeParse(type, undefined);
    const description = z.globalRegistry.get(type)?.description ?? '';
    return { name, description, fallback: fallbackText(unset.data) };
  });
}

function fallbackText(value: unknown): string | null {
  const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
  if (isEmpty || (value instanceof Map && value.size === 0)) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A whole number of at least `min`, given as text. */
export const integer = (
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().transform((text, context) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` });
    return z.NEVER;
  });

/** The settings that every subgraph has, under the names of its own domain. */
export const databaseUrl = z
  .string()
  .regex(
    /^(postgres|postgresql|mysql|mariadb):\/\/\S+$/,
    'must be a URL: postgres://user:password@host:port/database',
  );

export const logLevel = z
  .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  .default('info')
  .describe('The least severe message that is logged.');
