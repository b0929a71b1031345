import { describe, expect, test } from '@jest/globals';
import type { FormattedExecutionResult } from 'graphql';
import { SharedAnswers } from './shared-answers.ts';

const data = (): Record<string, unknown> => ({ b: [{ c: 'ü"\u2028' }, null], a: new Date(0), bytes: null });
const [errors, extensions] = [[{ message: 'It fails', path: ['a', 0] }], { cost: { estimated: 1 } }];

describe('an answer is written as JSON is', () => {
  const answers = new SharedAnswers();
  test.each<[string, FormattedExecutionResult]>([
    ['data alone', { data: data() }],
    ['data with errors', { errors, data: data() }],
    ['all that there can be', { extensions, data: data(), errors }],
    ['no data', { errors, data: null }],
    ['errors alone', { errors }],
  ])('%s', (_, answer) => {
    const inOrder = { errors: answer.errors, data: answer.data, extensions: answer.extensions };
    const expected = `${JSON.stringify(inOrder)}\n`;
    expect(answers.write(answer)).toBe(expected);
    if (!answer.data) return;
    answers.share(answer.data);
    expect(answers.write(answer)).toBe(expected);
    expect(answers.write({ ...answer })).toBe(expected);
  });
});

test('data that is shared is written once, and each answer has errors of its own', () => {
  const answers = new SharedAnswers();
  let written = 0;
  const shared = { a: { toJSON: () => (written += 1) } };
  answers.share(shared);
  expect(answers.write({ data: shared })).toBe('{"data":{"a":1}}\n');
  expect(answers.write({ data: shared, errors: [] })).toBe('{"errors":[],"data":{"a":1}}\n');
});

test('data is shared however deep it is, and whatever is in it', () => {
  const answers = new SharedAnswers();
  let deep: Record<string, unknown> = {};
  const lowest = deep;
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  answers.share({ deep, bytes: new Uint8Array(2) });
  expect(Object.isFrozen(lowest)).toBe(true);
});
