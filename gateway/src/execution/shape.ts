import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { isData, type Data } from './objects.ts';
import type { Path } from './places.ts';
import { selectFields, type GuardedSet, type SelectedField, type Variables } from './selected-fields.ts';

/** What shaping needs of one run, and what it finds. */
export interface Shaping {
  readonly variables: Variables;
  /** The answers of `__schema` and `__type`, by response key. */
  readonly introspection: Data;
  /** Where it stands: changed as it goes, so that a path is made only for what is missing. */
  readonly path: (string | number)[];
  /** Places where there is no value and must be one. */
  readonly missing: Path[];
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
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  root: GraphQLObjectType,
  sets: readonly GuardedSet[],
): (data: Data, run: Shaping) => Data | null {
  const shape = new ShapeCompiler(schema, fragments).object(root, sets);
  return (data, run) => {
    const shaped = shape(data, run);
    return isData(shaped) ? shaped : null;
  };
}

class ShapeCompiler {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  object(type: GraphQLObjectType, sets: readonly GuardedSet[]): Shape {
    const fields = selectFields(this.#schema, this.#fragments, type, sets).map((field) => ({
      key: field.key,
      guard: field.guard,
      shape: this.#field(type, field),
    }));
    return (value, run) => {
      const shaped: Data = {};
      for (const { key, guard, shape } of fields) {
        if (guard && !guard(run.variables)) continue;
        const of = shape(value, run);
        if (of === absent) return absent;
        shaped[key] = of;
      }
      return shaped;
    };
  }

  #field(parent: GraphQLObjectType, { key, name, below }: SelectedField): Shape {
    if (name === '__typename') return () => parent.name;
    if (name === '__schema' || name === '__type') return (_, { introspection }) => introspection[key];
    const field = parent.getFields()[name];
    if (!field) throw new Error(`${parent.name} has no field ${name}`);
    // The most there are, and they need no place: nothing below them can be missing.
    if (isLeaf(field.type)) return (object) => (object as Data)[key] ?? null;
    const shape = this.#value(field.type, below);
    return (object, run) => {
      run.path.push(key);
      const shaped = shape((object as Data)[key], run);
      run.path.pop();
      return shaped;
    };
  }

  #value(type: GraphQLOutputType, below: readonly GuardedSet[]): Shape {
    if (isNonNullType(type)) return required(this.#value(type.ofType, below));
    if (isListType(type)) return listOf(this.#value(type.ofType, below));
    const named = getNamedType(type);
    if (!isCompositeType(named)) return (value) => value ?? null;
    const shape = isObjectType(named) ? this.object(named, below) : this.#abstract(below);
    return (value, run) => {
      if (!isData(value)) return null;
      const shaped = shape(value, run);
      return shaped === absent ? null : shaped;
    };
  }

  /** Of an abstract type: a shape for each object that it turns out to be, compiled when the first is met. */
  #abstract(below: readonly GuardedSet[]): Shape {
    const shapes = new Map<unknown, Shape>();
    return (value, run) => {
      const name = (value as Data).__typename;
      let shape = shapes.get(name);
      if (!shape) {
        const type = typeof name === 'string' ? this.#schema.getType(name) : undefined;
        // An object of a type that callers do not know is as if it were not there.
        shape = isObjectType(type) ? this.object(type, below) : () => absent;
        shapes.set(name, shape);
      }
      return shape(value, run);
    };
  }
}

function isLeaf(type: GraphQLOutputType): boolean {
  return !isNonNullType(type) && !isListType(type) && !isCompositeType(type);
}

function required(shape: Shape): Shape {
  return (value, run) => {
    const before = run.missing.length;
    const shaped = shape(value, run);
    if (shaped !== null) return shaped;
    // A null that has come up from below is noted where it came from.
    if (run.missing.length === before) run.missing.push([...run.path]);
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
