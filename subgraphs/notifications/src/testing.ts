import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { anIdentity } from '@cdx/access/testing';
import { connectDatabase, makeLogger, newId, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { ask, testDatabaseUrl } from '@cdx/kit/testing';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-notifications';
import { SMTPServer } from 'smtp-server';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The notifications subgraph on the test run's database; it sends nothing unless the settings say so. */
export async function aNotificationsSubgraph(more: Readonly<Record<string, string>> = {}): Promise<Subgraph> {
  const settings = settingsSchema.parse({
    NOTIFICATIONS_DATABASE_URL: testDatabaseUrl('NOTIFICATIONS_DATABASE_URL'),
    NOTIFICATIONS_DELIVERY_SECONDS: '0',
    ...more,
  });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}

/** Somebody who belongs to no tenant and sees all. */
export function aSuperadmin(): Identity & { readonly userId: string } {
  return { ...anIdentity({ role: 'superadmin' }), userId: newId() };
}

type Input = Readonly<Record<string, unknown>>;

/** A new notification for the user itself, unless the input names another; answers its id. */
export async function aNotification(
  subgraph: Subgraph,
  user: Identity & { readonly userId: string },
  input: Input = {},
): Promise<string> {
  const { sent } = await ask<{ sent: { id: string } }>(
    subgraph,
    user,
    'mutation ($input: SendNotificationInput!) { sent: sendNotification(input: $input) { id } }',
    { input: { userId: user.userId, title: 'Hello', message: 'Something has happened', ...input } },
  );
  return sent.id;
}

/** Has the user reached by an address of e-mail, unless the input says another channel; answers the subscription's id. */
export async function aSubscription(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  const { made } = await ask<{ made: { id: string } }>(
    subgraph,
    user,
    'mutation ($input: SubscribeChannelInput!) { made: subscribeChannel(input: $input) { id } }',
    { input: { channel: 'EMAIL', address: `${newId()}@example.com`, ...input } },
  );
  return made.id;
}

/** The test run's database, beside the subgraph's own connections. */
export function aDatabase(): Database<Prisma.TransactionClient> {
  return connectDatabase<Prisma.TransactionClient>({
    name: 'notifications',
    url: testDatabaseUrl('NOTIFICATIONS_DATABASE_URL'),
    poolSize: 5,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
}

/** An HTTP server of a push or SMS service, which answers as a test says. */
export interface Service {
  readonly url: string;
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  /** What it answers, from the next request on. */
  answers(status: number, headers?: Readonly<Record<string, string>>, body?: string): void;
  close(): Promise<void>;
}

/** Starts such a service. */
export async function aService(): Promise<Service> {
  const requests: Service['requests'] = [];
  let answer: [number, Readonly<Record<string, string>>, string] = [201, {}, ''];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(answer[0], answer[1]).end(answer[2]);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answers: (status, headers = {}, body = '') => (answer = [status, headers, body]),
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** A mail server, which refuses whom the test says, with the code that it says. */
export interface MailServer {
  readonly url: string;
  readonly mails: string[];
  readonly refused: Map<string, number>;
  close(): Promise<void>;
}

/** Starts such a server. */
export async function aMailServer(): Promise<MailServer> {
  const mails: string[] = [];
  const refused = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _, done) {
      const responseCode = refused.get(address);
      const words = `Nobody is ${address} at inner.host`;
      done(responseCode === undefined ? null : Object.assign(new Error(words), { responseCode }));
    },
    onData(stream, _, done) {
      void text(stream).then((mail) => done(null, String(mails.push(mail))));
    },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refused,
    close: () => new Promise((done) => server.close(done)),
  };
}
