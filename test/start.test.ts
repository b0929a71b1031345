import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { ask, at, clientUser, codesOf, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { StartProcess } from './support/start-process.ts';

let folder: string;
/** The data of the first start, which all later ones find. */
let dataDir: string;
let running: StartProcess;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-start-'));
  dataDir = join(folder, 'data');
  await start();
}, 60_000);

afterAll(async () => {
  await StartProcess.killAll();
  await rm(folder, { recursive: true });
}, 60_000);

async function start(...args: readonly string[]): Promise<void> {
  running = new StartProcess(['--port', '0', '--data-dir', dataDir, '--scale', '0.05', ...args]);
  ({ url } = await running.ready());
}

const asSuperadmin = async (query: string) =>
  ask({ url }, query, { token: await logIn({ url }, superadmin) });

describe('the first start', () => {
  test('loads the demo data and greets with addresses, logins and a first query', async () => {
    expect(running.output).toMatch(/loading the demo data .* 100 %/);
    const { port } = new URL(url);
    expect(running.output).toContain(`
  CDX is ready.

    Playground  http://localhost:${port}/playground/
    GraphQL     http://localhost:${port}/graphql

  Log in as
    superadmin@cdx.example   cdx-demo   (Superadmin)
    admin@acme.example       cdx-demo   (Tenant admin of Acme)
    client@acme.example      cdx-demo   (Client of Acme)
`);
    expect(await running.firstQuery()).toMatch(/^\{.*\}$/);
    expect(running.errors).toBe('');
  });

  test('serves the playground where it says', async () => {
    const { statusCode, headers, body } = await request(`${url}/playground/`);
    await body.dump();
    expect([statusCode, headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
  });

  test.each([superadmin, tenantAdmin, clientUser])('lets %s in', async (email) => {
    expect(await logIn({ url }, email)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('answers the query that it offers, from all three databases', async () => {
    const login = 'mutation { login(email:"superadmin@cdx.example", password:"cdx-demo"){accessToken} }';
    const token = String(at(await ask({ url }, login), 'login', 'accessToken'));
    const answer = await ask({ url }, await running.firstQuery(), { token });
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'clients', 'edges')).toHaveLength(3);
    expect(at(answer, 'clients', 'edges', 0, 'node')).toEqual({
      name: expect.any(String),
      tier: expect.any(String),
      owner: { name: expect.any(String) },
      agents: {
        edges: expect.arrayContaining([
          { node: { name: expect.any(String), personaTemplate: { name: expect.any(String) } } },
        ]),
      },
    });
  });
});

describe('a start that cannot be ends with code 1 and words on what to do, and no trace of code', () => {
  const elsewhere = (): string[] => ['--port', '0', '--data-dir', join(folder, 'unused')];
  const clients = (CLIENTS_DATABASE_URL: string): Readonly<Record<string, string>> => ({
    CLIENTS_DATABASE_URL,
  });
  type Case = readonly [what: string, words: RegExp, args: () => string[], env?: ReturnType<typeof clients>];
  const cases: readonly Case[] = [
    [
      'the port is taken',
      /^Port \d+ is taken\. Stop what uses it, or take another: npm start -- --port \d+$/,
      () => ['--port', new URL(url).port],
    ],
    [
      'a database’s URL is none',
      /^These settings are wrong:\n {2}CLIENTS_DATABASE_URL: must be a URL: postgres:\/\/\S+$/,
      elsewhere,
      clients('db.example/cdx'),
    ],
    [
      'a password in a URL is not encoded',
      /^CLIENTS_DATABASE_URL cannot be read\. In the user and the password, write \/ as %2F, .*$/,
      elsewhere,
      clients('postgres://me:secret/#@127.0.0.1/cdx'),
    ],
    [
      'a URL is of the wrong scheme',
      /^CLIENTS_DATABASE_URL must name a Postgres database$/,
      elsewhere,
      clients('mysql://me:secret@127.0.0.1/cdx'),
    ],
    [
      'nothing listens where a URL points',
      /^CLIENTS_DATABASE_URL: nothing listens at postgres:\/\/127\.0\.0\.1:9\/cdx\. Start the server, or .*$/,
      elsewhere,
      clients('postgres://me:secret@127.0.0.1:9/cdx'),
    ],
    [
      'the data folder is a file',
      /^\S+\/file cannot hold the data: .*\. Choose another folder with --data-dir\.$/,
      () => ['--port', '0', '--data-dir', join(folder, 'file')],
    ],
    [
      'there is no such option',
      /^Unknown option '--prot'\. See: npm start -- --help$/,
      () => ['--prot', '80'],
    ],
  ];
  beforeAll(() => writeFile(join(folder, 'file'), ''));

  test.each(cases)('when %s', async (_, words, args, env = {}) => {
    const refused = new StartProcess(args(), env);
    expect(await refused.end()).toBe(1);
    expect(refused.errors.trim()).toMatch(words);
    expect(refused.errors + refused.output).not.toMatch(/secret|^ +at /m);
  });

  test('when another start has the data folder, which serves on', async () => {
    const refused = new StartProcess(['--port', '0', '--data-dir', dataDir]);
    expect(await refused.end()).toBe(1);
    const holder = parseInt(await readFile(join(dataDir, 'lock'), 'utf8'));
    expect(refused.errors.trim()).toBe(
      `${dataDir} is in use by process ${holder}. Stop that one, or choose another folder with --data-dir.`,
    );
    expect((await asSuperadmin(await running.firstQuery())).errors).toEqual([]);
  }, 60_000);
});

test('--help tells the options, and starts nothing', async () => {
  const helped = new StartProcess(['--help']);
  expect(await helped.end()).toBe(0);
  expect(helped.output).toMatch(/^Starts CDX: .*--port N .*--distributed .*docs\/configuration\.md\.$/ms);
  expect(helped.errors).toBe('');
});

/** The ways in which a start ends: what happens, its exit code, what it says. */
const ends: readonly (readonly [string, () => Promise<void> | void, number | string, string])[] = [
  ['SIGINT', () => running.signal('SIGINT'), 0, ''],
  ['Ctrl-C, which the terminal sends to all its processes', () => running.signalGroup('SIGINT'), 0, ''],
  ['the end of its terminal', () => running.signalGroup('SIGHUP'), 0, ''],
  ['kill -9', () => running.signal('SIGKILL'), 'SIGKILL', ''],
  [
    'the end of its databases',
    async () => void process.kill(parseInt(await readFile(join(dataDir, 'lock'), 'utf8'))),
    1,
    'The embedded databases have ended. Start again: npm start',
  ],
];

describe.each(ends)('after %s', (what, end, code, words) => {
  const slug = what.toLowerCase().replaceAll(/\W+/g, '-');
  let counts: unknown;
  const count = async (): Promise<unknown> =>
    (await asSuperadmin('{ users { totalCount } clients { totalCount } agentInstances { totalCount } }'))
      .data;

  test('no process is left', async () => {
    const written = await asSuperadmin(`mutation {
      createOrganization(input: { name: "${what}", slug: "${slug}" }) { id }
      createPromptTemplate(input: { name: "${what}", category: "kept", template: "kept" }) { id } }`);
    expect(written.errors).toEqual([]);
    counts = await count();
    expect(await running.names()).toEqual(['databases/src/embedded/host.ts', 'mariadbd']);
    await end();
    expect(await running.end()).toBe(code);
    expect(running.errors.trim()).toBe(words);
    expect(await running.names()).toEqual([]);
  }, 60_000);

  test('the next start has what was written, and loads no demo data', async () => {
    await start();
    expect(running.output).not.toContain('%');
    const kept = await asSuperadmin(`{ organizationBySlug(slug: "${slug}") { name }
      promptTemplates(filter: { name: { eq: "${what}" } }) { totalCount } }`);
    expect(kept.data).toEqual({ organizationBySlug: { name: what }, promptTemplates: { totalCount: 1 } });
    expect(await count()).toEqual(counts);
  }, 60_000);
});

describe('--no-demo', () => {
  beforeAll(async () => {
    running.signal('SIGTERM');
    expect(await running.end()).toBe(0);
  });

  const refused = async (gateway: { readonly url: string }): Promise<void> => {
    const login = `mutation { login(email: "${superadmin}", password: "cdx-demo") { accessToken } }`;
    const answer = await ask(gateway, login);
    expect([answer.data, codesOf(answer)]).toEqual([{ login: null }, ['UNAUTHENTICATED']]);
  };

  test('refuses the demo password where the demo data is', async () => {
    await start('--no-demo');
    await refused({ url });
    expect(running.output).not.toMatch(/demo|Log in/);
  }, 60_000);

  test('loads none where it is not', async () => {
    const bare = new StartProcess(['--port', '0', '--data-dir', join(folder, 'bare'), '--no-demo']);
    await refused(await bare.ready());
    expect(bare.output).not.toMatch(/demo|Log in/);
  }, 60_000);
});
