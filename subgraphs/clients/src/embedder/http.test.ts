import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddingDimensions, httpEmbedder, type HttpEmbedderOptions } from './index.ts';

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
}

let asked: Asked[] = [];
let answer: (response: ServerResponse) => void = () => undefined;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  return text;
}

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const { method, url: path, headers } = request;
    const type = headers['content-type'];
    asked.push({ method, path, authorization: headers.authorization, type, body: JSON.parse(body) });
    answer(response);
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const aVector = (value: number, length = embeddingDimensions): number[] =>
  Array.from({ length }, () => value);

function answerWith(status: number, body: unknown): void {
  asked = [];
  answer = (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function embedder(options: Partial<HttpEmbedderOptions> = {}) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return httpEmbedder({ url, apiKey: 'secret', model: 'a-model', timeoutMs: 5_000, ...options });
}

/** The error that a call ends with, as a caller gets it. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return JSON.parse(JSON.stringify(error));
}

const unavailable = {
  message: 'The embedding service does not answer',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
};

describe('the HTTP embedder', () => {
  test('asks for the vectors of all texts in one request', async () => {
    answerWith(200, { data: [0, 1].map((index) => ({ index, embedding: aVector(index) })) });
    await embedder().embed(['one', 'two']);
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/v1/embeddings',
        authorization: 'Bearer secret',
        type: 'application/json',
        body: {
          model: 'a-model',
          input: ['one', 'two'],
          dimensions: embeddingDimensions,
          encoding_format: 'float',
        },
      },
    ]);
  });

  test('minds no slash at the end of the address, and sends no key that it has not', async () => {
    answerWith(200, { data: [{ index: 0, embedding: aVector(1) }] });
    const { port } = server.address() as AddressInfo;
    await embedder({ url: `http://127.0.0.1:${port}/v1/`, apiKey: undefined }).embed(['one']);
    expect(asked[0]).toMatchObject({ path: '/v1/embeddings' });
    expect(asked[0]?.authorization).toBeUndefined();
  });

  test('gives the vectors in the order of the texts, whatever order they come in', async () => {
    answerWith(200, {
      object: 'list',
      data: [2, 0, 1].map((index) => ({ index, embedding: aVector(index) })),
    });
    expect(await embedder().embed(['a', 'b', 'c'])).toEqual([aVector(0), aVector(1), aVector(2)]);
  });

  test.each<[string, number, unknown]>([
    ['a fault of its own', 500, { error: 'internal secrets' }],
    ['a refusal of the key', 401, { error: 'internal secrets' }],
    ['a vector of another length', 200, { data: [{ index: 0, embedding: aVector(1, 3) }] }],
    ['too few vectors', 200, { data: [] }],
    ['another form', 200, { secrets: 'internal secrets' }],
    ['one vector twice', 200, { data: [0, 0].map((index) => ({ index, embedding: aVector(1) })) }],
    ['a place that no text has', 200, { data: [{ index: 7, embedding: aVector(1) }] }],
  ])('says the service does not answer when it answers with %s', async (_, status, body) => {
    answerWith(status, body);
    const texts = (body as { data?: unknown[] }).data?.length === 2 ? ['one', 'two'] : ['one'];
    expect(await refusal(embedder().embed(texts))).toEqual(unavailable);
  });

  test('says so when the answer is no JSON', async () => {
    answer = (response) => response.writeHead(200).end('<html>internal secrets</html>');
    expect(await refusal(embedder().embed(['one']))).toEqual(unavailable);
  });

  test('says so when nobody listens', async () => {
    expect(await refusal(embedder({ url: 'http://127.0.0.1:1/v1' }).embed(['one']))).toEqual(unavailable);
  });

  test('gives up at its time limit', async () => {
    answer = () => undefined;
    expect(await refusal(embedder({ timeoutMs: 100 }).embed(['one']))).toEqual(unavailable);
  });

  test('gives up at its time limit in the middle of an answer', async () => {
    answer = (response) => response.writeHead(200).write('{"data": [');
    expect(await refusal(embedder({ timeoutMs: 100 }).embed(['one']))).toEqual(unavailable);
  });

  test('stops when the caller has gone', async () => {
    const caller = new AbortController();
    answer = () => caller.abort();
    expect(await refusal(embedder().embed(['one'], caller.signal))).toEqual(unavailable);
  });
});
