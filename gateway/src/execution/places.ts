import { isData, type Data } from './objects.ts';

/** A step of a plan's path: a response key, or `@` into every place of a list. */
export type PlanPath = readonly (string | number)[];

/** A place in a result. */
export type Path = readonly (string | number)[];

/** The objects at a path of a plan, in the order of the result; what is null on the way is left out. */
export function objectsAt(root: Data, path: PlanPath): Data[] {
  const found: Data[] = [];
  collect(root, path, 0, found);
  return found;
}

function collect(value: unknown, path: PlanPath, depth: number, found: Data[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // A list within a list has one `@` for each; the last step has none where the objects are the list's.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const item of value) collect(item, path, next, found);
    return;
  }
  const step = path[depth];
  if (step === undefined) {
    if (isData(value)) found.push(value);
  } else if (isData(value)) collect(value[step], path, depth + 1, found);
}

/** Where the objects of `objectsAt` are, in the same order: only errors need to know. */
export function placesAt(root: Data, path: PlanPath): Path[] {
  const found: Path[] = [];
  locate(root, path, 0, [], found);
  return found;
}

function locate(value: unknown, path: PlanPath, depth: number, place: Path, found: Path[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    const next = path[depth] === '@' ? depth + 1 : depth;
    value.forEach((item, index) => locate(item, path, next, [...place, index], found));
    return;
  }
  const step = path[depth];
  if (step === undefined) {
    if (isData(value)) found.push(place);
  } else if (isData(value)) locate(value[step], path, depth + 1, [...place, step], found);
}
