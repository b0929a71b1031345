import { describe, expect, test } from '@jest/globals';
import { isOfType, kindOf, mimeTypes } from './file-kinds.ts';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** What files of the types begin with, by their own specifications. */
const samples: Readonly<Record<string, Uint8Array>> = {
  'image/png': bytes(
    [0x89],
    'PNG\r\n',
    [0x1a, 0x0a, 0, 0, 0, 13],
    'IHDR',
    [0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    'IDAT',
  ),
  'image/jpeg': bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF', [0, 1, 1]),
  'image/gif': bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0]),
  'image/webp': bytes('RIFF', [36, 0, 0, 0], 'WEBPVP8 '),
  'image/avif': bytes([0, 0, 0, 28], 'ftypavif', [0, 0, 0, 0], 'avifmif1miaf'),
  'video/mp4': bytes([0, 0, 0, 24], 'ftypisom', [0, 0, 2, 0], 'isommp41'),
  'video/webm': bytes([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84], 'webm', [0x42, 0x87, 0x81, 4]),
  'audio/mpeg': bytes([0xff, 0xfb, 0x90, 0x64], Array(64).fill(0) as number[]),
  'audio/ogg': bytes('OggS', [0, 2], Array(20).fill(0) as number[], [1, 30, 1], 'vorbis', [0, 0, 0, 0, 2]),
  'audio/wav': bytes('RIFF', [36, 0, 0, 0], 'WAVEfmt '),
  'application/pdf': bytes('%PDF-1.7\n', Array(64).fill(32) as number[]),
  'application/zip': bytes('PK', [3, 4, 20, 0, 0, 0, 0, 0], Array(16).fill(0) as number[], [1, 0, 0, 0], 'a'),
  'text/plain': utf8('Hello, Zürich!\n'),
  'text/csv': utf8('a;b\r\n1;2\r\n'),
};

test('there is a sample of each type that is taken', () => {
  expect(Object.keys(samples).sort()).toEqual([...mimeTypes].sort());
});

describe.each(Object.entries(samples))('a file of %s', (type, sample) => {
  test('is one, and none of another kind', async () => {
    const taken = await Promise.all(mimeTypes.map(async (other) => [other, await isOfType(other, sample)]));
    const same = kindOf(type).text ? ['text/plain', 'text/csv'] : [type];
    expect(taken.filter(([, is]) => is).map(([name]) => name)).toEqual(same);
  });
});

describe('a text', () => {
  test.each([
    ['a page', utf8('<!doctype html><script>alert(1)</script>')],
    ['a page after spaces', utf8(' \n\t<html>')],
    ['an SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['an XML', utf8('<?xml version="1.0"?><svg/>')],
    ['bytes that are no UTF-8', bytes([0xff, 0xfe, 0x41])],
    ['a text with a zero', utf8('a\0b')],
    ['an image', samples['image/png'] ?? bytes()],
  ])('is not %s', async (_, start) => {
    expect(await isOfType('text/plain', start)).toBe(false);
  });

  test('may be cut in the middle of a character', async () => {
    expect(await isOfType('text/plain', utf8('Zürich').subarray(0, 2))).toBe(true);
  });
});

test.each(['image/svg+xml', 'text/html', 'application/xml', 'constructor', ''])(
  '%s is no type that is taken',
  (type) => {
    expect(mimeTypes).not.toContain(type);
    expect(() => kindOf(type)).toThrow('Not a type of file that is taken');
  },
);
