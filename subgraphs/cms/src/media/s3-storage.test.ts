import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { aCmsSubgraph, aUser } from '../testing.ts';
import { settingsSchema } from '../settings.ts';
import { makeStorage } from './make-storage.ts';
import { s3Storage, type Bucket } from './s3-storage.ts';
import { aStore, type TestStore } from './s3-testing.ts';
import type { MediaStorage } from './storage.ts';
import { aFile, png } from './testing.ts';

let store: TestStore;
let storage: MediaStorage;
beforeAll(async () => {
  store = await aStore();
  storage = s3Storage(store.bucket);
});
afterAll(() => store.close());
afterEach(() => {
  store.fail(null);
  store.log.length = 0;
});

const aKey = (): string => `${newId()}/2026/11/${newId()}.png`;

// eslint-disable-next-line @typescript-eslint/require-await -- as a stream comes
async function* content(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield* content('half');
  throw new Error('the sender has gone');
}

/** What is asked of a file besides being put. */
const otherWays: readonly ((key: string) => Promise<unknown>)[] = [
  (key) => storage.get(key),
  (key) => storage.head(key),
  (key) => storage.delete(key),
];

const stored = async (key: string): Promise<string | null> => {
  const file = await storage.get(key);
  return file && text(file);
};

describe('a file in a bucket', () => {
  test('is what was put, until something else is put or it is deleted', async () => {
    const key = aKey();
    expect([await storage.head(key), await stored(key)]).toEqual([null, null]);
    await storage.put(key, content('one ', 'and two'), 11);
    expect(store.objects.get(`/media/${key}`)?.toString()).toBe('one and two');
    expect(await stored(key)).toBe('one and two');
    await storage.put(key, content('x'.repeat(10_000)), 10_000);
    const head = await storage.head(key);
    expect([head?.size, head?.start.length]).toEqual([10_000, 4_100]);
    await storage.delete(key);
    await storage.delete(key);
    expect([await storage.head(key), await stored(key)]).toEqual([null, null]);
  });

  test('may be empty', async () => {
    const key = aKey();
    await storage.put(key, content(), 0);
    expect(await storage.head(key)).toEqual({ size: 0, start: new Uint8Array() });
    expect(await stored(key)).toBe('');
  });

  test('that breaks off leaves what was there, and is told by the sender’s own error', async () => {
    const key = aKey();
    await storage.put(key, content('whole'), 5);
    await expect(storage.put(key, broken(), 8)).rejects.toThrow('the sender has gone');
    expect(await stored(key)).toBe('whole');
  });

  test.each(['../x.png', `${newId()}/2026/11/../../../x.png`, '?list-type=2', ''])(
    'is not reached by %j, and the store is not asked',
    async (key) => {
      await expect(storage.put(key, content('x'), 1)).rejects.toThrow('Not a key of a file');
      for (const ask of otherWays) await expect(ask(key)).rejects.toThrow('Not a key of a file');
      expect(store.log).toEqual([]);
    },
  );
});

describe('a store', () => {
  test.each([
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
    [503, 'SlowDown'],
    [307, 'TemporaryRedirect'],
  ])('that answers %i %s is no store without the file', async (status, code) => {
    store.fail([status, code]);
    const words = `The store of media files has answered ${status} (${code})`;
    const key = aKey();
    await expect(storage.put(key, content('x'), 1)).rejects.toThrow(words);
    for (const ask of otherWays) await expect(ask(key)).rejects.toThrow(words);
  });

  test.each<[string, Partial<Bucket>]>([
    ['secret', { secretAccessKey: 'another' }],
    ['key', { accessKeyId: 'AKIDOTHER' }],
    ['region', { region: 'us-east-1' }],
  ])('refuses what is signed with another %s', async (_, other) => {
    const stranger = s3Storage({ ...store.bucket, ...other });
    const refusal = await stranger.head(aKey()).catch((error: unknown) => String(error));
    expect(refusal).toContain('403 (SignatureDoesNotMatch)');
    expect(refusal).not.toContain('inner words');
  });
});

describe('the cms with a bucket', () => {
  const settingsOf = ({ endpoint, name, region, accessKeyId, secretAccessKey }: Bucket) => ({
    ...{ CMS_MEDIA_S3_ENDPOINT: `${endpoint}/`, CMS_MEDIA_S3_BUCKET: name, CMS_MEDIA_S3_REGION: region },
    ...{ CMS_MEDIA_S3_ACCESS_KEY_ID: accessKeyId, CMS_MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey },
  });
  let subgraph: Subgraph;
  beforeAll(async () => {
    subgraph = await aCmsSubgraph({ ...settingsOf(store.bucket), CMS_MEDIA_PORT: '0' });
  });
  afterAll(() => subgraph.close());

  test('keeps there what is sent, and serves it from there', async () => {
    const before = store.objects.size;
    const { url } = await aFile(subgraph, aUser());
    expect(store.objects.size).toBe(before + 1);
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
  });

  test('does not start without the key', () => {
    const { CMS_MEDIA_S3_SECRET_ACCESS_KEY: secret, ...settings } = settingsOf(store.bucket);
    expect(secret).not.toBe('');
    const parsed = settingsSchema.parse({ CMS_DATABASE_URL: 'postgres://localhost/cms', ...settings });
    expect(() => makeStorage(parsed)).toThrow('CMS_MEDIA_S3_SECRET_ACCESS_KEY are needed');
  });
});
