import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { ask } from '@cdx/kit/testing';
import { aNotificationsSubgraph, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

/** An admin of a tenant that the demo data is about. */
const admin = aUser({ tenantId: 'acme' });

test('the demo data has figures of every kind', async () => {
  const { _entities: found } = await ask<{ _entities: [{ notifications: Record<string, number> }] }>(
    subgraph,
    admin,
    `{ _entities(representations: [{ __typename: "Tenant", id: "acme" }]) { ... on Tenant { notifications {
      total unread sent24h failed24h } } } }`,
  );
  const figures = found[0].notifications;
  expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
  expect(figures.unread).toBeLessThan(figures.total ?? 0);
});

test('the demo data has deliveries by every channel, and none that would be sent', async () => {
  const counts = await ask<Record<string, { totalCount: number }>>(
    subgraph,
    admin,
    `{ ${['IN_APP', 'EMAIL', 'PUSH', 'SMS']
      .map((name) => `${name}: deliveries(filter: { channel: { eq: ${name} } }) { totalCount }`)
      .join(' ')}
      queued: deliveries(filter: { status: { eq: QUEUED } }) { totalCount } }`,
  );
  const { queued, ...channels } = counts;
  expect(queued).toEqual({ totalCount: 0 });
  expect(Object.values(channels).filter(({ totalCount }) => totalCount === 0)).toEqual([]);
});
