import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  getIntrospectionQuery,
  parse,
  specifiedRules,
  validate,
  type GraphQLError,
} from 'graphql';
import { documentRule } from './document-rule.ts';
import { limitsOf } from './testing.ts';

const schema = buildSchema(
  'type Query { it: Query text(of: String, list: [[[Int]]]): String n: Int } directive @note repeatable on FIELD',
);

function refusals(query: string, limits = limitsOf()): readonly GraphQLError[] {
  return validate(schema, parse(query), [...specifiedRules, documentRule(limits)]);
}

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Fields inside fields, to a level. */
const levels = (count: number): string => `${'{ it '.repeat(count - 1)}{ n }${' }'.repeat(count - 1)}`;

/** What is limited, the setting, a document of a size, and the words for it. */
const cases: readonly (readonly [
  what: string,
  limits: Parameters<typeof limitsOf>[0],
  document: (size: number) => string,
  words: string,
])[] = [
  ['depth', { MAX_DEPTH: '4' }, levels, 'levels of fields in the operation'],
  [
    'depth through fragments',
    { MAX_DEPTH: '4' },
    (size) => `{ it { ...A } } fragment A on Query ${levels(size - 1)}`,
    'levels of fields in the operation',
  ],
  [
    'root fields',
    { MAX_ROOT_FIELDS: '4' },
    (size) => `{ ${times(size, (i) => `a${i}: n`)} }`,
    'fields at the operation’s first level',
  ],
  [
    'root fields in fragments',
    { MAX_ROOT_FIELDS: '4' },
    (size) => `{ n ...A ... { n } } fragment A on Query { ${times(size - 2, (i) => `a${i}: n`)} }`,
    'fields at the operation’s first level',
  ],
  [
    'fields at one level',
    { MAX_FIELDS_PER_SELECTION: '4' },
    (size) => `{ it { ${times(size, () => 'n')} } }`,
    'fields at one level',
  ],
  [
    'selections in all',
    { MAX_SELECTIONS: '4' },
    (size) => `{ it { n ...A } } fragment A on Query { ${times(size - 3, () => 'n')} }`,
    'fields and fragments in the operation',
  ],
  [
    'aliases',
    { MAX_ALIASES: '4' },
    (size) => `{ ${times(size, (i) => `a${i}: n`)} }`,
    'aliases in the operation',
  ],
  [
    'aliases in a fragment that is used twice',
    { MAX_ALIASES: '4' },
    (size) => `{ ...A it { ...A ${size > 4 ? 'b: n' : ''} } } fragment A on Query { a0: n a1: n }`,
    'aliases in the operation',
  ],
  [
    'introspections',
    { MAX_INTROSPECTIONS: '4' },
    (size) => `{ ${times(size, (i) => `a${i}: __type(name: "Query") { name }`)} }`,
    'uses of introspection in the operation',
  ],
  [
    'directives',
    { MAX_DIRECTIVES: '4' },
    (size) => `{ n ${'@note '.repeat(size)} }`,
    'directives in the document',
  ],
  [
    'definitions',
    { MAX_DEFINITIONS: '4' },
    (size) => times(size, (i) => `query Q${i} { n }`),
    'operations and fragments',
  ],
  [
    'variables',
    { MAX_VARIABLES: '4' },
    (size) =>
      `query (${times(size, (i) => `$v${i}: String`)}) { ${times(size, (i) => `a${i}: text(of: $v${i})`)} }`,
    'variables in the operation',
  ],
  [
    'the length of a text',
    { MAX_LITERAL_CHARS: '100' },
    (size) => `{ text(of: "${'x'.repeat(size + 96)}") }`,
    'characters in a text of the document',
  ],
  [
    'the length of a block text',
    { MAX_LITERAL_CHARS: '100' },
    (size) => `{ text(of: """${'x'.repeat(size + 96)}""") }`,
    'characters in a text of the document',
  ],
  [
    'levels of a value',
    { MAX_INPUT_DEPTH: '2' },
    (size) => `{ text(list: ${'['.repeat(size - 2)}1${']'.repeat(size - 2)}) }`,
    'levels in a value of the document',
  ],
];

describe('a document', () => {
  test.each(cases)('at the limit passes, and one over it is refused: %s', (_, given, document, words) => {
    const limits = limitsOf(given);
    expect(refusals(document(4), limits)).toEqual([]);
    const [first, ...others] = refusals(document(5), limits);
    const limit = Number(Object.values(given ?? {})[0]);
    expect(first?.message).toBe(`There are ${limit + 1} ${words}, and at most ${limit} are allowed`);
    expect(first?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', found: limit + 1, limit });
    expect(first?.locations).toHaveLength(1);
    // A fragment over a limit is named beside the operation that uses it.
    expect(others.every(({ extensions }) => extensions.limit === limit)).toBe(true);
  });

  test('may repeat fields as far as their comparison is cheap', () => {
    const limits = limitsOf({ MAX_REPEATED_PAIRS: '20' });
    const query = (repeated: string): string =>
      `{ ${times(4, () => `it { n ...A ${repeated} }`)} } fragment A on Query { n }`;
    // Six pairs of `it`; in what they merge to, four of `n` and one of the fragment make ten.
    expect(refusals(query(''), limits)).toEqual([]);
    const [first] = refusals(query('n'), limits);
    expect(first?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', found: 6 + 36, limit: 20 });
  });

  test('over several limits is told of all at once', () => {
    const found = refusals('{ a: n b: n }', limitsOf({ MAX_ALIASES: '1', MAX_ROOT_FIELDS: '1' }));
    expect(found.map(({ extensions }) => extensions.found)).toEqual([2, 2]);
  });

  test('over a limit is not validated any further', () => {
    const [only, ...others] = refusals(`{ ${times(30, () => 'nothing')} }`);
    expect(only?.message).toContain('There are 30 fields');
    expect(others).toEqual([]);
  });

  test('of fragments that stand for a million fields is refused without spreading them', () => {
    const fragments = times(20, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const [first] = refusals(`{ ...F0 } ${fragments} fragment F20 on Query { n }`);
    expect(first?.extensions.found).toBeGreaterThan(1_000_000);
  });

  test('whose fragments branch in a circle is refused as well, and does not keep the gateway busy', () => {
    const found = refusals('{ ...A } fragment A on Query { it { ...A } a: it { ...A } b: it { ...A } }');
    expect(found[0]?.message).toBe('Cannot spread fragment "A" within itself.');
  });

  test('whose fragments spread each other in a circle is refused as a circle', () => {
    const found = refusals(
      '{ ...A } fragment A on Query { it { ...B } } fragment B on Query { it { ...A } }',
    );
    expect(found.map(({ message }) => message)).toEqual([
      'Cannot spread fragment "A" within itself via "B".',
    ]);
  });

  test('is limited in fragments that no operation uses as well', () => {
    const limits = limitsOf({ MAX_FIELDS_PER_SELECTION: '2' });
    const [first] = refusals('{ n } fragment A on Query { n n n }', limits);
    expect(first?.extensions.found).toBe(3);
  });

  test('may not ask for a part of the schema under several names', () => {
    expect(refusals('{ a: __schema { types { name } } }')).toEqual([]);
    const [first] = refusals('{ __schema { types { ...A } } } fragment A on __Type { a: name b: name }');
    expect(first?.message).toBe('There are 2 aliases inside of introspection, and at most 0 are allowed');
  });

  test('that asks for the whole schema passes the limits that hold by default', () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
    expect(refusals(query)).toEqual([]);
  });
});
