import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger, newId, system, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { ask } from '@cdx/kit/testing';
import type { Prisma } from '@cdx/prisma-notifications';
import type { FastifyInstance } from 'fastify';
import { aDatabase, aNotification, aNotificationsSubgraph, aSubscription, aUser } from '../testing.ts';
import { serveReceipts } from './receipt-server.ts';
import { signatureOf } from './signature.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

let subgraph: Subgraph;
let database: Database<Prisma.TransactionClient>;
let server: FastifyInstance;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
  database = aDatabase();
  const log = makeLogger('test', 'silent');
  server = await serveReceipts({ host: '127.0.0.1', port: 0, secret, database, log });
});
afterAll(async () => {
  await server.close();
  await database.close();
  await subgraph.close();
});

/** A delivery to somebody new that a service has taken under a reference of its own. */
async function aSentDelivery(status: 'sent' | 'failed' = 'sent') {
  const [user, reference] = [aUser(), newId()];
  await aSubscription(subgraph, user, { channel: 'SMS', address: '+41791234567' });
  const notificationId = await aNotification(subgraph, user, { channels: ['SMS'] });
  const now = new Date();
  // Another suite's worker may have had it by now.
  const state =
    status === 'sent'
      ? { status, sentAt: now, failedAt: null, error: null }
      : { status, sentAt: null, failedAt: now, error: 'The service has refused' };
  await database.as(system).write((tx) =>
    tx.delivery.updateMany({
      where: { notificationId },
      data: { ...state, nextAttemptAt: null, providerReference: reference },
    }),
  );
  return { user, reference };
}

const statusesOf = async (user: Identity): Promise<string[]> => {
  const { deliveries } = await ask<{ deliveries: { edges: { node: { status: string } }[] } }>(
    subgraph,
    user,
    '{ deliveries { edges { node { status } } } }',
  );
  return deliveries.edges.map(({ node }) => node.status);
};

interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as a service sends it. */
function signed(content: unknown, by = secret): Message {
  const [id, timestamp] = [newId(), String(Math.floor(Date.now() / 1_000))];
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  const signature = signatureOf(by, id, timestamp, body);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    },
  };
}

const receiptOf = (reference: string, more = {}) => ({
  channel: 'sms',
  reference,
  status: 'delivered',
  ...more,
});

async function send(message: Message): Promise<number> {
  const { port } = server.server.address() as AddressInfo;
  const { status } = await fetch(`http://127.0.0.1:${port}/receipts`, { method: 'POST', ...message });
  return status;
}

describe('a receipt', () => {
  test('moves a delivery from sent to delivered, and changes nothing when it comes again', async () => {
    const { user, reference } = await aSentDelivery();
    const other = await aSentDelivery();
    const message = signed(receiptOf(reference));
    for (const time of ['first', 'again']) {
      expect([time, await send(message), await statusesOf(user)]).toEqual([time, 204, ['DELIVERED']]);
    }
    expect(await statusesOf(other.user)).toEqual(['SENT']);
  });

  test('of a delivery that has failed, or that nobody knows, is refused so that it comes again', async () => {
    const { user, reference } = await aSentDelivery('failed');
    expect(await send(signed(receiptOf(reference)))).toBe(404);
    expect(await statusesOf(user)).toEqual(['FAILED']);
    expect(await send(signed(receiptOf(newId())))).toBe(404);
  });

  test('of another channel is not that of the delivery', async () => {
    const { user, reference } = await aSentDelivery();
    expect(await send(signed(receiptOf(reference, { channel: 'email' })))).toBe(404);
    expect(await statusesOf(user)).toEqual(['SENT']);
  });

  test('is refused without the secret’s signature, and with that of another message', async () => {
    const { user, reference } = await aSentDelivery();
    const message = signed(receiptOf(reference));
    const forged = signed(receiptOf(reference), `whsec_${Buffer.alloc(32, 2).toString('base64')}`);
    const { body } = message;
    expect(await send(forged)).toBe(401);
    expect(await send({ body, headers: { 'content-type': 'application/json' } })).toBe(401);
    expect(await send({ body, headers: signed(receiptOf(newId())).headers })).toBe(401);
    expect(await statusesOf(user)).toEqual(['SENT']);
  });

  test.each([
    ['no JSON', '{'],
    ['no reference', { channel: 'sms', status: 'delivered' }],
    ['a status that is none of a receipt', { channel: 'sms', reference: 'r', status: 'failed' }],
    ['a channel without receipts', { channel: 'in_app', reference: 'r', status: 'delivered' }],
  ])('with %s is refused', async (_, content) => {
    expect(await send(signed(content))).toBe(400);
  });

  test('that is too long is refused', async () => {
    expect(await send(signed(receiptOf('r'.repeat(20_000))))).toBe(413);
  });
});

test('receipts are not taken without a secret', async () => {
  await expect(aNotificationsSubgraph({ NOTIFICATIONS_RECEIPTS_PORT: '0' })).rejects.toThrow(
    'NOTIFICATIONS_RECEIPTS_SECRET',
  );
});
