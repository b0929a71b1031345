import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a stored file begins with, and its size in bytes. */
export interface StoredHead {
  readonly size: number;
  readonly start: Uint8Array;
}

/** Where the bytes of files are, by keys: `put`, `head`, `get` and `delete` as object stores have them. */
export interface MediaStorage {
  /**
   * Stores what comes, in place of what was there. Where it breaks off, nothing is changed, and it rejects.
   * @param size how many bytes will come
   */
  put(key: string, content: AsyncIterable<Uint8Array>, size: number): Promise<void>;
  /** Null when there is no such file. */
  head(key: string): Promise<StoredHead | null>;
  /** Null when there is no such file. */
  get(key: string): Promise<Readable | null>;
  /** Resolves too when there was none. */
  delete(key: string): Promise<void>;
}

/** As many bytes as kinds of files are told apart by. */
export const startBytes = 4_100;

/** The form of our own keys: nothing in it leads out of a folder. */
const keyForm = /^[0-9a-f-]{36}\/\d{4}\/\d{2}\/[0-9a-f-]{36}\.[a-z0-9]{1,5}$/;

/** @throws TypeError for what is no key of ours: a mistake of ours, found before anything is asked */
export function checkKey(key: string): void {
  if (!keyForm.test(key)) throw new TypeError(`Not a key of a file: ${key}`);
}

/** Keeps files in a folder, which all processes of the subgraph see. It is made when the first file comes. */
export function folderStorage(folder: string): MediaStorage {
  const pathOf = (key: string): string => {
    checkKey(key);
    return join(folder, key);
  };
  return {
    async put(key, content) {
      const path = pathOf(key);
      const part = `${path}.${randomUUID()}.part`;
      await mkdir(dirname(path), { recursive: true });
      // Opened before the content is asked for: a stream that opens by itself may still make the file after it was removed.
      const file = await open(part, 'wx');
      try {
        await pipeline(content, file.createWriteStream());
        // Whoever reads meanwhile has the former file or the new one, and no half of either.
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    async head(key) {
      const file = await orNull(open(pathOf(key)));
      if (!file) return null;
      try {
        const { size } = await file.stat();
        const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
        return { size, start: buffer.subarray(0, bytesRead) };
      } finally {
        await file.close();
      }
    },
    async get(key) {
      const file = await orNull(open(pathOf(key)));
      return file && createReadStream('', { fd: file });
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
}

async function orNull<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
