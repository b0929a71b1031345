import { GraphQLID, GraphQLString, type GraphQLLeafType } from 'graphql';
import type { FieldPlan } from './plan.ts';

/** An object or a list of the answer, by the names or the numbers of its parts. */
export type Container = Record<string | number, unknown>;

/**
 * An object of the answer. It inherits nothing, so that a field which is called `__proto__` is a field as any other;
 * unlike those of `Object.create(null)`, its instances are laid out as those of any class.
 */
export class AnswerObject {
  [key: string]: unknown;
}
Object.setPrototypeOf(AnswerObject.prototype, null);

/**
 * Copies a property of the source, the commonest field of all: a column of a row. Anything but a plain value of a
 * leaf, and whatever fails, is left to the way that all other fields go.
 */
export function isCopied(
  { key, field, shape, resolve }: FieldPlan,
  source: unknown,
  container: Container,
): boolean {
  if (resolve || shape.kind !== 'leaf' || typeof source !== 'object' || source === null) return false;
  try {
    const value = (source as Container)[field.name];
    if (value == null) {
      if (shape.nonNull) return false;
      container[key] = null;
      return true;
    }
    if (typeof value === 'function' || isPromise(value) || value instanceof Error) return false;
    container[key] = serialize(shape.type, value);
    return true;
  } catch {
    // It fails once more where its path is known, and is reported there.
    return false;
  }
}

/** The form that a leaf's value has in the answer; throws when it has none. */
export function serialize(type: GraphQLLeafType, value: unknown): unknown {
  if (typeof value === 'string' && (type === GraphQLString || type === GraphQLID)) return value;
  const serialized: unknown = type.serialize(value);
  if (serialized == null) throw new Error(`${type.name} has no form of a value for the answer`);
  return serialized;
}

/** Whether a value is one to wait for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
