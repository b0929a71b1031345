import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { aRequest, ask, codes, run, statementsOf } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { forgetUser } from './forget-user.ts';
import { aCrmSubgraph, aLead, anInteraction, aSuperadmin, aUser } from './testing.ts';

const subgraph = aCrmSubgraph();
afterAll(() => subgraph.close());

/** The product, acting for a superadmin. */
const product: Identity = { ...system, userId: newId() };

const forget = (who: Identity, userId: string) =>
  run(subgraph, who, 'mutation ($userId: ID!) { forgotten: forgetUserInCrm(userId: $userId) }', { userId });

/** A tenant with a lead and an interaction of each of the users. */
async function aTenant(...users: readonly string[]) {
  const admin = aUser();
  for (const userId of users) {
    await aLead(subgraph, admin, { assignedTo: userId });
    await anInteraction(subgraph, admin, { userId });
  }
  return admin;
}

/** Whose the leads and the interactions of a tenant are, oldest first. */
async function namedIn(admin: Identity): Promise<unknown> {
  const { leads, interactions } = await ask<{
    leads: { edges: { node: { assignedTo: { id: string } | null } }[] };
    interactions: { edges: { node: { user: { id: string } | null } }[] };
  }>(
    subgraph,
    admin,
    `{ leads(orderBy: { field: CREATED_AT, direction: ASC }) { edges { node { assignedTo { id } } } }
      interactions(orderBy: { field: OCCURRED_AT, direction: ASC }) { edges { node { user { id } } } } }`,
  );
  return {
    leads: leads.edges.map(({ node }) => node.assignedTo?.id ?? null),
    interactions: interactions.edges.map(({ node }) => node.user?.id ?? null),
  };
}

interface Entry {
  readonly resourceType: string;
  readonly actorId: string;
}

const entriesOf = async (admin: Identity): Promise<Entry[]> => {
  const { crmAuditLog: log } = await ask<{ crmAuditLog: { edges: { node: Entry }[] } }>(
    subgraph,
    admin,
    `{ crmAuditLog(filter: { action: { eq: "crm.forgetUserInCrm" } }) {
      edges { node { resourceType actorId tenantId before after } } } }`,
  );
  return log.edges
    .map(({ node }) => node)
    .toSorted((one, other) => one.resourceType.localeCompare(other.resourceType));
};

describe('a user who is deleted', () => {
  test('is named by no lead and no interaction of any tenant, and others are as before', async () => {
    const [user, other] = [newId(), newId()];
    const tenants = [await aTenant(user, other), await aTenant(user)] as const;

    expect(await forget(product, user)).toEqual({ data: { forgotten: true } });

    expect(await namedIn(tenants[0])).toEqual({ leads: [null, other], interactions: [null, other] });
    expect(await namedIn(tenants[1])).toEqual({ leads: [null], interactions: [null] });
  });

  test('is forgotten once', async () => {
    const [user, other] = [newId(), newId()];
    const admin = await aTenant(user, other);
    for (const forgotten of [true, true]) expect((await forget(product, user)).data).toEqual({ forgotten });
    expect(await namedIn(admin)).toEqual({ leads: [null, other], interactions: [null, other] });
    expect(await entriesOf(admin)).toHaveLength(2);
  });

  test('is in each tenant’s audit log for its own rows', async () => {
    const user = newId();
    const tenants = [await aTenant(user), await aTenant(user)];
    await forget(product, user);
    for (const admin of tenants) {
      const common = { actorId: product.userId, tenantId: admin.tenantId };
      expect(await entriesOf(admin)).toEqual([
        { ...common, resourceType: 'Interaction', before: { userId: user }, after: { userId: null } },
        { ...common, resourceType: 'Lead', before: { assignedTo: user }, after: { assignedTo: null } },
      ]);
    }
  });

  test('takes three statements for each table, two for the log of each tenant, and the commit', async () => {
    const user = newId();
    await aTenant(user, user, user);
    await aTenant(user);
    expect(await statementsOf(() => forget(product, user))).toHaveLength(3 * 2 + 2 * 2 + 1);
    expect(await statementsOf(() => forget(product, user))).toHaveLength(2 + 1);
  });

  test('is forgotten by the product itself', async () => {
    const user = newId();
    const admin = await aTenant(user);
    for (const who of [admin, aSuperadmin(), aUser({ role: 'user', tenantId: admin.tenantId })])
      expect(codes(await forget(who, user))).toEqual(['FORBIDDEN']);
    expect(await namedIn(admin)).toEqual({ leads: [user], interactions: [user] });
  });

  test('has a UUID', async () => {
    const { errors } = await forget(product, 'x');
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'BAD_USER_INPUT', field: 'userId' },
    ]);
  });
});

describe('a user with more rows than one transaction changes', () => {
  const { db } = subgraph.createContext(aRequest(product)) as Context;
  const nobodys = { leads: [null, null, null], interactions: [null, null, null] };
  const entriesOfAll = async (admin: Identity) =>
    (
      await ask<{ crmAuditLog: { edges: { node: Entry & { resourceId: string } }[] } }>(
        subgraph,
        admin,
        `{ crmAuditLog(filter: { actorId: { eq: "${product.userId}" } }) { edges { node { resourceId } } } }`,
      )
    ).crmAuditLog.edges.map(({ node }) => node.resourceId);

  test('is forgotten by several, each with its rows on record', async () => {
    const user = newId();
    const admin = await aTenant(user, user, user);
    const sent = await statementsOf(async () => expect(await forgetUser(db, user, { size: 4 })).toBe(true));
    expect(sent.filter(({ text }) => /^commit/i.test(text))).toHaveLength(2);
    expect(await namedIn(admin)).toEqual(nobodys);
    expect(new Set(await entriesOfAll(admin)).size).toBe(6);
  });

  test('is forgotten as far as the time lasts, and on when it is asked for again', async () => {
    const user = newId();
    const admin = await aTenant(user, user, user);
    const limits = { size: 4, untilMs: 0 };
    expect(await forgetUser(db, user, limits)).toBe(false);
    expect(await namedIn(admin)).toMatchObject({ leads: nobodys.leads });
    expect(await entriesOfAll(admin)).toHaveLength(4);
    expect(await forgetUser(db, user, limits)).toBe(true);
    expect(await namedIn(admin)).toEqual(nobodys);
    expect(await entriesOfAll(admin)).toHaveLength(6);
  });

  test('is forgotten once by several at the same time, each of which says that nothing is left when it is so', async () => {
    const user = newId();
    const admin = await aTenant(user, user, user);
    const forgetting = [1, 2, 3].map(async () => {
      expect(await forgetUser(db, user, { size: 2 })).toBe(true);
      expect(await namedIn(admin)).toEqual(nobodys);
    });
    await Promise.all(forgetting);
    expect(await entriesOfAll(admin)).toHaveLength(6);
  });
});
