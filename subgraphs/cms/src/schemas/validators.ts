import { createHash } from 'node:crypto';
import { codedError } from '@cdx/kit';
import { Ajv2020, type ErrorObject, type Options } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { formats } from './formats.ts';
import { LinearPattern, OutOfSteps, PatternError, StepBudget } from './pattern.ts';
import { schemaFault } from './schema-form.ts';

/** The first thing that keeps a value from fitting a schema, and where in the value. */
export interface Problem {
  readonly path: readonly string[];
  /** `must be string`. */
  readonly expected: string;
}

/** Says what keeps a value from fitting; null when it fits. */
export type Validator = (data: unknown) => Problem | null;

/** A type's schema as it is stored: checked when it was saved. */
interface StoredType {
  readonly id: string;
  readonly schema: unknown;
}

/** Compiled schemas that are kept; each takes some 10 KB and 4 ms to make. */
const maxCompiled = 500;

const options: Options = {
  // A misspelt keyword would check nothing; types, tuples and required properties may be left open.
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // The first problem is enough: to look for all of them costs as much as a caller likes.
  allErrors: false,
  // What a value has from its prototype is not in it.
  ownProperties: true,
  logger: false,
};

/** The schemas of content types, made into validators. */
export class SchemaValidators {
  readonly #compiled = new LRUCache<string, Validator>({ max: maxCompiled });
  #meta: Ajv2020 | undefined;

  /** The validator of a type, made at its first use after each change of the schema. */
  of({ id, schema }: StoredType): Validator {
    const hash = createHash('sha256').update(JSON.stringify(schema)).digest('base64url');
    const key = `${id} ${hash}`;
    let validator = this.#compiled.get(key);
    if (!validator) {
      validator = compile(schema as object);
      this.#compiled.set(key, validator);
    }
    return validator;
  }

  /**
   * Checks a schema before it is saved.
   * @param field the input that it came in: `input.schema`
   * @returns its validator
   * @throws BAD_USER_INPUT naming the part of it that is not taken, and what would be
   */
  check(schema: object, field: string): Validator {
    const refuse = (path: readonly string[], expected: string): Error => {
      const place = [field, ...path].join('.');
      return codedError('BAD_USER_INPUT', `${place} ${expected}`, { field: place, expected });
    };
    const fault = schemaFault(schema as Readonly<Record<string, unknown>>);
    if (fault) throw refuse(fault.path, `must be ${fault.expected}`);
    this.#meta ??= new Ajv2020({ ...options, validateFormats: false });
    if (this.#meta.validateSchema(schema) !== true) {
      const [error] = this.#meta.errors ?? [];
      throw refuse(tokensOf(error?.instancePath), error?.message ?? 'must be a JSON Schema');
    }
    try {
      return compile(schema);
    } catch (error) {
      if (error instanceof PatternError) throw refuse([], `must have, as each pattern, ${error.message}`);
      // What the library says of the schema: an unknown keyword or format.
      const said = error instanceof Error ? error.message.replace('strict mode: ', '') : 'unknown mistake';
      throw refuse([], `must be a JSON Schema of draft 2020-12: ${said}`);
    }
  }
}

/** Each schema has an instance of its own: the library keeps what it has compiled as long as itself. */
function compile(schema: object): Validator {
  const budget = new StepBudget();
  const regExp = Object.assign((source: string) => new LinearPattern(source, budget), { code: '' });
  const ajv = new Ajv2020({
    ...options,
    meta: false,
    validateSchema: false,
    formats: { ...formats },
    code: { regExp },
  });
  const fits = ajv.compile(schema);
  return (data) => {
    budget.begin();
    try {
      if (fits(data)) return null;
    } catch (error) {
      if (!(error instanceof OutOfSteps)) throw error;
      return { path: [], expected: 'must have less text for the patterns of its type' };
    }
    const [error] = fits.errors ?? [];
    return error ? problemOf(error) : { path: [], expected: 'must fit the schema of its type' };
  };
}

/** A missing or a superfluous property is spoken of in its own place. */
function problemOf({ instancePath, params, message }: ErrorObject): Problem {
  const path = tokensOf(instancePath);
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Record<string, unknown>;
  if (typeof missingProperty === 'string')
    return { path: [...path, missingProperty], expected: 'must be given' };
  const superfluous = additionalProperty ?? unevaluatedProperty;
  if (typeof superfluous === 'string')
    return { path: [...path, superfluous], expected: 'must be left out: the type has no such field' };
  return { path, expected: message ?? 'must fit the schema of its type' };
}

/** The parts of a pointer (RFC 6901). */
function tokensOf(pointer = ''): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
