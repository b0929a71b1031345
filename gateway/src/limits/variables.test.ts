import { describe, expect, test } from '@jest/globals';
import { limitsOf } from './testing.ts';
import { variableErrors } from './variables.ts';

const limits = limitsOf({ MAX_INPUT_DEPTH: '3', MAX_VARIABLES: '2' });
const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe('the values of variables', () => {
  test('at the limits pass, however they are nested', () => {
    expect(variableErrors({ a: nested(3), b: { c: { d: { e: 1 } } } }, limits)).toEqual([]);
    expect(variableErrors({ a: null, b: 'text' }, limits)).toEqual([]);
  });

  test('that are nested deeper are refused by name', () => {
    const [error] = variableErrors({ a: 1, b: { c: [nested(2)] } }, limits);
    expect(error?.message).toBe('There are 4 levels in the variable $b, and at most 3 are allowed');
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', found: 4, limit: 3 });
  });

  test('that are too many are refused', () => {
    const [error] = variableErrors({ a: 1, b: 2, c: 3 }, limits);
    expect(error?.extensions).toMatchObject({ found: 3, limit: 2 });
  });

  test('may be nested half a million levels deep without exhausting the stack', () => {
    const [error] = variableErrors({ a: nested(500_000) }, limits);
    expect(error?.extensions.found).toBe(500_000);
  });
});
