import type { FetchDataRewrite } from '@apollo/query-planner';
import { isData, type Data } from './objects.ts';
import type { IsOfType } from './representation.ts';

/** Changes what goes to a subgraph or comes from it, in place. */
export type Rewrite = (value: unknown) => void;

const onType = '... on ';

/** Compiles a plan's rewrites: type names of interface objects, and aliases that only the plan knows. */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  isOfType: IsOfType,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  const all = rewrites.map((rewrite) => compileRewrite(rewrite, isOfType));
  return (value) => {
    for (const rewrite of all) rewrite(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, isOfType: IsOfType): Rewrite {
  const field = rewrite.path.at(-1);
  if (field === undefined || field.startsWith(onType)) throw new TypeError('A rewrite must end at a field');
  const change =
    rewrite.kind === 'ValueSetter'
      ? (object: Data): void => void (object[field] = rewrite.setValueTo as unknown)
      : (object: Data): void => rename(object, field, rewrite.renameKeyTo);
  return rewrite.path.slice(0, -1).reduceRight<Rewrite>((then, step) => {
    if (step.startsWith(onType)) {
      const type = step.slice(onType.length);
      // What does not say its type is of the one that was asked for.
      return forEach((object) => {
        if (object.__typename === undefined || isOfType(object, type)) then(object);
      });
    }
    return forEach((object) => then(object[step]));
  }, forEach(change));
}

function rename(object: Data, from: string, to: string): void {
  const value = object[from];
  if (value === undefined) return;
  object[to] = value;
  object[from] = undefined;
}

/** Applies a change to an object, or to all objects of a list. */
function forEach(change: (object: Data) => void): Rewrite {
  const apply = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(apply);
    else if (isData(value)) change(value);
  };
  return apply;
}
