import { describe, expect, test } from '@jest/globals';
import { JsonText, writeJson } from './json-text.ts';

const text = '{"a": [1.50, "\\"}", null], "b": {"c": "ü\\u2028"}}';
const value: unknown = JSON.parse(text);

describe('a JSON text', () => {
  test('is written as it is, wherever it stands and however many there are', () => {
    const texts = Array.from({ length: 12 }, (_, index) => `{"n": ${index}}`);
    const written = writeJson({
      first: new JsonText(text),
      all: texts.map((one) => new JsonText(one)),
      last: 1,
    });
    expect(written).toBe(`{"first":${text},"all":[${texts.join()}],"last":1}`);
  });

  test.each(['null', 'true', '-0.10', '"a \\"quote\\""', '[]', '12345678901234567890'])(
    'may be any JSON: %s',
    (one) => {
      expect(writeJson({ one: new JsonText(one) })).toBe(`{"one":${one}}`);
      expect(writeJson([new JsonText(one), new JsonText(one)])).toBe(`[${one},${one}]`);
    },
  );

  test('may be all there is', () => {
    expect(writeJson(new JsonText(text))).toBe(text);
  });

  test('is its value to everybody else who writes JSON', () => {
    expect(JSON.stringify({ one: new JsonText(text) })).toBe(JSON.stringify({ one: value }));
    expect(new JsonText(text).value).toEqual(value);
  });

  test('is written again inside what has been written', () => {
    const inner = writeJson({ one: new JsonText('1') });
    const outer = { one: new JsonText(inner), text: inner, look: 'json-text-0-0', two: new JsonText('2') };
    expect(JSON.parse(writeJson(outer))).toEqual({ ...outer, one: { one: 1 }, two: 2 });
  });
});

test('what has no JSON text is written as by JSON.stringify, and a failure leaves nothing behind', () => {
  expect(writeJson({ a: [1, undefined, new Date(0)], b: undefined })).toBe(
    '{"a":[1,null,"1970-01-01T00:00:00.000Z"]}',
  );
  const circle: { self?: unknown; text: JsonText } = { text: new JsonText('1') };
  circle.self = circle;
  expect(() => writeJson(circle)).toThrow(TypeError);
  expect(JSON.stringify(new JsonText('1'))).toBe('1');
});
