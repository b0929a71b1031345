import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions, FastifyInstance, RawServerDefault } from 'fastify';
import type { Settings } from '../settings.ts';

/** How often senders are looked at that take too long, in milliseconds. */
const checkIntervalMs = 1_000;

/** What a request may take while it arrives: its size, its time, and whose word for the sender's address is believed. */
export function receiveOptions(settings: Settings): FastifyHttpOptions<RawServerDefault> {
  const { BODY_LIMIT_BYTES, RECEIVE_TIMEOUT_MS, TRUST_PROXY } = settings;
  return {
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    http: { headersTimeout: RECEIVE_TIMEOUT_MS, connectionsCheckingInterval: checkIntervalMs },
    trustProxy: TRUST_PROXY.length > 0 ? TRUST_PROXY : false,
    clientErrorHandler: answerBroken,
  };
}

/** Answers what never became a request: too slow, headers too large, or no HTTP at all. */
function answerBroken({ code }: Error & { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, errorCode, message] = explain(code);
  const body = JSON.stringify({ errors: [{ message, extensions: { code: errorCode } }] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function explain(code: string | undefined): [status: number, errorCode: string, message: string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'DEADLINE_EXCEEDED', 'The request took too long to arrive'];
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'BAD_USER_INPUT', 'The headers must have at most 16 KB'];
    default:
      return [400, 'BAD_USER_INPUT', 'This is not HTTP'];
  }
}

/**
 * Takes bodies only as they are: a compressed one tells its size when it is too late, and the largest body that is
 * allowed needs no compression.
 */
export function refuseCompressed(server: FastifyInstance): void {
  server.addHook('onRequest', ({ headers }, reply, done) => {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') {
      done();
      return;
    }
    const message = `The body must not be compressed; its Content-Encoding is ${encoding}`;
    void reply
      .code(415)
      .headers({ 'accept-encoding': 'identity', connection: 'close' })
      .send({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
  });
}
