import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startEmbedded, type EmbeddedServers } from './index.ts';

const password = 'of the tests';
const clients: pg.Client[] = [];
let folder: string;
let servers: EmbeddedServers;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-wire-'));
  servers = await startEmbedded({
    dataDir: folder,
    cacheDir: resolve(import.meta.dirname, '../../../.cache'),
    postgres: true,
    mariadb: false,
    password,
    onProgress: () => undefined,
  });
  url = servers.postgresUrl ?? '';
  await (await aClient()).query('create table notes (writer text not null)');
}, 60_000);

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await servers.stop();
  await rm(folder, { recursive: true });
});

/** A client that has logged in, unless the settings are wrong. */
async function aClient(settings: pg.ClientConfig = {}): Promise<pg.Client> {
  const { hostname, port } = new URL(url);
  const account = { user: 'postgres', database: 'postgres', password };
  const client = new pg.Client({ host: hostname, port: Number(port), ...account, ...settings });
  // The tests break connections off.
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

/** Breaks a client's connection off, as its process's end would. */
function kill(client: pg.Client): void {
  client.connection.stream.destroy();
}

/** Sends messages and a Sync of their own, as other drivers do; answers the first column of the rows. */
function send(client: pg.Client, messages: (connection: pg.Connection) => void): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const rows: unknown[] = [];
    client.query({
      submit(connection: pg.Connection) {
        messages(connection);
        connection.sync();
      },
      handleDataRow: ({ fields }: { readonly fields: readonly unknown[] }) => rows.push(fields[0]),
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(rows),
      handleError: reject,
    });
  });
}

async function writers(client: pg.Client): Promise<unknown[]> {
  const { rows } = await client.query<{ writer: string }>('select writer from notes order by writer');
  return rows.map(({ writer }) => writer);
}

const sqlState = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );

describe('clients that share the one session', () => {
  test('get each its own answers, however their statements interleave', async () => {
    const [first, second] = await Promise.all([aClient(), aClient()]);
    const askAll = async (client: pg.Client, values: readonly number[]): Promise<unknown[]> => {
      const answers: unknown[] = [];
      for (const value of values) answers.push((await client.query('select $1::int as value', [value])).rows);
      return answers;
    };
    const low = Array.from({ length: 50 }, (_, index) => index);
    const high = low.map((value) => 1_000 + value);
    const expected = [low, high].map((values) => values.map((value) => [{ value }]));
    expect(await Promise.all([askAll(first, low), askAll(second, high)])).toEqual(expected);
  });

  test('may prepare different statements under the same name', async () => {
    const [first, second] = await Promise.all([aClient(), aClient()]);
    const one = { name: 'same', text: 'select 1 as found' };
    const two = { name: 'same', text: 'select $1::text as found', values: ['two'] };
    for (let round = 0; round < 2; round += 1) {
      expect((await first.query(one)).rows).toEqual([{ found: 1 }]);
      expect((await second.query(two)).rows).toEqual([{ found: 'two' }]);
    }
    await first.end();
    expect((await second.query(two)).rows).toEqual([{ found: 'two' }]);
  });

  test('may prepare the unnamed statement in one batch and run it in another, as Go and Java do', async () => {
    const [first, second] = await Promise.all([aClient(), aClient()]);
    const prepare = (text: string) => (connection: pg.Connection) =>
      connection.parse({ name: '', text, types: [] }, true);
    const execute = (connection: pg.Connection): void => {
      connection.bind({}, true);
      connection.execute({}, true);
    };
    await send(first, prepare("select 'first'"));
    await send(second, prepare("select 'second'"));
    expect(await send(first, execute)).toEqual(['first']);
    expect(await send(second, execute)).toEqual(['second']);
    expect(await send(first, execute)).toEqual(['first']);
  });

  test('wait while one of them has a transaction open, and nothing of theirs gets into it', async () => {
    const [inside, outside] = await Promise.all([aClient(), aClient()]);
    await inside.query('begin');
    await inside.query("insert into notes values ('inside')");
    let isAnswered = false;
    const waiting = outside.query("insert into notes values ('outside')").then(() => (isAnswered = true));
    await sleep(100);
    expect(await writers(inside)).toEqual(['inside']);
    expect(isAnswered).toBe(false);
    await inside.query('rollback');
    await waiting;
    expect(await writers(inside)).toEqual(['outside']);
    await inside.query('delete from notes');
  });

  test('get their turn after a transaction that failed', async () => {
    const [failing, other] = await Promise.all([aClient(), aClient()]);
    await failing.query('begin');
    expect(await sqlState(failing.query('select 1 / 0'))).toBe('22012');
    expect(await sqlState(failing.query('select 1'))).toBe('25P02');
    const waiting = other.query('select 1 as found');
    await failing.query('rollback');
    expect((await waiting).rows).toEqual([{ found: 1 }]);
  });
});

describe('what a client leaves behind', () => {
  test('is no transaction: one that was cut off in the middle is rolled back', async () => {
    const [victim, other] = await Promise.all([aClient(), aClient()]);
    await victim.query('begin');
    await victim.query("insert into notes values ('victim')");
    const waiting = writers(other);
    kill(victim);
    expect(await waiting).toEqual([]);
  });

  test('is no statement that was sent without its Sync', async () => {
    const [victim, other] = await Promise.all([aClient(), aClient()]);
    const { connection } = victim;
    connection.parse({ name: '', text: "insert into notes values ('victim')", types: [] }, true);
    connection.bind({}, true);
    connection.execute({}, true);
    connection.flush();
    await sleep(100);
    kill(victim);
    expect(await writers(other)).toEqual([]);
  });

  test('is no place in the queue: one that was cut off while it waited holds nobody up', async () => {
    const [holder, victim, other] = await Promise.all([aClient(), aClient(), aClient()]);
    await holder.query('begin');
    const cutOff = sqlState(victim.query('begin'));
    await sleep(50);
    kill(victim);
    const waiting = writers(other);
    await cutOff;
    await holder.query('commit');
    expect(await waiting).toEqual([]);
  });

  test('is no setting, role or temporary table', async () => {
    const leaver = await aClient();
    await leaver.query("set application_name = 'leaver'");
    await leaver.query("select set_config('app.tenant_id', 'acme', false)");
    await leaver.query('create temporary table secrets (text text)');
    await leaver.query('set role pg_monitor');
    await leaver.end();
    const next = await aClient();
    const { rows } = await next.query(
      `select current_user as role, current_setting('application_name') as name,
        current_setting('app.tenant_id', true) as tenant, to_regclass('secrets') as secrets`,
    );
    expect(rows).toEqual([{ role: 'postgres', name: '', tenant: '', secrets: null }]);
  });

  test('is a server that runs, though a named statement of it could not be parsed', async () => {
    const leaver = await aClient();
    expect(await sqlState(leaver.query({ name: 'broken', text: 'selec 1' }))).toBe('42601');
    await leaver.end();
    expect(await writers(await aClient())).toEqual([]);
  });
});

describe('a connection', () => {
  const role = async (client: pg.Client): Promise<unknown> =>
    (await client.query<{ role: string }>('select current_user as role')).rows[0]?.role;

  test('has the role that it asked for at its start, whoever had the session before', async () => {
    const owner = await aClient();
    const [first, second] = await Promise.all([
      aClient({ options: '-c role=pg_monitor' }),
      aClient({ options: '-c role=pg_read_all_stats' }),
    ]);
    for (const turn of ['first', 'second']) {
      const roles = await Promise.all([first, owner, second].map(role));
      expect([turn, ...roles]).toEqual([turn, 'pg_monitor', 'postgres', 'pg_read_all_stats']);
    }
    kill(first);
    expect(await role(second)).toBe('pg_read_all_stats');
    expect(await role(owner)).toBe('postgres');
  });

  test('is refused when it asks for a role that there is not', async () => {
    await expect(aClient({ options: '-c role=nobody_has_this' })).rejects.toThrow();
    expect(await writers(await aClient())).toEqual([]);
  });
});

describe('the server', () => {
  test.each([
    ['a wrong password', { password: 'another' }, '28P01'],
    ['an empty password', { password: '' }, '28P01'],
    ['an unknown user', { user: 'somebody' }, '28P01'],
    ['an unknown database', { database: 'elsewhere' }, '3D000'],
  ])('refuses %s', async (_, settings, code) => {
    expect(await sqlState(aClient(settings))).toBe(code);
  });

  const startup = Buffer.from('\0\0\0\x17\0\x03\0\0user\0postgres\0\0', 'latin1');
  test.each([
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a start-up packet without a length', Buffer.alloc(8)],
    ['a password of a negative length', Buffer.concat([startup, Buffer.from('p\xff\xff\xff\xff', 'latin1')])],
  ])('refuses %s, and goes on', async (_, bytes) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const answer = (await socket.setEncoding('latin1').toArray()).join('');
    expect(answer).toContain('C08P01');
    expect(await writers(await aClient())).toEqual([]);
  });

  test('refuses COPY from the client, and goes on', async () => {
    const client = await aClient();
    expect(await sqlState(client.query('copy notes from stdin'))).toBe('57014');
    expect(await writers(client)).toEqual([]);
  });

  test('takes a parameter of megabytes and gives it back', async () => {
    const client = await aClient();
    const text = 'ä'.repeat(4_000_000);
    const { rows } = await client.query('select $1::text as found', [text]);
    expect(rows).toEqual([{ found: text }]);
  });

  test('gives a result of many rows whole and in order', async () => {
    const client = await aClient();
    const text = "select n, repeat('x', 100) as filling from generate_series(1, 50000) n";
    const { rows } = await client.query<{ n: number }>(text);
    expect(rows).toHaveLength(50_000);
    expect(rows.every(({ n }, index) => n === index + 1)).toBe(true);
  });

  test('notifies who listens, and nobody else', async () => {
    const [listener, other, sender] = [await aClient(), await aClient(), await aClient()];
    const heard: string[] = [];
    listener.on('notification', ({ channel, payload }) => heard.push(`listener: ${channel} ${payload}`));
    other.on('notification', ({ channel }) => heard.push(`other: ${channel}`));
    await listener.query('listen news');
    await other.query('listen weather');
    await sender.query("begin; notify news, 'one'");
    await sender.query('rollback');
    await sender.query('select pg_notify($1, $2)', ['news', 'two']);
    const { rows } = await other.query('select generate_series(1, 3) as n');
    expect(rows).toHaveLength(3);
    await sleep(50);
    expect(heard).toEqual(['listener: news two']);
    kill(listener);
    await sleep(50);
    await sender.query("notify news, 'three'");
    expect(heard).toHaveLength(1);
  });
});
