import {
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { isData, type Data } from './objects.ts';
import type { Gap } from './gaps.ts';
import type { ResponseKeys } from './response-keys.ts';
import { selectFields, type GuardedSet, type SelectedField, type Variables } from './selected-fields.ts';

/** What shaping needs of one run, and what it finds. */
export interface Shaping {
  readonly variables: Variables;
  /** The answers of `__schema` and `__type`, by response key. */
  readonly introspection: Data;
  /** Where it stands: changed as it goes, so that a path is made only for what is missing. */
  readonly path: (string | number)[];
  /** Whether a fetch failed: then what nobody brought is a gap, too. */
  readonly isPartial: boolean;
  readonly gaps: Gap[];
}

/** What an operation is asked of. */
interface AskedOf {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly keys: ResponseKeys;
}

type Shape = (value: unknown, run: Shaping) => unknown;

/** Stands for an object that a null has gone up to, until it meets a place that may be null. */
const absent = Symbol('absent');

/**
 * Compiles the shape of an operation's answer: aliases, conditions, types and nulls as the GraphQL specification has
 * them ("Executing Selection Sets", "Handling Field Errors").
 * @returns a function from what the subgraphs answered to what the caller gets; null where a null went up to the root
 */
export function compileShape(
  asked: AskedOf,
  root: GraphQLObjectType,
  sets: readonly GuardedSet[],
): (data: Data, run: Shaping) => Data | null {
  const shape = new ShapeCompiler(asked).object(root, sets);
  return (data, run) => {
    const shaped = shape(data, run);
    return isData(shaped) ? shaped : null;
  };
}

class ShapeCompiler {
  readonly #asked: AskedOf;

  constructor(asked: AskedOf) {
    this.#asked = asked;
  }

  /** Of objects that are of a type, or, of an abstract one, of whatever type: then only what all have in common. */
  object(type: GraphQLCompositeType, sets: readonly GuardedSet[]): Shape {
    const { schema, fragments } = this.#asked;
    const fields = selectFields(schema, fragments, type, sets).map((field) => ({
      key: field.key,
      guard: field.guard,
      shape: this.#field(type, field),
    }));
    // A key of this name changes what a plain object is.
    const prototype = fields.some(({ key }) => key === '__proto__') ? null : Object.prototype;
    return (value, run) => {
      const shaped: Data = prototype ? {} : (Object.create(null) as Data);
      for (const { key, guard, shape } of fields) {
        if (guard && !guard(run.variables)) continue;
        const of = shape(value, run);
        if (of === absent) return absent;
        shaped[key] = of;
      }
      return shaped;
    };
  }

  #field(parent: GraphQLCompositeType, { key, name, node, below }: SelectedField): Shape {
    if (name === '__typename') return isObjectType(parent) ? () => parent.name : required(() => null);
    if (name === '__schema' || name === '__type') return (_, { introspection }) => introspection[key];
    const from = this.#asked.keys.of(node);
    const field = isUnionType(parent) ? undefined : parent.getFields()[name];
    if (!field) throw new Error(`${parent.name} has no field ${name}`);
    // The most there are, and they need no place: nothing below them can be missing.
    if (isScalarType(field.type)) {
      return (object, run) => {
        const value = (object as Data)[from];
        if (value === undefined && run.isPartial)
          run.gaps.push({ path: [...run.path, key], why: 'unfetched' });
        return value ?? null;
      };
    }
    const shape = this.#value(field.type, below);
    return (object, run) => {
      run.path.push(key);
      const shaped = shape((object as Data)[from], run);
      run.path.pop();
      return shaped;
    };
  }

  #value(type: GraphQLOutputType, below: readonly GuardedSet[]): Shape {
    if (isNonNullType(type)) return required(this.#value(type.ofType, below));
    if (isListType(type)) return listOf(this.#value(type.ofType, below));
    if (isScalarType(type)) return (value, run) => value ?? nullIn(value, run);
    if (isEnumType(type)) return valueOf(type);
    const shape = isObjectType(type) ? this.object(type, below) : this.#abstract(type, below);
    return (value, run) => {
      if (!isData(value)) return nullIn(value, run);
      const shaped = shape(value, run);
      return shaped === absent ? null : shaped;
    };
  }

  /** Of an abstract type: a shape for each object that it turns out to be, compiled when the first is met. */
  #abstract(type: GraphQLAbstractType, below: readonly GuardedSet[]): Shape {
    const shapes = new Map<unknown, Shape>();
    return (value, run) => {
      const name = (value as Data).__typename;
      let shape = shapes.get(name);
      if (!shape) {
        shape = this.#ofType(name, type, below);
        shapes.set(name, shape);
      }
      return shape(value, run);
    };
  }

  #ofType(name: unknown, type: GraphQLAbstractType, below: readonly GuardedSet[]): Shape {
    // Where the answer does not depend on the type, it is not asked for; an interface object knows none.
    if (name === undefined || name === type.name) return this.object(type, below);
    const known = typeof name === 'string' ? this.#asked.schema.getType(name) : undefined;
    // An object of a type that callers do not know is as if it were not there.
    return isObjectType(known) ? this.object(known, below) : () => absent;
  }
}

/** A null; where a fetch failed and nobody brought a value, that is noted. */
function nullIn(value: unknown, run: Shaping): null {
  if (value === undefined && run.isPartial) run.gaps.push({ path: [...run.path], why: 'unfetched' });
  return null;
}

/** A subgraph may have values of an enum that callers must not see. */
function valueOf(type: GraphQLEnumType): Shape {
  const values = new Set<unknown>(type.getValues().map(({ name }) => name));
  return (value, run) => {
    if (values.has(value)) return value;
    if (value === null || value === undefined) return nullIn(value, run);
    run.gaps.push({ path: [...run.path], why: 'hidden' });
    return null;
  };
}

function required(shape: Shape): Shape {
  return (value, run) => {
    const before = run.gaps.length;
    const shaped = shape(value, run);
    if (shaped !== null) return shaped;
    // A null that has come up from below is noted where it came from.
    if (run.gaps.length === before) run.gaps.push({ path: [...run.path], why: 'null' });
    return absent;
  };
}

function listOf(shape: Shape): Shape {
  return (value, run) => {
    if (!Array.isArray(value)) return null;
    const shaped = new Array<unknown>(value.length);
    const { path } = run;
    const depth = path.length;
    for (let index = 0; index < value.length; index += 1) {
      path[depth] = index;
      const item = shape(value[index], run);
      path.length = depth;
      if (item === absent) return null;
      shaped[index] = item;
    }
    return shaped;
  };
}
