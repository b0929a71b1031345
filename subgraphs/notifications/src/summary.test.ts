import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, run, statementsOf } from '@cdx/kit/testing';
import { aNotification, aNotificationsSubgraph, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

/** The summaries of tenants, as the gateway asks for them; null where there is none to see. */
async function summaries(who: Identity, tenants: readonly string[], selection: string): Promise<unknown[]> {
  const { _entities: found } = await ask<{ _entities: ({ notifications: unknown } | null)[] }>(
    subgraph,
    who,
    `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on Tenant { notifications { ${selection} } } } }`,
    { all: tenants.map((id) => ({ __typename: 'Tenant', id })) },
  );
  return found.map((tenant) => tenant?.notifications ?? null);
}

interface Figures {
  readonly total: number;
  readonly unread: number;
  readonly sent24h: number;
  readonly failed24h: number;
  readonly byType: readonly { readonly type: string; readonly count: number }[];
}

const platform = async (who: Identity, selection: string) =>
  (
    await run(
      subgraph,
      who,
      `{ _entities(representations: [{ __typename: "Platform", id: "platform" }]) {
        ... on Platform { notifications { ${selection} } } } }`,
    )
  ).data?._entities as [{ notifications: Figures } | null];

const all = 'total unread sent24h failed24h byType { type count }';

const [busy, calm, superadmin] = [aUser(), aUser(), aSuperadmin()];
const member = aUser({ role: 'user', tenantId: busy.tenantId });

/** Four notifications in the app, one of them read and one of them for the member, and two mails that nobody gets. */
beforeAll(async () => {
  const read = await aNotification(subgraph, busy);
  await ask(subgraph, busy, `mutation { markNotificationRead(id: "${read}") { id } }`);
  await aNotification(subgraph, busy, { type: 'ERROR', channels: ['IN_APP', 'EMAIL'] });
  await aNotification(subgraph, busy, { type: 'ERROR', channels: ['EMAIL', 'IN_APP'] });
  await aNotification(subgraph, busy, { type: 'WARNING', userId: member.userId });
});

const counts = (info: number, success: number, warning: number, error: number) =>
  Object.entries({ INFO: info, SUCCESS: success, WARNING: warning, ERROR: error }).map(([type, count]) => ({
    type,
    count,
  }));
const ofBusy = { total: 4, unread: 3, sent24h: 4, failed24h: 2, byType: counts(1, 0, 1, 2) };
const empty: Figures = { total: 0, unread: 0, sent24h: 0, failed24h: 0, byType: counts(0, 0, 0, 0) };

describe('the summary of a tenant', () => {
  test('has its figures for admins, and the user’s own for others', async () => {
    expect(await summaries(busy, [busy.tenantId], all)).toEqual([ofBusy]);
    expect(await summaries(member, [busy.tenantId], all)).toEqual([
      { ...empty, total: 1, unread: 1, sent24h: 1, byType: counts(0, 0, 1, 0) },
    ]);
  });

  test('is null to who may not see the tenant', async () => {
    expect(await summaries(calm, [busy.tenantId, calm.tenantId], all)).toEqual([null, empty]);
    expect(await summaries(superadmin, [busy.tenantId, calm.tenantId], all)).toEqual([ofBusy, empty]);
  });

  test('of a page of tenants takes one statement', async () => {
    const tenants = [busy.tenantId, ...Array.from({ length: 49 }, () => aUser().tenantId)];
    const statements = await statementsOf(async () => {
      expect(await summaries(superadmin, tenants, all)).toHaveLength(50);
    });
    expect(statements).toHaveLength(1);
  });

  test.each([
    ['notifications', 'unread', { unread: 3 }, 'notifications.deliveries'],
    ['deliveries', 'failed24h', { failed24h: 2 }, 'notifications.notifications'],
  ])('reads no other table where %s are asked for', async (_, selection, expected, other) => {
    const [statement] = await statementsOf(async () => {
      expect(await summaries(busy, [busy.tenantId], selection)).toEqual([expected]);
    });
    expect(statement?.text).not.toContain(other);
  });
});

describe('the summary of the platform', () => {
  test('has what all tenants have together, by one statement, for superadmins', async () => {
    await aNotification(subgraph, calm);
    let found: Awaited<ReturnType<typeof platform>> | undefined;
    const statements = await statementsOf(async () => (found = await platform(superadmin, all)));
    expect(statements).toHaveLength(1);
    // Other suites make and delete notifications meanwhile; those of the two tenants stay.
    const { total, unread, sent24h, failed24h, byType } = found?.[0]?.notifications ?? empty;
    expect([total >= 5, unread >= 4, sent24h >= 5, failed24h >= 2]).toEqual([true, true, true, true]);
    expect(byType.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(await platform(busy, all)).toEqual([null]);
  });
});
