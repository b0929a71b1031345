import { JsonText } from '@cdx/kit';

/** What a subgraph answers, before it is shaped into what the caller asked for. */
export type Data = Record<string, unknown>;

/** Whether a value is an object of the graph: no list, no leaf. */
export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of data as deep as it goes. */
export function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  // Leaves may be objects of their own kind, such as times and JSON texts, which nobody changes.
  if (!isData(value) || typeof value.toJSON === 'function') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)])) as Value;
}

/**
 * Adds what a fetch brought to an object that is there already. Objects and lists at the same place are merged, place by
 * place; anything else is taken over as it is. Places of one fetch that show the same entity may share what it brought.
 */
export function merge(target: Data, source: Data): void {
  // One that is there already says the same.
  if (source instanceof JsonText) return;
  for (const key in source) {
    const value = source[key];
    // A key of this name could only come from an alias, and would change what the object is.
    if (key === '__proto__' || value === undefined) continue;
    const present = target[key];
    if (isData(present) && isData(value)) {
      if (present !== value) merge(present, value);
    } else if (Array.isArray(present) && Array.isArray(value)) mergeLists(present, value);
    else if (present === undefined || value !== null) target[key] = value;
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  for (const [index, value] of source.entries()) {
    const present = target[index];
    if (isData(present) && isData(value)) merge(present, value);
    else if (Array.isArray(present) && Array.isArray(value)) mergeLists(present, value);
    else if (present === undefined || present === null) target[index] = value;
  }
}
