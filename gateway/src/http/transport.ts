import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Http2SecureServer, Http2Server, Http2ServerRequest, Http2Session } from 'node:http2';
import { drainConnections, graphqlError, SettingsError, type Logger } from '@cdx/kit';
import Fastify, {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify';
import type { Settings } from '../settings.ts';
import { certificateFiles, followCertificate, type CertificateFiles } from './certificate.ts';
import { receiveOptions } from './receive.ts';

type Options = FastifyHttpOptions<RawServerDefault>;

/** How long a connection may be idle, in milliseconds. */
const idleMs = 75_000;

/** What one HTTP/2 connection may have under way at once; by default there is no limit. */
const http2Settings = { settings: { maxConcurrentStreams: 100 } };

/**
 * Makes the server for what the settings say is spoken: HTTP/1.1; with `H2C`, HTTP/2 without TLS; with a certificate,
 * both by TLS, as the client asks for (ALPN). Whatever it is, routes and hooks see the same.
 * @throws SettingsError when the settings exclude each other
 */
export async function makeTransport(
  settings: Settings,
  options: Options,
  log: Logger,
): Promise<FastifyInstance> {
  const files = certificateFiles(settings);
  if (files && settings.H2C)
    throw new SettingsError('H2C is HTTP/2 without TLS: give no TLS_CERT_FILE with it');
  const common = { ...receiveOptions(settings), ...options };
  if (files) return secureServer(common, settings, files, log);
  if (!settings.H2C) {
    const server = Fastify({ ...common, keepAliveTimeout: idleMs });
    drainConnections(server);
    return server;
  }
  const server = asUsual(
    Fastify({
      ...common,
      http2: true,
      http: http2Settings,
      http2SessionTimeout: idleMs,
    } as never),
  );
  limitReceiving(server, settings.RECEIVE_TIMEOUT_MS);
  endSessions(server);
  return server;
}

async function secureServer(
  options: Options,
  { RECEIVE_TIMEOUT_MS: timeoutMs }: Settings,
  files: CertificateFiles,
  log: Logger,
): Promise<FastifyInstance> {
  const https = { ...http2Settings, allowHTTP1: true, handshakeTimeout: timeoutMs };
  const server = asUsual(Fastify({ ...options, http2: true, https, http2SessionTimeout: idleMs } as never));
  const raw = server.server as unknown as Http2SecureServer;
  // What Node gives the HTTP/1.1 of such a server it takes from here.
  Object.assign(raw, {
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: options.http?.connectionsCheckingInterval,
  });
  limitReceiving(server, timeoutMs);
  endSessions(server);
  drainConnections(server, 'secureConnection');
  // Who speaks no TLS is hung up on: left open, as Fastify leaves it, the connection would hold the close.
  raw.removeAllListeners('tlsClientError');
  raw.on('tlsClientError', (_: Error, socket: TLSSocket) => socket.destroy());
  const unfollow = await followCertificate(raw, files, log);
  server.addHook('onClose', (_, done) => {
    unfollow();
    done();
  });
  return server;
}

/** Of what only the types tell apart: requests of HTTP/2 have all that requests of HTTP/1.1 have. */
function asUsual(server: unknown): FastifyInstance {
  return server as FastifyInstance;
}

/**
 * Gives HTTP/2 requests the limits that Node gives those of HTTP/1.1: one that takes too long to arrive is refused, and
 * of one that is answered before it has arrived no more is taken.
 */
function limitReceiving(server: FastifyInstance, timeoutMs: number): void {
  server.addHook('onRequest', ({ raw }, reply, done) => {
    if (isHttp2(raw) && !raw.stream.endAfterHeaders) {
      // The response counts as finished when the stream is, which a client could put off for ever.
      raw.stream.once('finish', () => raw.complete || raw.stream.close());
      void refuseIfSlow(raw, reply, timeoutMs);
    }
    done();
  });
  server.addHook('onSend', ({ raw }, reply, _, done) => {
    // Of HTTP/1.1 alone: Node drops it here, and warns.
    if (isHttp2(raw)) reply.removeHeader('connection');
    done();
  });
}

/**
 * Ends HTTP/2 connections when the server closes, each when it has answered what is under way: a client may hold an idle
 * one for as long as it likes, and the close would wait for it.
 */
function endSessions(server: FastifyInstance): void {
  const sessions = new Set<Http2Session>();
  const raw = server.server as unknown as Http2Server;
  raw.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.addHook('preClose', (done) => {
    for (const session of sessions) session.close();
    done();
  });
}

async function refuseIfSlow(
  request: Http2ServerRequest,
  reply: FastifyReply,
  timeoutMs: number,
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    await once(request, 'end', { signal: timeout });
  } catch {
    // The client has left, or the body has been refused.
    if (!timeout.aborted || reply.sent) return;
    await reply.code(408).send(graphqlError('DEADLINE_EXCEEDED', 'The request took too long to arrive'));
  }
}

function isHttp2(request: unknown): request is Http2ServerRequest {
  return (request as IncomingMessage).httpVersionMajor === 2;
}
