import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { ask } from '@cdx/kit/testing';
import { aCrmSubgraph, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

/** An admin of a tenant that the demo data is about. */
const admin = aUser({ tenantId: 'acme' });

interface Counted {
  readonly totalCount: number;
}

describe('the demo data', () => {
  test('has leads in every column of the default board', async () => {
    const { crmBoard } = await ask<{ crmBoard: { columns: { stage: string; count: number }[] } }>(
      subgraph,
      admin,
      '{ crmBoard { columns { stage count } } }',
    );
    expect(crmBoard.columns).toHaveLength(5);
    expect(crmBoard.columns.filter(({ count }) => count === 0)).toEqual([]);
  });

  test('has leads of which some were won and some lost, and customers who are active and not', async () => {
    const { _entities: found } = await ask<{ _entities: [{ crm: Record<string, number> }] }>(
      subgraph,
      admin,
      `{ _entities(representations: [{ __typename: "Tenant", id: "acme" }]) { ... on Tenant { crm {
        totalCustomers activeCustomers openLeads wonLeads lostLeads avgProbability } } } }`,
    );
    const figures = found[0].crm;
    expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
    expect(figures.activeCustomers).toBeLessThan(figures.totalCustomers ?? 0);
  });

  test('has a past and a future: calls and meetings that are to come', async () => {
    const to = new Date().toISOString();
    const { coming, gone } = await ask<Record<'coming' | 'gone', Counted>>(
      subgraph,
      admin,
      `{ coming: interactions(filter: { completedAt: { isNull: true }, scheduledAt: { gt: "${to}" } }) { totalCount }
        gone: interactions(filter: { completedAt: { lte: "${to}" } }) { totalCount } }`,
    );
    expect(coming.totalCount).toBeGreaterThan(0);
    expect(gone.totalCount).toBeGreaterThan(0);
  });
});
