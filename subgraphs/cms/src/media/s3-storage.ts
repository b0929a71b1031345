import { Readable } from 'node:stream';
import { AwsClient } from 'aws4fetch';
import { checkKey, startBytes, type MediaStorage } from './storage.ts';

/** A bucket of S3, or of what speaks its protocol. */
export interface Bucket {
  /** What its URL begins with: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly name: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How long the store may take where no file goes over the line, in milliseconds. */
const patienceMs = 30_000;

/**
 * Keeps files in a bucket, whose URL has the bucket's name in its path. Requests are signed (SigV4); the content is not,
 * so that it can go as it comes: outside of a trusted network the endpoint is one of https.
 */
export function s3Storage({ endpoint, name, region, accessKeyId, secretAccessKey }: Bucket): MediaStorage {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const ask = async (key: string, init: RequestInit): Promise<Response> => {
    checkKey(key);
    // Nothing is signed for wherever a redirection leads.
    const request = await client.sign(`${endpoint}/${name}/${key}`, { ...init, redirect: 'manual' });
    return fetch(request);
  };
  return {
    put: (key, content, size) =>
      sent(content, (body) =>
        // A store takes no file of unknown size; one that breaks off before it has come whole is not stored.
        ask(key, { method: 'PUT', headers: { 'content-length': String(size) }, body, duplex: 'half' }),
      ),
    async head(key) {
      const headers = { range: `bytes=0-${startBytes - 1}` };
      const response = await ask(key, { headers, signal: AbortSignal.timeout(patienceMs) });
      const size = Number(response.headers.get('content-range')?.split('/')[1]);
      // Of an empty file there is no range.
      if (response.status === 416 && size === 0) return ended(response, { size, start: new Uint8Array() });
      if (!(await isThere(response))) return null;
      const start = new Uint8Array(await response.arrayBuffer());
      // A store without ranges answers with the whole.
      return { size: Number.isNaN(size) ? start.length : size, start: start.subarray(0, startBytes) };
    },
    async get(key) {
      const response = await ask(key, {});
      if (!(await isThere(response)) || !response.body) return null;
      return Readable.fromWeb(response.body);
    },
    async delete(key) {
      const response = await ask(key, { method: 'DELETE', signal: AbortSignal.timeout(patienceMs) });
      if (await isThere(response)) await response.body?.cancel();
    },
  };
}

/** Sends what comes. @throws what broke it off, where that was the sender and not the store */
async function sent(
  content: AsyncIterable<Uint8Array>,
  send: (body: ReadableStream<Uint8Array>) => Promise<Response>,
): Promise<void> {
  let broken: unknown;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      broken = error;
      throw error;
    }
  };
  const response = await send(ReadableStream.from(watched())).catch((error: unknown) => {
    throw broken ?? error;
  });
  if (!response.ok) throw refusal(response, await response.text());
  await response.body?.cancel();
}

/**
 * Whether a file is there.
 * @throws Error when the store answers with something else than the file or that there is none
 */
async function isThere(response: Response): Promise<boolean> {
  if (response.ok) return true;
  const words = await response.text();
  // A bucket that is not there is no file that is not there.
  if (response.status === 404 && !words.includes('<Code>NoSuchBucket</Code>')) return false;
  throw refusal(response, words);
}

/** The store's own code is told, such as `AccessDenied`; its other words may have the request in them. */
function refusal({ status }: Response, words: string): Error {
  const [, code = 'without a code'] = /<Code>(\w+)<\/Code>/.exec(words) ?? [];
  return new Error(`The store of media files has answered ${status} (${code})`);
}

async function ended<Result>(response: Response, result: Result): Promise<Result> {
  await response.body?.cancel();
  return result;
}
