import { randomBytes } from 'node:crypto';

/** What stands for a text while it is written: nobody outside this process can have it in a value. */
const mark = `json-text-${randomBytes(16).toString('hex')}-`;

/** The texts of the value that is being written; writing is never interrupted. */
let written: string[] | undefined;

/**
 * JSON as a database has written it, on its way to an answer without anybody looking inside. `writeJson` copies it;
 * for everybody else it becomes its value as it is turned into JSON.
 */
export class JsonText {
  readonly #text: string;

  /** @param text valid JSON: nobody checks it on its way */
  constructor(text: string) {
    this.#text = text;
  }

  /** The value, parsed anew each time. */
  get value(): unknown {
    return JSON.parse(this.#text) as unknown;
  }

  toJSON(): unknown {
    return written ? `${mark}${written.push(this.#text) - 1}` : this.value;
  }
}

/** A value as `JSON.stringify` writes it, with each JSON text in it as it is. */
export function writeJson(value: object): string {
  const texts: string[] = [];
  written = texts;
  try {
    const text = JSON.stringify(value);
    return texts.length === 0 ? text : filled(text, texts);
  } finally {
    written = undefined;
  }
}

/** What has been written, with the texts in the places of their marks. */
function filled(text: string, texts: readonly string[]): string {
  const [first = '', ...parts] = text.split(`"${mark}`);
  return parts.reduce((whole, part) => {
    const end = part.indexOf('"');
    return whole + (texts[Number(part.slice(0, end))] ?? 'null') + part.slice(end + 1);
  }, first);
}
