import { describe, expect, test } from '@jest/globals';
import { hashOf, readManifest } from './manifest.ts';

const body = 'query A($n: Int = 1) {\n  me(n: $n) {\n    id\n  }\n}';
const registered = { id: hashOf(body), name: 'A', type: 'query', body };
const text = (operations: readonly object[], parts: object = {}): string =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations, ...parts });

describe('a manifest', () => {
  test('knows an operation by its id', () => {
    const manifest = readManifest(text([registered]));
    expect(manifest.bodyOf(registered.id)).toBe(body);
    expect(manifest.bodyOf('another')).toBeUndefined();
  });

  test('knows an operation by its text, however it is spaced and commented', () => {
    const manifest = readManifest(text([registered]));
    expect(manifest.has(body)).toBe(true);
    expect(manifest.has('# a comment\nquery A( $n : Int=1 ){me(n:$n){id,},}')).toBe(true);
  });

  test.each([
    'query A($n: Int = 1) { me(n: $n) { id name } }',
    'query A($n: Int = 2) { me(n: $n) { id } }',
    'query B($n: Int = 1) { me(n: $n) { id } }',
    `${body} query B { me { id } }`,
    'query A {',
    '',
  ])('does not know another: %s', (query) => {
    const manifest = readManifest(text([registered]));
    expect(manifest.has(query)).toBe(false);
    expect(manifest.has(query)).toBe(false);
  });

  test.each([
    ['no JSON', 'query A'],
    ['of another format', text([registered], { format: 'relay' })],
    ['of another version', text([registered], { version: 2 })],
    ['with an id twice', text([registered, registered])],
    ['with a body that is no GraphQL', text([{ ...registered, body: 'query A {' }])],
  ])('that is %s is refused', (_, broken) => {
    expect(() => readManifest(broken)).toThrow();
  });
});
