import { execFile } from 'node:child_process';
import { connect, createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabaseUrl } from '../testing/index.ts';

/** A server between us and the database that cuts a connection at the first statement after the login. */
let cutting: Server;
let url: string;
beforeAll(async () => {
  const database = new URL(testDatabaseUrl('AUTH_DATABASE_URL'));
  const { port, hostname } = database;
  cutting = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    upstream.pipe(client);
    client.on('data', (packet) => {
      // The fifth byte of a packet is its command; 3 is a statement (MySQL protocol, COM_QUERY).
      if (packet[4] === 3) client.destroy();
      else upstream.write(packet);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((done) => cutting.listen(0, '127.0.0.1', done));
  const address = cutting.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen');
  database.port = String(address.port);
  database.hostname = '127.0.0.1';
  url = database.href;
});
afterAll(() => void cutting.close());

/** Asks once, in a process of its own, which ends with 1 if a rejection is left unhandled in it. */
const script = `
  import { mysqlPool } from '${new URL('./mysql.ts', import.meta.url).href}';
  const pool = mysqlPool(process.argv[1], 1);
  await pool.query('select 1').catch(() => console.log('refused'));
  await pool.end();`;

test('a server that goes away while a connection is being made costs a statement, and not the process', async () => {
  const args = ['--input-type=module', '-e', script, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(stdout).toBe('refused\n');
}, 30_000);
