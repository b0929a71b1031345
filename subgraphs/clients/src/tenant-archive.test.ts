import { afterAll, describe, expect, test } from '@jest/globals';
import { system, type Identity } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

interface InUse {
  readonly active: readonly string[];
  readonly suspended: readonly string[];
}

const look = (who: Identity, tenantId: string | null) =>
  run(subgraph, who, 'query ($id: ID!) { clientsInUse(tenantId: $id) { active suspended } }', {
    id: tenantId,
  });
const archive = (who: Identity, tenantId: string | null, ids: readonly string[]) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $ids: [ID!]!) { done: archiveClientsOf(tenantId: $id, ids: $ids) }',
    { id: tenantId, ids },
  );
const restore = (who: Identity, tenantId: string | null, inUse: InUse) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $active: [ID!]!, $suspended: [ID!]!) {
      done: restoreClientsOf(tenantId: $id, active: $active, suspended: $suspended) }`,
    { id: tenantId, ...inUse },
  );
const statusOf = async (who: Identity, id: string) =>
  (await ask<{ client: { status: string } }>(subgraph, who, `{ client(id: "${id}") { status } }`)).client
    .status;

/** A tenant with a client in use, a suspended one, and one that is in the archive already. */
async function aTenant() {
  const admin = aUser();
  const [active, suspended, archived] = [
    await aClient(subgraph, admin),
    await aClient(subgraph, admin),
    await aClient(subgraph, admin),
  ];
  await run(subgraph, admin, `mutation { suspendClient(id: "${suspended}") { id } }`);
  await run(subgraph, admin, `mutation { archiveClient(id: "${archived}") { id } }`);
  return { admin, tenantId: admin.tenantId, active, suspended, archived };
}

describe('the clients of a tenant that is archived', () => {
  test('go into the archive and back to what they were, repeatedly; one that lay there stays', async () => {
    const { admin, tenantId, active, suspended, archived } = await aTenant();
    const inUse = { active: [active], suspended: [suspended] };
    expect((await look(system, tenantId)).data?.clientsInUse).toEqual(inUse);
    const all = [active, suspended, archived];
    const statuses = () => Promise.all(all.map((id) => statusOf(admin, id)));
    for (const count of [2, 0])
      expect((await archive(system, tenantId, [active, suspended])).data).toEqual({ done: count });
    expect(await statuses()).toEqual(['ARCHIVED', 'ARCHIVED', 'ARCHIVED']);
    for (const count of [2, 0])
      expect((await restore(system, tenantId, inUse)).data).toEqual({ done: count });
    expect(await statuses()).toEqual(['ACTIVE', 'SUSPENDED', 'ARCHIVED']);
  });

  test('are those of the tenant alone, whatever ids are named', async () => {
    const [one, other] = [await aTenant(), await aTenant()];
    expect((await archive(system, one.tenantId, [other.active])).data).toEqual({ done: 0 });
    const named = { active: [other.archived], suspended: [] };
    expect((await restore(system, one.tenantId, named)).data).toEqual({ done: 0 });
    expect(await statusOf(other.admin, other.active)).toBe('ACTIVE');
    expect(await statusOf(other.admin, other.archived)).toBe('ARCHIVED');
  });

  test('are archived by the product itself', async () => {
    const { admin, tenantId, active } = await aTenant();
    for (const who of [admin, aUser({ role: 'superadmin', tenantId: null })]) {
      expect(codes(await look(who, tenantId))).toEqual(['FORBIDDEN']);
      expect(codes(await archive(who, tenantId, [active]))).toEqual(['FORBIDDEN']);
      expect(codes(await restore(who, tenantId, { active: [], suspended: [] }))).toEqual(['FORBIDDEN']);
    }
    expect(await statusOf(admin, active)).toBe('ACTIVE');
  });
});
