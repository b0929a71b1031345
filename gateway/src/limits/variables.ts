import type { GraphQLError } from 'graphql';
import { excess } from './excess.ts';
import type { LimitSettings } from './settings.ts';

/** What is over its limit in the values of variables, before anything else walks through them. */
export function variableErrors(
  variables: Readonly<Record<string, unknown>>,
  { MAX_VARIABLES, MAX_INPUT_DEPTH }: LimitSettings,
): GraphQLError[] {
  const values = Object.entries(variables);
  if (values.length > MAX_VARIABLES) return [excess('values in the variables', values.length, MAX_VARIABLES)];
  return values.flatMap(([name, value]) => {
    const levels = levelsOf(value);
    return levels > MAX_INPUT_DEPTH
      ? [excess(`levels in the variable $${name}`, levels, MAX_INPUT_DEPTH)]
      : [];
  });
}

/** How deep a JSON value is nested, level by level: half a million levels fit into a body, and not on the stack. */
function levelsOf(value: unknown): number {
  let levels = 0;
  let level = [value].filter(isObject);
  while (level.length > 0) {
    levels += 1;
    level = level.flatMap((one) => Object.values(one).filter(isObject));
  }
  return levels;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
