import { writeFile } from 'node:fs/promises';
import { join, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type RunningGateway } from '@cdx/gateway';
import type { FastifyInstance } from 'fastify';
import { ask, logIn, tenantAdmin } from './support/ask.ts';
import { serveAll, testEnvironment, urlOf } from './support/gateways.ts';

const old = 'the old secret of the tests and 32 characters or more';
const next = 'the next secret of the tests and 32 characters or more';
const query = '{ me { email } clients { totalCount } personaTemplates { totalCount } }';
/** Longer than a process takes to see that its file has changed. */
const noticedMs = 2_500;

// The client asks as fast as it is answered, which is faster than a user may.
const env: NodeJS.ProcessEnv = { ...testEnvironment(), RATE_LIMIT_PER_MINUTE: '0' };
const fileOf = (process: string): string =>
  join(dirname(env.AUTH_SIGNING_KEYS_FILE ?? ''), `${process}.secret`);
let servers: Map<string, FastifyInstance>;
let gateway: RunningGateway;

beforeAll(async () => {
  await tell('gateway', old);
  await tell('subgraphs', old);
  servers = await serveAll({ ...env, CDX_INTERNAL_SECRET_FILE: fileOf('subgraphs') });
  const urls = [...servers].map(([name, server]) => `${name}=${urlOf(server)}`);
  gateway = await startGateway({
    ...env,
    CDX_INTERNAL_SECRET_FILE: fileOf('gateway'),
    SUBGRAPHS: urls.join(','),
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([...servers.values()].map((server) => server.close()));
});

function tell(process: string, ...secrets: readonly string[]): Promise<void> {
  return writeFile(fileOf(process), secrets.join('\n'));
}

test('the internal secret is replaced while requests go on, and none of them is refused', async () => {
  const token = await logIn(gateway, tenantAdmin);
  const client = { isAsking: true };
  const answers = new Set<string>();
  const traffic = (async () => {
    while (client.isAsking) {
      const { status, errors } = await ask(gateway, query, { token });
      answers.add(JSON.stringify([status, errors]));
    }
  })();
  // Each process learns of the change at a moment of its own, which the order of the steps allows for.
  for (const secrets of [[old, next], [next, old], [next]]) {
    await tell('subgraphs', ...secrets);
    await sleep(noticedMs);
    await tell('gateway', ...secrets);
    await sleep(noticedMs);
  }
  client.isAsking = false;
  await traffic;
  expect([...answers]).toEqual([JSON.stringify([200, []])]);
}, 60_000);

test('a secret that was taken out is worth nothing any more', async () => {
  const token = await logIn(gateway, tenantAdmin);
  await tell('gateway', old);
  await sleep(noticedMs);
  const { data, errors } = await ask(gateway, '{ me { email } }', { token });
  expect(data).toEqual({ me: null });
  expect(errors).toMatchObject([{ message: 'A signed identity is needed' }]);
});
