/** A JSON object, as a schema's parts are. */
type Json = Readonly<Record<string, unknown>>;

/** What keeps a schema from being taken, and where in it. */
export interface SchemaFault {
  readonly path: readonly string[];
  /** A noun phrase: what would be taken there. */
  readonly expected: string;
}

/**
 * The most sub-schemas and values of enums that checking one value may take, references written out: what is checked
 * for every value of an item, whose number has a bound too, stays below a second.
 */
const maxWeight = 2_000;
/** Items of a list that must differ are compared each with each. */
const maxUnique = 500;
const dialect = 'https://json-schema.org/draft/2020-12/schema';

const inOne = [
  ...['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'items'],
  ...['additionalProperties', 'unevaluatedItems', 'unevaluatedProperties', 'contentSchema'],
];
const inList = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const inMap = ['properties', 'patternProperties', 'dependentSchemas'];
const definitions = ['$defs', 'definitions'];
/** Keywords by which a schema names itself or finds others at the time of checking. */
const refused = ['$id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary'];

/** Stops the walk through a schema. */
class Fault extends Error {
  readonly fault: SchemaFault;
  constructor(path: readonly string[], expected: string) {
    super(expected);
    this.fault = { path, expected };
  }
}

/**
 * Looks whether a schema is one of an object, speaks of itself alone and not in circles, and is checked in a time that
 * has a bound. Its keywords' own rules are the meta-schema's.
 * @returns what is wrong, or null
 */
export function schemaFault(schema: Json): SchemaFault | null {
  try {
    if (schema.type !== 'object') throw new Fault(['type'], '"object", since an item’s data is one');
    if (schema.$schema !== undefined && schema.$schema !== dialect)
      throw new Fault(['$schema'], `${dialect}, or left out`);
    const weight = new Walk(schema).weigh(schema, []);
    if (weight > maxWeight)
      throw new Fault(
        [],
        `a schema of at most ${maxWeight} parts, references written out; this has ${weight}`,
      );
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
}

class Walk {
  readonly #root: Json;
  readonly #weights = new Map<Json, number>();
  readonly #open = new Set<Json>();

  constructor(root: Json) {
    this.#root = root;
  }

  /** How many sub-schemas, and values of enums, a value meets that is checked by this part. */
  weigh(part: unknown, path: readonly string[]): number {
    if (!isObject(part)) return 1;
    const known = this.#weights.get(part);
    if (known !== undefined) return known;
    if (this.#open.has(part)) throw new Fault(path, 'a schema that does not contain itself');
    this.#open.add(part);
    checkKeywords(part, path);
    let weight = 1 + (Array.isArray(part.enum) ? part.enum.length : 0);
    for (const key of inOne) if (key in part) weight += this.weigh(part[key], [...path, key]);
    for (const key of [...inList, ...inMap]) weight += this.weighAll(part[key], [...path, key]);
    // What is only defined weighs nothing; it is looked through all the same.
    for (const key of definitions) this.weighAll(part[key], [...path, key]);
    if (typeof part.$ref === 'string') weight += this.weigh(this.#target(part.$ref, path), [...path, '$ref']);
    this.#open.delete(part);
    this.#weights.set(part, weight);
    return weight;
  }

  /** The sum over a list or a map of schemas. */
  weighAll(parts: unknown, path: readonly string[]): number {
    if (typeof parts !== 'object' || parts === null) return 0;
    return Object.entries(parts).reduce((sum, [key, part]) => sum + this.weigh(part, [...path, key]), 0);
  }

  /** What a reference points to (RFC 6901). */
  #target(reference: string, path: readonly string[]): unknown {
    const expected = 'a reference into the same schema: #/$defs/…';
    if (!reference.startsWith('#/')) throw new Fault([...path, '$ref'], expected);
    let target: unknown = this.#root;
    for (const token of reference.slice(2).split('/')) {
      const key = decode(token).replaceAll('~1', '/').replaceAll('~0', '~');
      target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    if (!isObject(target) && typeof target !== 'boolean') throw new Fault([...path, '$ref'], expected);
    return target;
  }
}

function checkKeywords(part: Json, path: readonly string[]): void {
  for (const key of refused) if (key in part) throw new Fault([...path, key], 'left out');
  const { maxItems } = part;
  if (part.uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= maxUnique))
    throw new Fault([...path, 'maxItems'], `at most ${maxUnique} where uniqueItems is true`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A token of a pointer in a URI; one that is no encoded text stands for itself, and points to nothing. */
function decode(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
