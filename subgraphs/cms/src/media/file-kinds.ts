import { fileTypeFromBuffer } from 'file-type';

/** A type of file that is taken. */
interface FileKind {
  readonly extension: string;
  /** A browser may show it in a page; the others it is to save. */
  readonly inline: boolean;
  /** Text has no mark of its own. */
  readonly text?: true;
}

/**
 * The types that are taken, by their names of IANA. What a browser might run as a page of ours is not among them: SVG,
 * HTML, XML.
 */
const kinds: Readonly<Record<string, FileKind>> = {
  'image/png': { extension: 'png', inline: true },
  'image/jpeg': { extension: 'jpg', inline: true },
  'image/gif': { extension: 'gif', inline: true },
  'image/webp': { extension: 'webp', inline: true },
  'image/avif': { extension: 'avif', inline: true },
  'video/mp4': { extension: 'mp4', inline: true },
  'video/webm': { extension: 'webm', inline: true },
  'audio/mpeg': { extension: 'mp3', inline: true },
  'audio/ogg': { extension: 'ogg', inline: true },
  'audio/wav': { extension: 'wav', inline: true },
  'application/pdf': { extension: 'pdf', inline: false },
  'application/zip': { extension: 'zip', inline: false },
  'text/plain': { extension: 'txt', inline: false, text: true },
  'text/csv': { extension: 'csv', inline: false, text: true },
};

/** The names of the types that are taken. */
export const mimeTypes: readonly string[] = Object.keys(kinds);

/** What is known of a type; throws for one that is not taken, which nobody has been let store. */
export function kindOf(mimeType: string): FileKind {
  const kind = Object.hasOwn(kinds, mimeType) ? kinds[mimeType] : undefined;
  if (!kind) throw new TypeError(`Not a type of file that is taken: ${mimeType}`);
  return kind;
}

/**
 * Whether a file is of the type that it was said to be.
 * @param start what it begins with: 4,100 bytes, or all that there is
 */
export async function isOfType(mimeType: string, start: Uint8Array): Promise<boolean> {
  const found = await fileTypeFromBuffer(start);
  // Its parameters are of no interest: `audio/ogg; codecs=opus`.
  if (!kindOf(mimeType).text) return found?.mime.split(';')[0] === mimeType;
  return found === undefined && isText(start);
}

/** UTF-8 without what no text has, and no markup: a browser that guesses would take it for a page. */
function isText(start: Uint8Array): boolean {
  try {
    // A character that the end cuts in two is no mistake.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return !/(?![\t\n\f\r])\p{Cc}/u.test(text) && !text.trimStart().startsWith('<');
  } catch {
    return false;
  }
}
