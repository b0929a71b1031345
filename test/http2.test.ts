import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { constants } from 'node:http2';
import { connect as connectPlainly } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { Agent, request } from 'undici';
import { superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { answerOf, begin, connectHttp2, disconnectAll, send } from './support/http2.ts';
import { bearer, post } from './support/post.ts';

const loginQuery =
  'mutation ($email: String!) { login(email: $email, password: "cdx-demo") { accessToken } }';
const folder = mkdtempSync(join(tmpdir(), 'cdx-tls-'));
const files = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') };

/** Makes a certificate for this machine, and writes it where the gateway reads it. */
async function certify(name: string): Promise<string> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  writeFileSync(files.TLS_KEY_FILE, key);
  writeFileSync(files.TLS_CERT_FILE, cert);
  return cert;
}

afterAll(disconnectAll);

describe.each(['h2c', 'tls'] as const)('HTTP/2, %s', (transport) => {
  let gateway: TestGateway;
  let ca: string | undefined;
  let token: string;

  beforeAll(async () => {
    if (transport === 'tls') ca = await certify('first');
    const settings = transport === 'tls' ? files : { H2C: 'true' };
    gateway = await aGateway('embedded', { ...testEnvironment(), ...settings, RECEIVE_TIMEOUT_MS: '500' });
    const session = await connectHttp2(gateway.url, ca);
    const variables = { email: tenantAdmin };
    const { body } = await send(session, '/graphql', { query: loginQuery, variables });
    token = (body as { data: { login: { accessToken: string } } }).data.login.accessToken;
  });
  afterAll(() => gateway.close());

  test('carries many operations on one connection at once, with all that answers have', async () => {
    const session = await connectHttp2(gateway.url, ca);
    const query = 'query ($first: Int) { clients(first: $first) { edges { node { id name settings } } } }';
    const asked = { ...bearer(token), 'x-request-id': 'my-request-1', 'accept-encoding': 'gzip' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        send(session, '/graphql', { query, variables: { first: (index % 2) + 1 } }, asked),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const pages = answers.map(
      ({ body }) => (body as { data: { clients: { edges: unknown[] } } }).data.clients.edges,
    );
    expect(pages.map(({ length }) => length)).toEqual(answers.map((_, index) => (index % 2) + 1));
    expect(answers[0]?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': 'my-request-1',
      'x-frame-options': 'DENY',
    });
  });

  test('refuses what HTTP/1.1 refuses, in the same words', async () => {
    const session = await connectHttp2(gateway.url, ca);
    const compressed = await send(session, '/graphql', {}, { 'content-encoding': 'gzip' });
    expect(compressed).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' } });
    const unknown = await send(session, '/nothing', {});
    expect(unknown).toMatchObject({ status: 404, body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
    const large = begin(session, '/graphql', { 'content-length': String(10 * 1_048_576) });
    expect(await answerOf(large)).toMatchObject({ status: 413 });
    const stranger = await send(session, '/graphql', { query: '{ me { id } }' }, bearer('nonsense'));
    expect(stranger).toMatchObject({ status: 401 });
  });

  test('refuses a body that takes too long, and goes on with the connection', async () => {
    const session = await connectHttp2(gateway.url, ca);
    const slow = begin(session, '/graphql', bearer(token));
    const refused = answerOf(slow);
    slow.write('{"query": ');
    const other = await send(session, '/graphql', { query: '{ me { email } }' }, bearer(token));
    expect(other.body).toEqual({ data: { me: { email: tenantAdmin } } });
    expect(await refused).toMatchObject({
      status: 408,
      body: { errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }] },
    });
    expect((await send(session, '/graphql', { query: '{ me { email } }' }, bearer(token))).status).toBe(200);
  });

  test('lets a client take back one request of many', async () => {
    const session = await connectHttp2(gateway.url, ca);
    const taken = begin(session, '/graphql', bearer(token));
    taken.end(JSON.stringify({ query: '{ clients { edges { node { owner { name } } } } }' }));
    taken.close(constants.NGHTTP2_CANCEL);
    await once(taken, 'close');
    expect((await send(session, '/graphql', { query: '{ me { email } }' }, bearer(token))).status).toBe(200);
  });

  test('has a login at /session for its own pages alone', async () => {
    const session = await connectHttp2(gateway.url, ca);
    const body = { email: superadmin, password: 'cdx-demo' };
    expect((await send(session, '/session', body, { origin: gateway.url })).status).toBe(200);
    expect((await send(session, '/session', body, { origin: 'https://elsewhere.example' })).status).toBe(403);
  });
});

describe('TLS', () => {
  let gateway: TestGateway;
  let ca: string;
  beforeAll(async () => {
    ca = await certify('first');
    gateway = await aGateway('embedded', { ...testEnvironment(), ...files, RECEIVE_TIMEOUT_MS: '500' });
  });
  afterAll(() => gateway.close());

  test('hangs up on who speaks no TLS', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connectPlainly(Number(port), hostname);
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\n\r\n');
    await once(socket.resume(), 'close');
  });

  test('speaks HTTP/1.1 to who asks for it, at the same port', async () => {
    const dispatcher = new Agent({ connect: { ca }, allowH2: false });
    const answer = await request(`${gateway.url}/health`, { dispatcher });
    expect([answer.statusCode, await answer.body.json()]).toEqual([200, { status: 'up' }]);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    await dispatcher.close();
  });

  test('ends HTTP/1.1 requests that take too long', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connectTls({ host: hostname, port: Number(port), ca, ALPNProtocols: ['http/1.1'] });
    await once(socket, 'secureConnect');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: cdx\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1.1 408 /);
  });

  test('takes a new certificate up, and goes on with the old one while the new one is not whole', async () => {
    const nameOf = async (): Promise<string> => {
      const { hostname, port } = new URL(gateway.url);
      const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return String(subject.CN);
    };
    expect(await nameOf()).toBe('first');
    writeFileSync(files.TLS_CERT_FILE, 'not yet written');
    await sleep(2_500);
    expect(await nameOf()).toBe('first');
    await certify('second');
    await sleep(2_500);
    expect(await nameOf()).toBe('second');
  });

  test('ends with connections that are open and idle', async () => {
    const other = await aGateway('embedded', { ...testEnvironment(), ...files });
    const current = await certify('third');
    const dispatcher = new Agent({ connect: { ca: current, rejectUnauthorized: false }, allowH2: false });
    await (await request(`${other.url}/health`, { dispatcher })).body.dump();
    await other.close();
    await dispatcher.close();
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['a certificate without its key', { TLS_CERT_FILE: files.TLS_CERT_FILE }, /must be given together/],
  ['TLS and no TLS', { ...files, H2C: 'true' }, /H2C is HTTP\/2 without TLS/],
  [
    'no certificate in the file',
    { TLS_CERT_FILE: join(folder, 'key.pem'), TLS_KEY_FILE: join(folder, 'key.pem') },
    /PEM|no start line/i,
  ],
])('the gateway does not start with %s', async (_, settings, words) => {
  await certify('any');
  await expect(aGateway('embedded', { ...testEnvironment(), ...settings })).rejects.toThrow(words);
});

test('without such settings the gateway speaks HTTP/1.1 and no HTTP/2', async () => {
  const gateway = await aGateway('embedded');
  const { status, body } = await post(gateway, { query: '{ __typename }' });
  expect([status, body]).toEqual([200, { data: { __typename: 'Query' } }]);
  const session = await connectHttp2(gateway.url);
  const [error] = (await once(session, 'error')) as [Error];
  expect(error.message).toMatch(/^Protocol error/);
  await gateway.close();
});
