/** Some words that stand beside each other, and whether they are to be there or not. */
export interface Term {
  readonly words: readonly string[];
  readonly wanted: boolean;
}

/** What a text searches for: all terms of one of the alternatives. */
export interface Words {
  readonly alternatives: readonly (readonly Term[])[];
  /** The terms of all alternatives that are wanted. */
  readonly terms: readonly Term[];
}

/** As many terms of a text are looked for: each is compared with every row, and a text has room for hundreds. */
const mostTerms = 20;

/**
 * Reads a text as search engines do and as `websearch_to_tsquery` of Postgres: `ann "exact words" or bob -without`. What
 * is written together (`ann@acme.example`) is found as it stands. An alternative of nothing but what is not wanted is none.
 */
export function readWords(text: string): Words {
  let terms: Term[] = [];
  const alternatives = [terms];
  for (const [, minus = '', quoted, plain = ''] of text.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/gu)) {
    if (quoted === undefined && minus === '' && plain.toLowerCase() === 'or') {
      terms = [];
      alternatives.push(terms);
      continue;
    }
    if (alternatives.flat().length === mostTerms) break;
    const words = (quoted ?? plain).toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu);
    if (words) terms.push({ words, wanted: minus === '' });
  }
  const possible = alternatives.filter((some) => some.some(({ wanted }) => wanted));
  return { alternatives: possible, terms: possible.flat().filter(({ wanted }) => wanted) };
}

/**
 * The regular expression of a term, as MariaDB (PCRE) and MySQL (ICU) read it alike. Words are letters and digits, so
 * nothing of them means anything else there.
 */
export function columnPattern({ words }: Term): string {
  return `(^|[^[:alnum:]])${words.join('[^[:alnum:]]+')}([^[:alnum:]]|$)`;
}

/** The most characters of a passage, and of them those before its first match. */
const [longest, before] = [240, 60];

/** The part of a text where the terms are first found, the words of terms between `**`. */
export function passageOf(text: string, terms: readonly Term[]): string {
  const [between, edge] = ['[^\\p{L}\\p{N}\\p{M}]+', '[\\p{L}\\p{N}\\p{M}]'];
  const anyTerm = terms.map(({ words }) => words.join(between)).join('|');
  const pattern = new RegExp(`(?<!${edge})(?:${anyTerm})(?!${edge})`, 'giu');
  const first = text.search(pattern);
  const space = text.indexOf(' ', first - before);
  const near = space >= 0 && space < first ? space + 1 : first - before;
  const start = first > before ? near : 0;
  return text
    .slice(start, start + longest)
    .replace(pattern, '**$&**')
    .trim();
}
