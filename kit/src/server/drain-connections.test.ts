import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { drainConnections } from './drain-connections.ts';

const agent = new Agent({ keepAlive: true });
afterEach(() => agent.destroy());

/** A server that answers `/now` at once, `/later` when it is released, and the second half of `/stream` then. */
async function aServer() {
  const { promise: released, resolve: release } = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<null>();
  const server = Fastify({ keepAliveTimeout: 60_000 });
  drainConnections(server);
  server.get('/now', () => 'now');
  server.get('/later', () => {
    asked.resolve(null);
    return released;
  });
  async function* halves() {
    yield 'begun ';
    yield await released;
  }
  server.get('/stream', (_, reply) => reply.send(Readable.from(halves())));
  const closing = new Promise<void>((resolve) => {
    server.addHook('preClose', (done) => {
      resolve();
      done();
    });
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const ask = async (path: string): Promise<IncomingMessage> => {
    const [answer] = (await once(get({ host: '127.0.0.1', port, path, agent }), 'response')) as [
      IncomingMessage,
    ];
    return answer;
  };
  return { server, port, ask, release, laterIsAsked: asked.promise, closing };
}

test('a server that closes ends connections that are idle, also those on which nothing was asked yet', async () => {
  const { server, port, ask } = await aServer();
  expect(await text(await ask('/now'))).toBe('now');
  const silent = connect(port, '127.0.0.1').resume();
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  await server.close();
  await ended;
});

test('a server that closes answers what is under way, and ends each connection with its answer', async () => {
  const { server, ask, release, laterIsAsked, closing } = await aServer();
  const later = ask('/later');
  await laterIsAsked;
  const stream = await ask('/stream');
  const closed = server.close();
  await closing;
  release('done');
  const answer = await later;
  expect([answer.headers.connection, await text(answer)]).toEqual(['close', 'done']);
  expect([stream.headers.connection, await text(stream)]).toEqual(['keep-alive', 'begun done']);
  await closed;
});
