import { expect, test } from '@jest/globals';
import { readJson } from './read-json.ts';

test('a text that is no JSON is read as undefined', () => {
  expect(readJson('{"a": [1, null]}')).toEqual({ a: [1, null] });
  expect(readJson('null')).toBeNull();
  expect(['', '{', '<html>', 'undefined'].map(readJson)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
