import { describe, expect, test } from '@jest/globals';
import { SchemaValidators, type Validator } from './validators.ts';

const validators = new SchemaValidators();
const check = (schema: object): Validator => validators.check(schema, 'input.schema');

/** A schema of an object with one property. */
const of = (property: object): object => ({ type: 'object', properties: { a: property } });

describe('a schema', () => {
  test.each([
    ['that is none of an object', { type: 'array' }, 'input.schema.type must be "object"'],
    ['without a type', {}, 'input.schema.type must be "object"'],
    [
      'of another draft',
      { type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' },
      'input.schema.$schema must be https://json-schema.org/draft/2020-12/schema',
    ],
    [
      'that breaks the meta-schema',
      of({ type: 'strin' }),
      'input.schema.properties.a.type must be equal to one of the allowed values',
    ],
    ['with a keyword that there is not', of({ maxlength: 3 }), 'unknown keyword: "maxlength"'],
    ['with a format that there is not', of({ type: 'string', format: 'regex' }), 'unknown format "regex"'],
    [
      'that refers elsewhere',
      of({ $ref: 'https://example.org/schema' }),
      'input.schema.properties.a.$ref must be a reference into the same schema',
    ],
    ['that refers to a file', of({ $ref: 'file:///etc/passwd' }), 'reference into the same schema'],
    ['that refers to nothing', of({ $ref: '#/$defs/nothing' }), 'reference into the same schema'],
    ['that refers to what all objects have', of({ $ref: '#/constructor' }), 'reference into the same schema'],
    ['with a name of its own', { type: 'object', $id: 'https://example.org/a' }, '$id must be left out'],
    ['with a dynamic reference', of({ $dynamicRef: '#a' }), 'properties.a.$dynamicRef must be left out'],
    [
      'that contains itself',
      { type: 'object', $defs: { b: of({ $ref: '#/$defs/b' }) }, properties: { a: { $ref: '#/$defs/b' } } },
      'a schema that does not contain itself',
    ],
    [
      'whose unused definition contains itself',
      { type: 'object', $defs: { b: { not: { $ref: '#/$defs/b' } } } },
      'a schema that does not contain itself',
    ],
    [
      'whose items must differ without a bound',
      of({ type: 'array', uniqueItems: true }),
      'input.schema.properties.a.maxItems must be at most 500 where uniqueItems is true',
    ],
    [
      'with a pattern that looks ahead',
      of({ type: 'string', pattern: '(?=a)' }),
      'must have, as each pattern, a pattern of RE2',
    ],
    ['with a pattern that refers back', of({ type: 'string', pattern: '(a)\\1' }), 'a pattern of RE2'],
    [
      'with a pattern that becomes too big',
      of({ type: 'string', pattern: '(?:[ab]{30}){30}' }),
      'at most 500 instructions',
    ],
  ])('%s is refused', (_, schema, message) => {
    expect(() => check(schema)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      }),
    );
  });

  test('that grows without end when its references are written out is refused at once', () => {
    const levels = Array.from({ length: 60 }, (_, level): [string, object] => [
      `l${level}`,
      { allOf: [{ $ref: `#/$defs/l${level + 1}` }, { $ref: `#/$defs/l${level + 1}` }] },
    ]);
    const schema = { ...of({ $ref: '#/$defs/l0' }), $defs: { ...Object.fromEntries(levels), l60: true } };
    expect(() => check(schema)).toThrow('a schema of at most 2000 parts, references written out');
  });

  test('may have as many values to choose from as parts, and no more', () => {
    const values = (count: number) => of({ enum: Array.from({ length: count }, (_, index) => index) });
    expect(check(values(1_900))({ a: 1_899 })).toBeNull();
    expect(() => check(values(2_000))).toThrow('at most 2000 parts');
  });

  test('may refer to its own definitions, by any name', () => {
    const fits = check({
      ...of({ $ref: '#/$defs/a~1b%25' }),
      $defs: { 'a/b%': { type: 'string', minLength: 2 } },
    });
    expect([fits({ a: 'xy' }), fits({ a: 'x' })?.path]).toEqual([null, ['a']]);
  });
});

describe('a value that does not fit', () => {
  test.each([
    ['type', of({ type: 'integer' }), { a: 'x' }, 'a', 'must be integer'],
    ['absence', { type: 'object', required: ['a'] }, {}, 'a', 'must be given'],
    ['inherited absence', { type: 'object', required: ['toString'] }, {}, 'toString', 'must be given'],
    [
      'surplus',
      { type: 'object', additionalProperties: false },
      { b: 1 },
      'b',
      'must be left out: the type has no such field',
    ],
    [
      'a place in a list',
      of({ type: 'array', items: { type: 'object', required: ['b'] } }),
      { a: [{ b: 1 }, {}] },
      'a.1.b',
      'must be given',
    ],
    [
      'a name with slashes',
      { type: 'object', properties: { 'x/y~': { type: 'null' } } },
      { 'x/y~': 1 },
      'x/y~',
      'must be null',
    ],
    [
      'pattern',
      of({ type: 'string', pattern: '^[a-z]+$' }),
      { a: 'X' },
      'a',
      'must match pattern "^[a-z]+$"',
    ],
  ])('is told of by its place: %s', (_, schema, value, path, expected) => {
    const problem = check(schema)(value);
    expect([problem?.path.join('.'), problem?.expected]).toEqual([path, expected]);
  });

  test.each([
    ['date', '2026-02-28', '2026-02-30'],
    ['time', '10:30:00', '25:00'],
    ['date-time', '2026-02-28T10:00:00+01:00', '2026-02-28'],
    ['duration', 'P3DT4H', '3 days'],
    ['email', 'ann@example.org', 'ann'],
    ['hostname', 'www.example.org', 'a b'],
    ['ipv4', '192.0.2.1', '192.0.2.256'],
    ['ipv6', '2001:db8::1', '2001:db8'],
    ['uri', 'https://example.org/a', 'example'],
    ['uuid', '01930001-0000-7000-8000-000000000001', '01930001'],
  ])('is found by the format %s', (format, good, bad) => {
    const fits = check(of({ type: 'string', format }));
    expect(fits({ a: good })).toBeNull();
    expect(fits({ a: bad })?.expected).toBe(`must match format "${format}"`);
    expect(fits({ a: good.padEnd(3_000, good) })?.path).toEqual(['a']);
  });
});

describe('patterns', () => {
  test('of one schema are told apart', () => {
    const fits = check({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a' }, b: { type: 'string', pattern: '^b' } },
    });
    expect(fits({ a: 'a', b: 'b' })).toBeNull();
    expect(fits({ a: 'b', b: 'a' })?.path).toEqual(['a']);
    expect(fits({ a: 'a', b: 'a' })?.path).toEqual(['b']);
  });

  test('that would take for ever take no time', () => {
    const fits = check(of({ type: 'string', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' }));
    expect(fits({ a: 'a'.repeat(50_000) })?.path).toEqual(['a']);
  });

  test('have so many steps for one value, and as many again for the next', () => {
    const fits = check(of({ type: 'array', items: { type: 'string', pattern: '[ab]*a[ab]{401}$' } }));
    const long = 'ab'.repeat(15_000);
    const tooMuch = { path: [], expected: 'must have less text for the patterns of its type' };
    expect(fits({ a: [long] })).toBeNull();
    expect(fits({ a: [long, long] })).toEqual(tooMuch);
    expect(fits({ a: [long] })).toBeNull();
  });
});

describe('the validator of a type', () => {
  test('is made once for each schema', () => {
    const type = { id: 'one', schema: of({ type: 'string' }) };
    const first = validators.of(type);
    expect(validators.of({ ...type, schema: of({ type: 'string' }) })).toBe(first);
    expect(validators.of({ ...type, id: 'two' })).not.toBe(first);
    const changed = validators.of({ ...type, schema: of({ type: 'number' }) });
    expect([first({ a: 1 })?.path, changed({ a: 1 })]).toEqual([['a'], null]);
  });
});
