import { GraphQLError } from 'graphql';
import type { Failure } from './failures.ts';
import type { PlanRun } from './fetch.ts';
import type { Path } from './places.ts';

/** A place in a result that has no value: none may be shown, none came, or none was fetched at all. */
export interface Gap {
  readonly path: Path;
  readonly why: 'null' | 'hidden' | 'unfetched';
}

/** Beyond these a failed fetch is not told of place by place: a long list would be one error for each of its items. */
const maxPlaces = 100;

/**
 * Tells of every gap that is not a plain null (GraphQL specification, "Handling Field Errors"). One that a failed fetch
 * left is told of with the fetch's error, so that a client finds it at the very field; one at, above or below an error
 * is explained by that. What a reference does not lead to is told of as that.
 */
export function tellGaps(
  { errors, failures, absent }: Pick<PlanRun, 'errors' | 'failures' | 'absent'>,
  gaps: readonly Gap[],
): void {
  const explained = new Set(errors.flatMap(({ path = [] }) => [...prefixes(path)]));
  const exact = new Set(errors.map(({ path = [] }) => path.join('.')));
  const told = new Map(failures.map((failure) => [failure, 0]));
  for (const { path, why } of gaps) {
    const failure =
      failures.find(({ fields }) => fields.some((field) => isBelow(path, field))) ??
      failures.find(({ path: below }) => isBelow(path, below));
    if (failure) {
      const count = told.get(failure) ?? 0;
      told.set(failure, count + 1);
      if (count < maxPlaces) errors.push(errorOf(failure, path));
    } else if (why !== 'unfetched') {
      if (explained.has(path.join('.')) || [...prefixes(path)].some((prefix) => exact.has(prefix))) continue;
      errors.push(gapError(why, path, absent.get(path.slice(0, -1).join('.'))));
    }
  }
  for (const [failure, count] of told) if (count === 0) errors.push(errorOf(failure, undefined));
}

/** Of a value that should be there: a fault of ours, unless it is of an object that a reference has not led to. */
function gapError(why: keyof typeof messages, path: Path, absentType: string | undefined): GraphQLError {
  if (absentType === undefined)
    return new GraphQLError(messages[why], { path, extensions: { code: 'INTERNAL' } });
  const message = `The ${absentType} that this refers to is not there, or not yours to see`;
  return new GraphQLError(message, { path, extensions: { code: 'NOT_FOUND' } });
}

const messages = {
  null: 'A value that must be there is missing',
  hidden: 'The value is none that this graph’s schema has',
};

function errorOf({ message, extensions }: Failure, path: Path | undefined): GraphQLError {
  return new GraphQLError(message, { ...(path ? { path } : {}), extensions });
}

/** Whether a place is at or below a plan's path, whatever the lists on the way. */
function isBelow(place: Path, path: Path): boolean {
  const keys = place.filter((step) => typeof step === 'string');
  return path.filter((step) => step !== '@').every((step, index) => keys[index] === step);
}

function* prefixes(path: Path): Generator<string> {
  for (let length = 1; length <= path.length; length += 1) yield path.slice(0, length).join('.');
}
