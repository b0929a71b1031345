import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, closedLoop, openLoop, turnstile } from './load.ts';
import { percentile } from './statistics.ts';

const request = { authorization: 'Bearer x', body: '{}' };
const servers: Server[] = [];

/** A server that answers one request after another, each after a while. */
async function aSlowServer(ms: number, answer = '{"data":{}}'): Promise<Client> {
  let queue = Promise.resolve();
  const server = createServer((_, response) => {
    queue = queue
      .then(() => new Promise((done) => setTimeout(done, ms)))
      .then(() => void response.end(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server does not listen');
  return new Client(`http://127.0.0.1:${address.port}/`, 64);
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('the open loop', () => {
  test('counts from when a request was due, so that the queue of a slow way is seen', async () => {
    const client = await aSlowServer(20);
    const { latencies, count } = await openLoop(client, () => request, { perSecond: 200, ms: 150 });
    client.close();
    expect(count).toBe(30);
    expect(percentile(latencies, 1)).toBeGreaterThan(300);
  });
});

describe('the closed loop', () => {
  test('does not count an answer with errors', async () => {
    const client = await aSlowServer(1, '{"errors":[{"message":"no"}]}');
    const { count, failures } = await closedLoop(client, () => request, { connections: 2, ms: 20 });
    client.close();
    expect(count).toBe(0);
    expect(failures).toBeGreaterThanOrEqual(2);
  });
});

test('requests are taken in turn, each run going on where the last one stopped', () => {
  const next = turnstile(['a', 'b', 'c']);
  expect([next(), next(), next(), next()]).toEqual(['a', 'b', 'c', 'a']);
});
