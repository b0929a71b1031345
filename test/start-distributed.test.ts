import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { domainFolders } from '@cdx/kit/domains';
import { ask, at, codesOf, logIn, superadmin, type Answer } from './support/ask.ts';
import { StartProcess } from './support/start-process.ts';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cdx-distributed-'));
});

afterAll(async () => {
  await StartProcess.killAll();
  await rm(dataDir, { recursive: true });
}, 60_000);

function startDistributed(env: Readonly<Record<string, string>> = {}): StartProcess {
  const args = ['--port', '0', '--data-dir', dataDir, '--scale', '0.05', '--distributed'];
  return new StartProcess(args, env);
}

describe('Ctrl-C while it starts leaves no process and says nothing', () => {
  const moments: readonly (readonly [when: string, reached: (one: StartProcess) => Promise<unknown>])[] = [
    [
      'installing MariaDB',
      async (one) => {
        while (!(await one.names()).includes('mariadbd')) await sleep(10);
      },
    ],
    ['migrating', (one) => one.says(/migrating clients/)],
    ['loading the demo data', (one) => one.says(/ 30 %/)],
    ['starting the subgraphs', (one) => one.says(/ 100 %[^]*starting the subgraphs/)],
  ];

  test.each(moments)(
    'when %s',
    async (_, reached) => {
      const interrupted = startDistributed();
      await reached(interrupted);
      interrupted.signalGroup('SIGINT');
      expect(await interrupted.end()).toBe(0);
      expect(interrupted.errors).toBe('');
      expect(await interrupted.names()).toEqual([]);
    },
    60_000,
  );
});

describe('--distributed, on what the interrupted starts have left', () => {
  const subgraphs = domainFolders.map(({ name }) => `subgraphs/${name}/src/server.ts`).toSorted();
  let running: StartProcess;
  let url: string;
  const firstQuery = async (): Promise<Answer> =>
    ask({ url }, await running.firstQuery(), { token: await logIn({ url }, superadmin) });

  beforeAll(async () => {
    // Where the gateway is to be reached is nothing to its subgraphs, and an empty secret is none.
    running = startDistributed({ HOST: '127.0.0.2', CDX_INTERNAL_SECRET: '' });
    ({ url } = await running.ready());
  }, 60_000);

  test('runs each subgraph as a process of its own, and answers the query that it offers', async () => {
    expect(await running.names()).toEqual(['databases/src/embedded/host.ts', 'mariadbd', ...subgraphs]);
    const answer = await firstQuery();
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'clients', 'edges', 0, 'node')).toMatchObject({
      owner: { name: expect.any(String) },
      agents: {
        edges: expect.arrayContaining([
          { node: { name: expect.any(String), personaTemplate: { name: expect.any(String) } } },
        ]),
      },
    });
  });

  test('loses the fields of a subgraph that is killed, and no others', async () => {
    const killed = (await running.descendants()).find(({ name }) => name.includes('templates'));
    process.kill(killed?.pid ?? NaN, 'SIGKILL');
    while ((await running.names()).some((name) => name.includes('templates'))) await sleep(20);
    const answer = await firstQuery();
    expect(new Set(codesOf(answer))).toEqual(new Set(['SUBGRAPH_UNAVAILABLE']));
    expect(answer.errors[0]).toMatchObject({ extensions: { service: 'templates' } });
    expect(at(answer, 'clients', 'edges', 0, 'node')).toMatchObject({
      owner: { name: expect.any(String) },
      agents: {
        edges: expect.arrayContaining([{ node: { name: expect.any(String), personaTemplate: null } }]),
      },
    });
  });

  test('ends at Ctrl-C with all its processes', async () => {
    const before = running.errors;
    running.signalGroup('SIGINT');
    expect(await running.end()).toBe(0);
    expect(running.errors).toBe(before);
    expect(await running.names()).toEqual([]);
  });
});
