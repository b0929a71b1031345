import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';

const root = resolve(import.meta.dirname, '..');
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const first = 'query First {\n  first: __typename\n}';
const second = 'query Second {\n  second: __typename\n}';

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** Sends a body as it is. */
async function post({ url }: TestGateway, body: object): Promise<{ status: number; answer: Answer }> {
  const headers = { 'content-type': 'application/json' };
  const sent = await request(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: sent.statusCode, answer: (await sent.body.json()) as Answer };
}

/** Sends parameters in the address. */
async function get({ url }: TestGateway, parameters: Readonly<Record<string, string>>) {
  const headers = { 'apollo-require-preflight': 'true' };
  const sent = await request(`${url}/graphql?${new URLSearchParams(parameters).toString()}`, { headers });
  return { status: sent.statusCode, answer: (await sent.body.json()) as Answer };
}

const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const codes = ({ answer }: { readonly answer: Answer }): string[] =>
  (answer.errors ?? []).map(({ extensions }) => extensions.code);

function manifestOf(...bodies: readonly string[]): string {
  const operations = bodies.map((body) => {
    const [, type, name] = /^(\w+) (\w+)/.exec(body) ?? [];
    return { id: hashOf(body), name, type, body };
  });
  return JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });
}

describe('automatic persisted queries', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await aGateway('embedded');
  });
  afterAll(() => gateway.close());

  test('are asked for by hash once their text is known, by POST and by GET', async () => {
    const extensions = persisted(hashOf(first));
    expect(codes(await post(gateway, { extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    const known = await post(gateway, { query: first, extensions });
    expect(known.answer.data).toMatchObject({ first: 'Query' });
    expect((await post(gateway, { extensions })).answer).toEqual(known.answer);
    expect((await get(gateway, { extensions: JSON.stringify(extensions) })).answer).toEqual(known.answer);
  });

  test('are not taken under the hash of another text', async () => {
    const wrong = await post(gateway, { query: second, extensions: persisted(hashOf('another')) });
    expect([wrong.status, codes(wrong)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(codes(await post(gateway, { extensions: persisted(hashOf('another')) }))).toEqual([
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
  });
});

describe('a gateway for registered operations only', () => {
  let gateway: TestGateway;
  let file: string;
  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'cdx-manifest-')), 'manifest.json');
    await writeFile(file, manifestOf(first));
    const env = { ...testEnvironment(), PERSISTED_OPERATIONS: 'only', OPERATIONS_MANIFEST: file };
    gateway = await aGateway('embedded', env);
  });
  afterAll(() => gateway.close());

  test('answers them by id, wherever clients put it, by POST and by GET', async () => {
    const id = hashOf(first);
    const extensions = persisted(id);
    const answers = [
      await post(gateway, { extensions }),
      await post(gateway, { documentId: id }),
      await post(gateway, { id }),
      await get(gateway, { extensions: JSON.stringify(extensions) }),
      await get(gateway, { documentId: id }),
    ];
    for (const { status, answer } of answers) {
      expect(status).toBe(200);
      expect(answer.data).toMatchObject({ first: 'Query' });
    }
  });

  test('answers them by their text', async () => {
    const { answer } = await post(gateway, {
      query: '# spaced otherwise\nquery First { first:__typename }',
    });
    expect(answer.data).toMatchObject({ first: 'Query' });
  });

  test.each<[string, object]>([
    ['another text', { query: '{ __typename }' }],
    ['a text with a registered one in it', { query: `${first} query Other { __typename }` }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['a text that is no GraphQL', { query: '{' }],
    ['an empty text', { query: '' }],
    ['a hash that is not registered', { extensions: persisted(hashOf(second)) }],
    ['a text to be persisted', { query: second, extensions: persisted(hashOf(second)) }],
    ['another text beside a registered id', { query: second, documentId: hashOf(first) }],
  ])('refuses %s, and says what to do', async (_, body) => {
    const refused = await post(gateway, body);
    expect([refused.status, codes(refused)]).toEqual([403, ['FORBIDDEN']]);
    expect(refused.answer.errors?.[0]?.message).toContain('npm run operations');
    expect(refused.answer.data).toBeUndefined();
  });

  test('refuses another text in an address', async () => {
    expect(codes(await get(gateway, { query: second }))).toEqual(['FORBIDDEN']);
  });

  test('says what is missing in a request without any operation', async () => {
    expect(codes(await post(gateway, { variables: {} }))).toEqual(['BAD_USER_INPUT']);
  });

  test('logs a user in, since the session asks for itself', async () => {
    const answered = await request(`${gateway.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: gateway.url },
      body: JSON.stringify({ email: 'superadmin@cdx.example', password: 'cdx-demo' }),
    });
    expect(answered.statusCode).toBe(200);
    await answered.body.dump();
  });

  test('refuses a broken manifest, and takes a good one, while it runs', async () => {
    await writeFile(file, '{ "format": ');
    await sleep(1_500);
    expect((await post(gateway, { query: first })).status).toBe(200);
    await writeFile(`${file}.new`, manifestOf(second));
    await rename(`${file}.new`, file);
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if ((await post(gateway, { query: second })).status === 200) break;
      await sleep(100);
    }
    expect((await post(gateway, { id: hashOf(second) })).answer).toEqual({ data: { second: 'Query' } });
    expect((await post(gateway, { query: first })).status).toBe(403);
  });
});

test('a gateway that logs unregistered operations answers them', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'cdx-manifest-')), 'manifest.json');
  await writeFile(file, manifestOf(first));
  const gateway = await aGateway('embedded', {
    ...testEnvironment(),
    PERSISTED_OPERATIONS: 'log',
    OPERATIONS_MANIFEST: file,
  });
  expect((await post(gateway, { query: second })).status).toBe(200);
  expect((await post(gateway, { id: hashOf(first) })).status).toBe(200);
  await gateway.close();
});

describe('npm run operations', () => {
  const command = join(root, 'gateway/src/operations-command.ts');

  test('finds that the manifest of the console’s examples is current', () => {
    const table = execFileSync(process.execPath, [command, '--check', join(root, 'console/src')], {
      encoding: 'utf8',
    });
    expect(table).toContain('WhoAmI');
    expect(table).not.toMatch(/added|removed/);
  });

  test('tells where an invalid operation is, ends with 1 and writes nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cdx-client-'));
    await writeFile(join(folder, 'page.ts'), 'const page = gql`\n  query Page { nothing }\n`;\n');
    const manifest = join(folder, 'manifest.json');
    const { status, stderr } = spawnSync(process.execPath, [command, '--manifest', manifest, folder], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`${join(folder, 'page.ts')}:2: Cannot query field "nothing"`);
    await expect(readFile(manifest)).rejects.toThrow('ENOENT');
  });

  test('keeps what clients that still run may send, when it is told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cdx-client-'));
    const manifest = join(folder, 'manifest.json');
    const run = (...args: readonly string[]) =>
      execFileSync(process.execPath, [command, '--manifest', manifest, ...args, folder], {
        encoding: 'utf8',
      });
    await writeFile(join(folder, 'a.graphql'), first);
    expect(run()).toMatch(/added +query +First/);
    await writeFile(join(folder, 'a.graphql'), second);
    expect(run('--keep')).toMatch(/kept +query +First[^]*added +query +Second/);
    expect(run()).toMatch(/removed +query +First[^]*kept +query +Second/);
    expect(await readFile(manifest, 'utf8')).not.toContain('First');
  });
});
