import { GraphQLError } from 'graphql';
import type { Path } from './places.ts';

/**
 * Tells of values that must be there and are not, each once; a place that an error is known for, at it or below it or
 * above it, is explained by that (GraphQL specification, "Handling Field Errors").
 */
export function addMissing(errors: GraphQLError[], missing: readonly Path[]): void {
  if (missing.length === 0) return;
  // A fetch that failed as a whole explains whatever is missing: where it would have been is not known.
  if (errors.some(({ path }) => path === undefined)) return;
  const explained = new Set(errors.flatMap(({ path = [] }) => [...prefixes(path)]));
  const exact = new Set(errors.map(({ path = [] }) => path.join('.')));
  for (const path of missing) {
    if (explained.has(path.join('.')) || [...prefixes(path)].some((prefix) => exact.has(prefix))) continue;
    const extensions = { code: 'INTERNAL' };
    errors.push(new GraphQLError('A value that must be there is missing', { path, extensions }));
  }
}

function* prefixes(path: readonly (string | number)[]): Generator<string> {
  for (let length = 1; length <= path.length; length += 1) yield path.slice(0, length).join('.');
}
