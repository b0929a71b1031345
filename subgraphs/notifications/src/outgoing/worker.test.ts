import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger, newId, system, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { ask } from '@cdx/kit/testing';
import { Prisma } from '@cdx/prisma-notifications';
import {
  aDatabase,
  aMailServer,
  aNotification,
  aNotificationsSubgraph,
  aSubscription,
  aUser,
  type MailServer,
} from '../testing.ts';
import { NotSent, type Outgoing, type Sender } from './sender.ts';
import { deliverDue, type Senders } from './worker.ts';

let subgraph: Subgraph;
let database: Database<Prisma.TransactionClient>;
let mailServer: MailServer;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
  database = aDatabase();
  mailServer = await aMailServer();
});
afterAll(async () => {
  await subgraph.close();
  await database.close();
  await mailServer.close();
});

const log = makeLogger('test', 'silent');

/** What other suites have queued is due too; here it is taken and sent to nobody. */
function deliver(own: string, send: Sender, maxAttempts = 3): Promise<number> {
  const email: Sender = (delivery) => (delivery.recipient === own ? send(delivery) : Promise.resolve(null));
  return deliverDue({ database, senders: { email }, maxAttempts, log });
}

interface Found {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly providerReference: string | null;
  readonly nextAttemptAt: string | null;
}

async function deliveriesOf(who: Identity): Promise<Found[]> {
  const { deliveries } = await ask<{ deliveries: { edges: { node: Found }[] } }>(
    subgraph,
    who,
    '{ deliveries { edges { node { id status attempts error providerReference nextAttemptAt } } } }',
  );
  return deliveries.edges.map(({ node }) => node);
}

/** Somebody with an address, whom something is being sent to. */
async function somebody(times = 1) {
  const user = aUser();
  const address = `${newId()}@example.com`;
  const subscription = await aSubscription(subgraph, user, { address });
  for (let index = 0; index < times; index += 1) await aNotification(subgraph, user, { channels: ['EMAIL'] });
  return { user, address, subscription };
}

/** Brings the next attempt of a user's deliveries to now. */
const makeDue = ({ userId }: Identity): Promise<number> =>
  database.as(system).write(
    (tx) =>
      tx.$executeRaw(Prisma.sql`
      update notifications.deliveries set next_attempt_at = now() where user_id = ${userId}::uuid and status = 'queued'`),
    { unaudited: 'a test' },
  );

const refuse =
  (error: Error): Sender =>
  () =>
    Promise.reject(error);

describe('a delivery that is due', () => {
  test('is sent, with what the service calls it', async () => {
    const { user, address } = await somebody();
    const sent: Outgoing[] = [];
    await deliver(address, (delivery) => Promise.resolve(String(sent.push(delivery))));
    expect(sent).toMatchObject([{ recipient: address, attempts: 1, title: 'Hello', type: 'info' }]);
    expect(await deliveriesOf(user)).toMatchObject([
      { status: 'SENT', attempts: 1, providerReference: '1', error: null, nextAttemptAt: null },
    ]);
  });

  test('is tried again later, until it has failed for good', async () => {
    const { user, address } = await somebody();
    const send = refuse(new NotSent('The mail server does not answer'));
    for (const attempts of [1, 2]) {
      await deliver(address, send);
      const [found] = await deliveriesOf(user);
      expect(found).toMatchObject({ status: 'QUEUED', attempts, error: 'The mail server does not answer' });
      expect(Date.parse(found?.nextAttemptAt ?? '')).toBeGreaterThan(Date.now());
      // It is not due: nobody takes it.
      await deliver(address, refuse(new Error('Taken too early')));
      expect(await deliveriesOf(user)).toMatchObject([{ attempts }]);
      await makeDue(user);
    }
    await deliver(address, send);
    expect(await deliveriesOf(user)).toMatchObject([{ status: 'FAILED', attempts: 3, nextAttemptAt: null }]);
    const query = '{ deadLetters { totalCount } }';
    expect(await ask(subgraph, user, query)).toEqual({ deadLetters: { totalCount: 1 } });
  });

  test('is tried again no sooner than its service wants it', async () => {
    const { user, address } = await somebody();
    await deliver(address, refuse(new NotSent('Too many', { retryAfterMs: 7_200_000 })));
    const [found] = await deliveriesOf(user);
    expect(found).toMatchObject({ status: 'QUEUED', attempts: 1 });
    // The schedule alone would wait for half a minute.
    expect(Date.parse(found?.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(7_000_000);
  });

  test('fails at once where another time would be the same', async () => {
    const { user, address } = await somebody();
    await deliver(address, refuse(new NotSent('Refused', { permanent: true })));
    expect(await deliveriesOf(user)).toMatchObject([{ status: 'FAILED', attempts: 1, error: 'Refused' }]);
  });

  test('ends the use of an address that is gone', async () => {
    const { user, address, subscription } = await somebody();
    await deliver(address, refuse(new NotSent('Gone', { gone: true })));
    const query = '{ channelSubscriptions { edges { node { id isActive } } } }';
    expect(await ask(subgraph, user, query)).toEqual({
      channelSubscriptions: { edges: [{ node: { id: subscription, isActive: false } }] },
    });
    await aNotification(subgraph, user, { channels: ['EMAIL'] });
    const [latest] = await deliveriesOf(user);
    expect(latest).toMatchObject({ status: 'FAILED', error: 'The user has no address for this channel' });
  });

  test('tells nothing of what went wrong inside', async () => {
    const { user, address } = await somebody();
    await deliver(address, refuse(new Error('connect 10.0.0.7 password=secret')));
    expect(await deliveriesOf(user)).toMatchObject([{ error: 'The delivery could not be handed in' }]);
  });

  test('fails where its channel is not set up', async () => {
    const user = aUser();
    await aSubscription(subgraph, user, { channel: 'SMS', address: '+41791234567' });
    await aNotification(subgraph, user, { channels: ['SMS'] });
    await deliver('', refuse(new Error('unused')));
    expect(await deliveriesOf(user)).toMatchObject([
      { status: 'FAILED', error: 'This channel is not set up' },
    ]);
  });

  test('is sent no more once its notification has been deleted', async () => {
    const { user, address } = await somebody(0);
    const id = await aNotification(subgraph, user, { channels: ['EMAIL'] });
    await ask(subgraph, user, `mutation { deleteNotification(id: "${id}") }`);
    const sent: Outgoing[] = [];
    await deliver(address, (delivery) => Promise.resolve(String(sent.push(delivery))));
    expect(sent).toEqual([]);
  });
});

describe('several processes', () => {
  test('send each delivery once', async () => {
    const { user, address } = await somebody(40);
    const sent: string[] = [];
    const send: Sender = ({ id }) => Promise.resolve(String(sent.push(id)));
    await Promise.all(Array.from({ length: 4 }, () => deliver(address, send)));
    expect(sent).toHaveLength(40);
    expect(new Set(sent).size).toBe(40);
    expect((await deliveriesOf(user)).filter(({ status }) => status !== 'SENT')).toEqual([]);
  });

  test('take over from one that has ended midway, which then changes nothing any more', async () => {
    const { user, address } = await somebody();
    const references = ['late', 'in time'];
    let takeOver: Promise<number> | undefined;
    await deliver(address, async () => {
      await makeDue(user);
      takeOver = deliver(address, () => Promise.resolve('in time'));
      await takeOver;
      return 'late';
    });
    expect(await takeOver).toBeGreaterThan(0);
    const [found] = await deliveriesOf(user);
    expect(found).toMatchObject({ status: 'SENT', attempts: 2, providerReference: references[1] });
  });
});

test('the subgraph sends by itself at intervals', async () => {
  const settings = { NOTIFICATIONS_DELIVERY_SECONDS: '1', MAIL_SMTP_URL: mailServer.url };
  const { address } = await somebody();
  const other = await aNotificationsSubgraph(settings);
  try {
    while (!mailServer.mails.some((mail) => mail.includes(`To: ${address}`)))
      await new Promise((next) => setTimeout(next, 50));
  } finally {
    await other.close();
  }
});

test('senders are those of the settings', async () => {
  const { makeSenders } = await import('./senders.ts');
  const { settingsSchema } = await import('../settings.ts');
  const channels = (more: object): string[] => {
    const senders: Senders = makeSenders(
      settingsSchema.parse({ NOTIFICATIONS_DATABASE_URL: 'postgres://one/two', ...more }),
    );
    return Object.keys(senders);
  };
  expect(channels({})).toEqual(['email']);
  const vapid = { VAPID_PUBLIC_KEY: 'a', VAPID_PRIVATE_KEY: 'b' };
  expect(channels({ ...vapid, SMS_URL: 'https://sms.example' })).toEqual(['email', 'push', 'sms']);
});
