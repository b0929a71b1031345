import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { system, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, aUser, biller } from './testing.ts';

let subgraph: Subgraph;
let planId: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  planId = await aPlan(subgraph);
});
afterAll(() => subgraph.close());

const look = (who: Identity, tenantId: string) =>
  run(subgraph, who, 'query ($id: ID!) { found: renewingSubscriptions(tenantId: $id) }', { id: tenantId });
const change =
  (mutation: string, more = '') =>
  (who: Identity, tenantId: string, ids: readonly string[]) =>
    run(
      subgraph,
      who,
      `mutation ($id: ID!, $ids: [ID!]!) { done: ${mutation}(tenantId: $id, ids: $ids${more}) }`,
      { id: tenantId, ids },
    );
const end = change('endSubscriptionsOf', ', reason: "Archived"');
const keep = change('keepSubscriptionsOf');
const read = async (id: string) =>
  (await run(subgraph, biller, `{ subscription(id: "${id}") { status cancelAtPeriodEnd cancelReason } }`))
    .data?.subscription;

const cancelled = (id: string, atPeriodEnd: boolean) =>
  run(subgraph, biller, `mutation { cancelSubscription(id: "${id}", atPeriodEnd: ${atPeriodEnd}) { id } }`);

describe('the subscriptions of a tenant that is archived', () => {
  test('end with their periods, and go on when it is taken back; those that end anyway stay as they are', async () => {
    const tenantId = aTenant();
    const [going, ending, over] = [
      await aSubscription(subgraph, { tenantId, planId }),
      await aSubscription(subgraph, { tenantId, planId }),
      await aSubscription(subgraph, { tenantId, planId }),
    ];
    await cancelled(ending, true);
    await cancelled(over, false);
    expect((await look(system, tenantId)).data).toEqual({ found: [going] });
    for (const count of [1, 0]) expect((await end(system, tenantId, [going])).data).toEqual({ done: count });
    expect(await read(going)).toEqual({
      ...{ status: 'ACTIVE', cancelAtPeriodEnd: true, cancelReason: 'Archived' },
    });
    for (const count of [1, 0]) expect((await keep(system, tenantId, [going])).data).toEqual({ done: count });
    expect(await read(going)).toEqual({ status: 'ACTIVE', cancelAtPeriodEnd: false, cancelReason: null });
    expect(await read(ending)).toMatchObject({ cancelAtPeriodEnd: true });
    expect(await read(over)).toMatchObject({ status: 'CANCELLED' });
  });

  test('are those of the tenant alone, whatever ids are named', async () => {
    const other = await aSubscription(subgraph, { tenantId: aTenant(), planId });
    expect((await end(system, aTenant(), [other])).data).toEqual({ done: 0 });
    expect(await read(other)).toMatchObject({ cancelAtPeriodEnd: false });
  });

  test('are ended by the product itself', async () => {
    const admin = aUser();
    const id = await aSubscription(subgraph, { tenantId: admin.tenantId, planId });
    for (const who of [admin, biller]) {
      expect(codes(await look(who, admin.tenantId))).toEqual(['FORBIDDEN']);
      expect(codes(await end(who, admin.tenantId, [id]))).toEqual(['FORBIDDEN']);
      expect(codes(await keep(who, admin.tenantId, [id]))).toEqual(['FORBIDDEN']);
    }
  });
});
