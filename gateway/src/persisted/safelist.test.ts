import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { makeLogger, readSettings } from '@cdx/kit';
import Fastify from 'fastify';
import { settingsSchema } from '../settings.ts';
import { writeManifest } from './manifest.ts';
import { openSafelist } from './safelist.ts';

/** A server with nothing but the safelist, which answers what reached it. */
async function aServer(mode: string) {
  const file = join(await mkdtemp(join(tmpdir(), 'cdx-manifest-')), 'manifest.json');
  await writeFile(file, writeManifest([]));
  const log = makeLogger('test', 'silent');
  const warnings = jest.spyOn(log, 'warn');
  const settings = readSettings(settingsSchema, { PERSISTED_OPERATIONS: mode, OPERATIONS_MANIFEST: file });
  const safelist = await openSafelist(settings, log);
  const server = Fastify();
  server.addHook('onClose', () => safelist?.close());
  server.post('/', {
    preHandler: async (request, reply) => safelist?.check(request, reply),
    handler: ({ body }) => body,
  });
  const send = (body: object) => server.inject({ method: 'POST', url: '/', body });
  return { server, send, warnings };
}

test('an unregistered operation is logged once, however it is spaced, and passes as it came', async () => {
  const { server, send, warnings } = await aServer('log');
  const query = '{ me { id } }';
  expect((await send({ query })).json()).toEqual({ query });
  await send({ query: '# again\n{ me { id, } }' });
  expect(warnings).toHaveBeenCalledTimes(1);
  expect(JSON.stringify(warnings.mock.calls)).not.toContain('me {');
  await send({ query: '{ me { name } }' });
  await send({ id: 'unknown' });
  await send({ id: 'unknown' });
  expect(warnings).toHaveBeenCalledTimes(3);
  await server.close();
});

test('without a mode there is none', async () => {
  const { server, send, warnings } = await aServer('off');
  expect((await send({ query: '{' })).statusCode).toBe(200);
  expect(warnings).not.toHaveBeenCalled();
  await server.close();
});
