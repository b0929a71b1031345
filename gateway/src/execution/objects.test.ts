import { expect, test } from '@jest/globals';
import { JsonText, writeJson } from '@cdx/kit';
import { copyOf, merge, type Data } from './objects.ts';

test('a copy shares no object or list with what it is of, and is written alike', () => {
  const data = {
    list: [{ a: 1 }, [null]],
    at: new Date(0),
    bytes: Buffer.from('a'),
    text: new JsonText('{"b": 2}'),
    ...(JSON.parse('{"__proto__": {"c": 3}}') as object),
  };
  const copy = copyOf(data);
  expect(writeJson(copy)).toBe(writeJson(data));
  expect(copy.list).not.toBe(data.list);
  expect(copy.list[0]).not.toBe(data.list[0]);
});

test('a JSON text that comes from two fetches stays what it is, in lists too', () => {
  const text = (): JsonText => new JsonText('{"a": 1}');
  const target: Data = { data: text(), list: [text()], plain: { a: 1 } };
  merge(target, { data: text(), list: [text()], plain: text(), more: new JsonText('[2]') });
  expect(writeJson(target)).toBe('{"data":{"a": 1},"list":[{"a": 1}],"plain":{"a":1},"more":[2]}');
});
