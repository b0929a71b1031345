import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseVariable } from '@cdx/kit/domains';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { readDatabaseUrls, startDatabases } from './locate.ts';
import { databaseEnvironment, domains, publicUrl } from './urls.ts';

const auth = testDatabaseUrl('AUTH_DATABASE_URL');
const clients = testDatabaseUrl('CLIENTS_DATABASE_URL');
const every = Object.fromEntries(
  domains.map((domain) => [domain, testDatabaseUrl(databaseVariable(domain))]),
);

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cdx-locate-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

async function locate(env: Readonly<Record<string, string>>): Promise<{ urls: object; steps: string[] }> {
  const steps: string[] = [];
  const databases = await startDatabases({
    dataDir,
    cacheDir: resolve(import.meta.dirname, '../../.cache'),
    env: { ...databaseEnvironment(every), ...env },
    onProgress: (step) => steps.push(step),
  });
  await databases.stop();
  return { urls: databases.urls, steps };
}

/** The URL with another password, host or database. */
function changed(url: string, parts: Partial<Pick<URL, 'host' | 'password' | 'pathname'>>): string {
  return Object.assign(new URL(url), parts).href;
}

describe('databases that the environment names', () => {
  test('are taken as they are, when they answer', async () => {
    const { urls, steps } = await locate({});
    expect(urls).toEqual(every);
    expect(steps[0]).toBe(`reaching auth at ${publicUrl(auth)}`);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('are told without user and password', () => {
    expect(publicUrl('postgres://me:secret@db.example:5433/cdx?sslmode=require')).toBe(
      'postgres://db.example:5433/cdx',
    );
  });

  test('may be some of them, or none', () => {
    expect(readDatabaseUrls({})).toEqual({});
    expect(readDatabaseUrls({ AUTH_DATABASE_URL: '', CLIENTS_DATABASE_URL: clients })).toEqual({ clients });
  });
});

describe('a URL is refused, without its password, when', () => {
  test.each([
    ['it is none', { AUTH_DATABASE_URL: 'secret' }, 'AUTH_DATABASE_URL: must be a URL: postgres://'],
    [
      'it is of the web',
      { CLIENTS_DATABASE_URL: 'https://secret@db' },
      'CLIENTS_DATABASE_URL: must be a URL',
    ],
    [
      'it names Postgres for auth',
      { AUTH_DATABASE_URL: 'postgres://me:secret@db/auth' },
      'AUTH_DATABASE_URL must name a MySQL or MariaDB database',
    ],
    [
      'it names MySQL for templates',
      { TEMPLATES_DATABASE_URL: 'mysql://me:secret@db/templates' },
      'TEMPLATES_DATABASE_URL must name a Postgres database',
    ],
    [
      'its password is not encoded',
      { CLIENTS_DATABASE_URL: 'postgres://me:secret/#@db/clients' },
      'CLIENTS_DATABASE_URL cannot be read. In the user and the password, write / as %2F, # as %23',
    ],
  ])('%s', (_, env, message) => {
    expect(() => readDatabaseUrls(env)).toThrow(message);
    expect(() => readDatabaseUrls(env)).not.toThrow('secret');
  });

  test('others are wrong as well: all are told at once', () => {
    const read = () => readDatabaseUrls({ AUTH_DATABASE_URL: 'a', CLIENTS_DATABASE_URL: 'b' });
    expect(read).toThrow(/AUTH_DATABASE_URL.*CLIENTS_DATABASE_URL/s);
  });
});

describe('a database that lets nobody in is told with what to do:', () => {
  const cases: readonly [what: string, parts: Parameters<typeof changed>[1], advice: string][] = [
    ['no server', { host: '127.0.0.1:9' }, 'Start the server, or correct host and port; leave the variable'],
    ['no such host', { host: 'db.invalid' }, 'is not known. Correct its name.'],
    ['a wrong password', { password: 'wrong' }, 'refuses the user or password. Correct them in the URL.'],
    [
      'no such database',
      { pathname: '/elsewhere' },
      'there is no such database, or the user may not use it.',
    ],
  ];
  const dialects: readonly [string, string][] = [
    ['auth', auth],
    ['clients', clients],
  ];
  const table = dialects.flatMap(([domain, url]) =>
    cases.map(([what, parts, advice]) => [what, domain, changed(url, parts), advice] as const),
  );

  test.each(table)('%s for %s', async (_, domain, url, advice) => {
    const variable = databaseVariable(domain);
    const failure = await locate({ [variable]: url }).catch((error: unknown) => error as Error);
    const message = failure instanceof Error ? failure.message : 'it was located';
    expect(message).toContain(`${variable}: `);
    expect(message).toContain(advice);
    const { host, password } = new URL(url);
    expect(message).toContain(host);
    expect(message).not.toContain(password);
  });
});

describe('a server that takes connections and says nothing', () => {
  let mute: Server;
  beforeAll(async () => {
    mute = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
  });
  afterAll(() => void mute.close());

  test('is given up after five seconds, by either driver', async () => {
    const address = mute.address();
    const host = `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    const words = /cannot be reached.*Check that the server runs/;
    await Promise.all([
      expect(locate({ AUTH_DATABASE_URL: changed(auth, { host }) })).rejects.toThrow(words),
      expect(locate({ CLIENTS_DATABASE_URL: changed(clients, { host }) })).rejects.toThrow(words),
    ]);
  }, 8_000);
});
