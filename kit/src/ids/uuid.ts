import { parse, stringify, v5, v7, validate } from 'uuid';

/** The name space (RFC 9562, version 5) of ids that follow from names. */
const namespace = '7f1f4d0a-6b6c-5f0e-9a53-0c4b8f0f6c11';

/** A new time-ordered id (UUID v7, RFC 9562), as canonical text. */
export function newId(): string {
  return v7();
}

/** The id that follows from names (UUID v5): the same names have the same id. */
export function idOf(...names: readonly (string | null)[]): string {
  return v5(JSON.stringify(names), namespace);
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
