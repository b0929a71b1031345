import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { folderStorage, type MediaStorage } from './storage.ts';

let folder: string;
let storage: MediaStorage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-storage-'));
  storage = folderStorage(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const aKey = (): string => `${newId()}/2026/11/${newId()}.png`;

// eslint-disable-next-line @typescript-eslint/require-await -- as a stream comes
async function* content(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield* content('half');
  throw new Error('the sender has gone');
}

const stored = async (key: string): Promise<string | null> => {
  const file = await storage.get(key);
  return file && text(file);
};

test('a file is what was put, until something else is put or it is deleted', async () => {
  const key = aKey();
  expect([await storage.head(key), await stored(key)]).toEqual([null, null]);
  await storage.put(key, content('one ', 'and two'), 11);
  expect(await stored(key)).toBe('one and two');
  await storage.put(key, content('x'.repeat(10_000)), 10_000);
  const head = await storage.head(key);
  expect([head?.size, head?.start.length]).toEqual([10_000, 4_100]);
  await storage.delete(key);
  await storage.delete(key);
  expect([await storage.head(key), await stored(key)]).toEqual([null, null]);
});

test('what breaks off leaves what was there, and nothing of its own', async () => {
  const key = aKey();
  await storage.put(key, content('whole'), 5);
  await expect(storage.put(key, broken(), 8)).rejects.toThrow('the sender has gone');
  expect(await stored(key)).toBe('whole');
  const other = aKey();
  await expect(storage.put(other, broken(), 8)).rejects.toThrow('the sender has gone');
  expect(await storage.head(other)).toBeNull();
  const files = await readdir(folder, { recursive: true });
  expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('who reads a file while it is put anew reads one of both', async () => {
  const key = aKey();
  await storage.put(key, content('a'.repeat(100_000)), 100_000);
  const [before] = await Promise.all([stored(key), storage.put(key, content('b'.repeat(100_000)), 100_000)]);
  expect(new Set(before)).toHaveProperty('size', 1);
  expect(before).toHaveLength(100_000);
});

test.each(['../x.png', '/etc/passwd', `${newId()}/2026/11/../../../x.png`, `${newId()}/2026/11/a\0.png`, ''])(
  'nothing is reached by %j, which is no key of ours',
  async (key) => {
    await expect(storage.put(key, content('x'), 1)).rejects.toThrow('Not a key of a file');
    await expect(storage.get(key)).rejects.toThrow('Not a key of a file');
    await expect(storage.head(key)).rejects.toThrow('Not a key of a file');
    expect(() => storage.delete(key)).toThrow('Not a key of a file');
  },
);
