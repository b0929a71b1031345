import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bucket } from './s3-storage.ts';

/** A store with the protocol of S3, as much of it as files need. */
export interface TestStore {
  readonly bucket: Bucket;
  /** The objects, by the paths of their URLs. */
  readonly objects: Map<string, Buffer>;
  /** What it has been asked, with what it has answered: `PUT 200`. */
  readonly log: string[];
  /** Answers everything from now on so; null for what it is. */
  fail(answer: readonly [status: number, code: string] | null): void;
  close(): Promise<void>;
}

/** Starts a store with one bucket, which checks the signature of every request and keeps objects in memory. */
export async function aStore(): Promise<TestStore> {
  const key = {
    name: 'media',
    region: 'eu-test-1',
    accessKeyId: 'AKIDTEST',
    secretAccessKey: 'a/secret+key',
  };
  const objects = new Map<string, Buffer>();
  const log: string[] = [];
  let failure: readonly [number, string] | null = null;
  const server = createServer((request, response) => {
    response.once('finish', () => log.push(`${request.method} ${response.statusCode}`));
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const isOfBucket = path.startsWith(`/${key.name}/`);
    const refusal = failure ?? (isOfBucket ? null : ([404, 'NoSuchBucket'] as const));
    if (!isSigned(request, key)) {
      refuse(response, 403, 'SignatureDoesNotMatch');
      return;
    }
    if (refusal) {
      refuse(response, ...refusal);
      return;
    }
    if (request.method === 'PUT') return store(request, response, objects);
    if (request.method === 'DELETE') {
      objects.delete(path);
      response.writeHead(204).end();
      return;
    }
    read(request, response, objects.get(path));
  }
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    bucket: { ...key, endpoint: `http://127.0.0.1:${port}` },
    objects,
    log,
    fail: (next) => (failure = next),
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const words = `<Error><Code>${code}</Code><StringToSign>inner words</StringToSign></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' }).end(words);
}

/** An object is there once it has come whole, by the size that was said before. */
async function store(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Buffer>,
): Promise<void> {
  const { 'content-length': length } = request.headers;
  if (length === undefined) {
    refuse(response, 411, 'MissingContentLength');
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const content = Buffer.concat(parts);
  if (content.length !== Number(length)) {
    refuse(response, 400, 'IncompleteBody');
    return;
  }
  objects.set(request.url ?? '', content);
  response.writeHead(200).end();
}

function read(request: IncomingMessage, response: ServerResponse, content: Buffer | undefined): void {
  if (!content) {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return;
  }
  const part = content.subarray(Number(range[1]), Number(range[2]) + 1);
  if (part.length === 0) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const place = `bytes ${range[1]}-${part.length - 1}/${content.length}`;
  response.writeHead(206, { 'content-range': place, 'content-length': part.length }).end(part);
}

type Key = Pick<Bucket, 'region' | 'accessKeyId' | 'secretAccessKey'>;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Whether a request is signed by a key, within a quarter of an hour: AWS Signature Version 4, written from its
 * description (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
function isSigned({ method, url = '', headers }: IncomingMessage, key: Key): boolean {
  const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, credential, names = '', signature] = form.exec(headers.authorization ?? '') ?? [];
  const time = String(headers['x-amz-date']);
  const scope = [time.slice(0, 8), key.region, 's3', 'aws4_request'];
  if (credential !== [key.accessKeyId, ...scope].join('/')) return false;
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 900_000)) return false;
  const signed = names.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signed.includes(name))) return false;
  const [path = '', search = ''] = url.split('?');
  const canonical = [
    ...[method, path, search],
    ...signed.map((name) => `${name}:${String(headers[name]).trim()}`),
    ...['', names, headers['x-amz-content-sha256']],
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  return (
    hmac(signingKey, ['AWS4-HMAC-SHA256', time, scope.join('/'), hash].join('\n')).toString('hex') ===
    signature
  );
}
