import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const forget = (userId: string, who: Identity = system) =>
  run(subgraph, who, 'mutation ($id: ID!) { forgot: forgetUserInPlatform(userId: $id) }', { id: userId });

/** Somebody who answers for the platform, made so by whom; answers the id. */
async function anAdmin(grantedBy: Identity = superadmin): Promise<string> {
  const userId = newId();
  await ask(
    subgraph,
    grantedBy,
    `mutation { grantPlatformAdmin(userId: "${userId}", level: SUPPORT) { userId } }`,
  );
  return userId;
}

const adminOf = async (userId: string): Promise<unknown> =>
  (
    await ask(
      subgraph,
      superadmin,
      `{ found: platformAdmin(userId: "${userId}") { userId grantedBy { id } } }`,
    )
  ).found;

describe('a user who is forgotten', () => {
  test('does not answer for the platform any more, and others do', async () => {
    const [gone, other] = [await anAdmin(), await anAdmin()];
    expect((await forget(gone.toUpperCase())).data).toEqual({ forgot: true });
    expect(await adminOf(gone)).toBeNull();
    expect(await adminOf(other)).toMatchObject({ userId: other });
    expect((await forget(gone)).data).toEqual({ forgot: true });
  });

  test('stays in the records: who has made others, and what has happened', async () => {
    const gone = { ...superadmin, userId: await anAdmin() };
    const other = await anAdmin(gone);
    const input = { severity: 'LOW', kind: 'auth.token_reuse', description: 'Twice', userId: gone.userId };
    const source = `mutation ($input: RecordSecurityEventInput!) { made: recordSecurityEvent(input: $input) { id } }`;
    const { made } = await ask<{ made: { id: string } }>(subgraph, system, source, { input });
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
    expect(await adminOf(other)).toEqual({ userId: other, grantedBy: { id: gone.userId } });
    expect(await ask(subgraph, superadmin, `{ securityEvent(id: "${made.id}") { user { id } } }`)).toEqual({
      securityEvent: { user: { id: gone.userId } },
    });
  });

  test('is put on record once, in no tenant', async () => {
    const gone = await anAdmin();
    const product = { ...system, userId: newId(), tenantId: aUser().tenantId };
    for (const forgot of [true, true]) expect((await forget(gone, product)).data).toEqual({ forgot });
    const source = `{ platformAuditLog(filter: { actorId: { eq: "${product.userId}" } }) {
      edges { node { action tenantId resourceType resourceId after } } } }`;
    expect(await ask(subgraph, superadmin, source)).toEqual({
      platformAuditLog: {
        edges: [
          {
            node: {
              action: 'platform.forgetUserInPlatform',
              tenantId: null,
              resourceType: 'PlatformAdmin',
              resourceId: gone,
              after: null,
            },
          },
        ],
      },
    });
  });

  test('costs few statements, and fewer the second time', async () => {
    const gone = await anAdmin();
    expect(await statementsOf(() => forget(gone))).toHaveLength(6);
    expect(await statementsOf(() => forget(gone))).toHaveLength(3);
  });

  test('is named by a UUID', async () => {
    expect(codes(await forget('nobody'))).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['a superadmin', superadmin],
    ['a tenant’s admin', aUser()],
  ])('is forgotten by the product itself, not by %s', async (_, who) => {
    const userId = await anAdmin();
    expect(codes(await forget(userId, who))).toEqual(['FORBIDDEN']);
    expect(await adminOf(userId)).toMatchObject({ userId });
  });
});
