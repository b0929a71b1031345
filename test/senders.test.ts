import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { post } from './support/post.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway('embedded', {
    ...testEnvironment(),
    RECEIVE_TIMEOUT_MS: '500',
  });
});
afterAll(() => gateway.close());

const megabyte = 1_048_576;

/** A connection that says only what a test writes; `answer` is all that came back until the gateway ended it. */
interface RawConnection {
  readonly socket: Socket;
  readonly answer: Promise<string>;
}

async function aConnection(): Promise<RawConnection> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // The gateway hangs up on a sender that goes on; what it said before is what counts.
  socket.on('error', () => undefined);
  return { socket, answer: once(socket, 'close').then(() => text) };
}

const head = (...headers: readonly string[]): string =>
  ['POST /graphql HTTP/1.1', 'host: cdx', 'content-type: application/json', ...headers, '', ''].join('\r\n');

/** The status and the only error of a raw answer. */
function refusal(answer: string): { status: number; message: string; code: string } {
  const [top = '', body = ''] = answer.split('\r\n\r\n');
  const { errors } = JSON.parse(body) as { errors: [{ message: string; extensions: { code: string } }] };
  const [{ message, extensions }] = errors;
  return { status: Number(top.split(' ')[1]), message, code: extensions.code };
}

const tooLarge = {
  status: 413,
  message: `The body must have at most ${megabyte} bytes`,
  code: 'BAD_USER_INPUT',
};
const tooSlow = { status: 408, message: 'The request took too long to arrive', code: 'DEADLINE_EXCEEDED' };

describe('a body of ten megabytes', () => {
  test('is refused by its announced length, before any of it is sent', async () => {
    const { socket, answer } = await aConnection();
    socket.write(head(`content-length: ${10 * megabyte}`));
    expect(refusal(await answer)).toEqual(tooLarge);
  });

  test('is refused at the limit when its length is not announced', async () => {
    const { socket, answer } = await aConnection();
    socket.write(head('transfer-encoding: chunked'));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    // One chunk more than the limit, and never an end.
    for (let sent = 0; sent <= megabyte; sent += 0x10000) socket.write(chunk);
    expect(refusal(await answer)).toEqual(tooLarge);
  });

  test('just below the limit is read', async () => {
    const query = `{ me { id } }`;
    const padding = ' '.repeat(megabyte - JSON.stringify({ query }).length);
    const { status } = await post(gateway, `${padding}${JSON.stringify({ query })}`);
    expect(status).toBe(200);
  });
});

describe('a slow sender', () => {
  const dribble = (socket: Socket, text: string): NodeJS.Timeout =>
    setInterval(() => socket.write(text), 100);

  test.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nhost: cdx\r\n', 'x-more: x\r\n'],
    ['a body', head('content-length: 1000'), ' '],
    ['a body in chunks', head('transfer-encoding: chunked'), '1\r\n \r\n'],
  ])('that dribbles %s is cut off', async (_, beginning, more) => {
    const { socket, answer } = await aConnection();
    socket.write(beginning);
    const timer = dribble(socket, more);
    expect(refusal(await answer)).toEqual(tooSlow);
    clearInterval(timer);
  });

  test('does not keep others from being answered', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, aConnection));
    for (const { socket } of slow) socket.write(head('content-length: 1000'));
    expect((await ask(gateway, '{ me { id } }')).data).toEqual({ me: null });
    const answers = await Promise.all(slow.map(({ answer }) => answer));
    expect(answers.map(refusal)).toEqual(slow.map(() => tooSlow));
  });
});

describe('a compressed body', () => {
  test('is refused before it is unpacked, and so is one that would be a thousand times as large', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * megabyte, ' '));
    expect(bomb.length).toBeLessThan(megabyte);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(gateway, bomb, { 'content-encoding': 'gzip' })),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(415);
      expect(body.errors?.[0]?.message).toContain('must not be compressed');
      expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * megabyte);
  });

  test.each(['br', 'deflate', 'zstd', 'gzip, gzip'])('is refused in any encoding: %s', async (encoding) => {
    const answer = await post(gateway, { query: '{ me { id } }' }, { 'content-encoding': encoding });
    expect(answer.status).toBe(415);
  });
});

describe('what is not a request', () => {
  test('is answered in the shape of any other error', async () => {
    const { socket, answer } = await aConnection();
    socket.write('hello\r\n\r\n');
    expect(refusal(await answer)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('for the size of its headers is refused', async () => {
    const { socket, answer } = await aConnection();
    socket.write(head(`x-long: ${'x'.repeat(20_000)}`));
    expect(refusal(await answer)).toMatchObject({ status: 431, code: 'BAD_USER_INPUT' });
  });
});
