import { describe, expect, test } from '@jest/globals';
import { columnPattern, passageOf, readWords } from './search-words.ts';

const shown = (text: string): string[][] =>
  readWords(text).alternatives.map((terms) =>
    terms.map(({ words, wanted }) => `${wanted ? '' : '-'}${words.join('+')}`),
  );

describe('the words of a text', () => {
  test.each([
    ['Ann Lee', [['ann', 'lee']]],
    ['"Ann Lee" Acme', [['ann+lee', 'acme']]],
    ['ann@acme.example', [['ann+acme+example']]],
    ['ann -lee -"of acme"', [['ann', '-lee', '-of+acme']]],
    ['ann lee or bob', [['ann', 'lee'], ['bob']]],
    ['"never closed', [['never+closed']]],
    ['Ólafur Þór', [['ólafur', 'þór']]],
    ['-nobody', []],
    ['or', []],
    ['- "" .* (', []],
  ])('%j', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  test('are the first twenty', () => {
    const text = Array.from({ length: 30 }, (_, index) => `w${index} or`).join(' ');
    expect(readWords(text).terms.map(({ words }) => words[0])).toEqual(
      Array.from({ length: 20 }, (_, index) => `w${index}`),
    );
  });

  test('are nothing but letters and digits in a pattern', () => {
    const [term] = readWords('a.*b[c').terms;
    expect(term && columnPattern(term)).toBe('(^|[^[:alnum:]])a[^[:alnum:]]+b[^[:alnum:]]+c([^[:alnum:]]|$)');
  });
});

describe('a passage', () => {
  test.each([
    ['Ann Lee, ann@acme.example', 'ann', '**Ann** Lee, **ann**@acme.example'],
    ['Annette and Ann', 'ann', 'Annette and **Ann**'],
    ['Ann  Lee', '"ann lee"', '**Ann  Lee**'],
    ['nothing of it', 'ann', 'nothing of it'],
  ])('of %j for %j', (text, words, expected) => {
    expect(passageOf(text, readWords(words).terms)).toBe(expected);
  });

  test('of a long text is around the first match', () => {
    const passage = passageOf(
      `${'before '.repeat(50)}the word${' after'.repeat(100)}`,
      readWords('word').terms,
    );
    expect(passage).toMatch(/^(?:before ){5,9}the \*\*word\*\*(?: after)+/);
    expect(passage.length).toBeLessThanOrEqual(244);
  });

  test('of a text without spaces has the match', () => {
    expect(passageOf(`${'.'.repeat(500)}word`, readWords('word').terms)).toContain('**word**');
  });
});
