import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aNotification, aNotificationsSubgraph, aSubscription, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

const deadLetters = async (who: Identity): Promise<{ id: string; error: string }[]> => {
  const { deadLetters: found } = await ask<{
    deadLetters: { edges: { node: { id: string; error: string } }[] };
  }>(subgraph, who, '{ deadLetters { edges { node { id error } } } }');
  return found.edges.map(({ node }) => node);
};

const retry = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { retryDelivery(id: "${id}") { status error failedAt recipient } }`);

describe('a delivery that has failed for good', () => {
  test('is a dead letter, and is queued again once the user has an address', async () => {
    const [admin, address] = [aUser(), `${newId()}@example.com`];
    await aNotification(subgraph, admin, { channels: ['EMAIL', 'IN_APP'] });
    const [letter] = await deadLetters(admin);
    expect(letter).toEqual({ id: letter?.id, error: 'The user has no address for this channel' });
    const id = letter?.id ?? '';
    expect(codes(await retry(admin, id))).toEqual(['CONFLICT']);
    await aSubscription(subgraph, admin, { address });
    expect((await retry(admin, id)).data).toEqual({
      retryDelivery: {
        ...{ error: null, failedAt: null, recipient: address },
        // Another suite's worker may have taken it by now.
        status: expect.stringMatching(/^(QUEUED|SENT)$/),
      },
    });
    expect(await deadLetters(admin)).toEqual([]);
    expect(codes(await retry(admin, id))).toEqual(['CONFLICT']);
  });

  test('is nothing to another user or tenant', async () => {
    const admin = aUser();
    await aNotification(subgraph, admin, { channels: ['SMS'] });
    const [letter] = await deadLetters(admin);
    const others = [aUser(), aUser({ role: 'client', tenantId: admin.tenantId })];
    for (const other of others) {
      expect(await deadLetters(other)).toEqual([]);
      expect(codes(await retry(other, letter?.id ?? ''))).toEqual(['NOT_FOUND']);
    }
    expect(codes(await retry(admin, newId()))).toEqual(['NOT_FOUND']);
  });
});
