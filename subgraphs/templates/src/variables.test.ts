import { describe, expect, test } from '@jest/globals';
import { checkPlaceholders, declaredVariables, render } from './variables.ts';

const variables = declaredVariables([
  { name: 'product' },
  { name: 'tone', required: false, defaultValue: 'calm' },
  { name: 'extra', required: false },
]);

describe('rendering a template', () => {
  test('puts values and defaults in, with and without spaces in the braces', () => {
    const rendered = render('Sell {{product}} in a {{ tone }} voice.{{extra}}', variables, {
      product: 'tea',
    });
    expect(rendered).toEqual({
      text: 'Sell tea in a calm voice.',
      variables: { product: 'tea', tone: 'calm', extra: '' },
    });
  });

  test('does not render what a value contains', () => {
    expect(render('{{product}}', variables, { product: '{{tone}}' }).text).toBe('{{tone}}');
  });

  test('names a required variable that has no value', () => {
    expect(() => render('{{product}}', variables, {})).toThrow(
      'variables.product must be given: the template needs it',
    );
  });

  test('names a value that belongs to no variable', () => {
    expect(() => render('x', variables, { product: 'a', colour: 'red' })).toThrow(
      'variables.colour must be left out',
    );
  });

  test.each([[[]], ['text'], [{ product: {} }], [{ product: null }]])('refuses %j as values', (given) => {
    expect(() => render('x', variables, given)).toThrow('an object of texts, numbers or truth values');
  });

  test('takes the names of object properties for what they are', () => {
    expect(() => render('x', variables, { product: 'a', constructor: 'b' })).toThrow('variables.constructor');
    expect(() => checkPlaceholders('{{constructor}}', variables, 'input.systemPrompt')).toThrow(
      '{{constructor}} is not',
    );
  });
});
