import { parse, stringify, v7, validate } from 'uuid';

/** A new time-ordered id (UUID v7, RFC 9562), as canonical text. */
export function newId(): string {
  return v7();
}

/** Whether a text is a UUID in its canonical form of 36 characters. */
export function isUuid(text: string): boolean {
  return validate(text);
}

/** The 16 bytes that MySQL stores for an id. Throws a TypeError unless the text is a UUID. */
export function uuidToBytes(id: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parse(id));
}

/** The canonical text of an id that MySQL stored as 16 bytes. */
export function bytesToUuid(bytes: Uint8Array): string {
  return stringify(bytes);
}
