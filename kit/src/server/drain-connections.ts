import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';

/**
 * Drains the HTTP/1.1 connections of a server when it closes: each ends with the answer that is under way on it, an idle
 * one at once. Node itself waits for those on which nothing has been asked yet, and for those that an answer left open.
 * @param opened the event by which the server tells of a connection: `secureConnection` of TLS
 */
export function drainConnections(
  server: FastifyInstance,
  opened: 'connection' | 'secureConnection' = 'connection',
): void {
  const open = new Set<Socket>();
  const busy = new WeakSet<Socket>();
  let isClosing = false;
  server.server.on(opened, (socket: Socket & Partial<Pick<TLSSocket, 'alpnProtocol'>>) => {
    if (socket.alpnProtocol === 'h2') return;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.addHook('onRequest', ({ raw, socket }, reply, done) => {
    if (raw.httpVersionMajor === 1) {
      busy.add(socket);
      reply.raw.once('close', () => {
        busy.delete(socket);
        if (isClosing) socket.destroySoon();
      });
    }
    done();
  });
  server.addHook('onSend', ({ raw }, reply, _, done) => {
    // The client is to know that it cannot ask again there.
    if (isClosing && raw.httpVersionMajor === 1) void reply.header('connection', 'close');
    done();
  });
  server.addHook('preClose', (done) => {
    isClosing = true;
    for (const socket of open) if (!busy.has(socket)) socket.destroySoon();
    done();
  });
}
