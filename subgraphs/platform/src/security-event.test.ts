import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, asApplication, aTenant, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

function record(who: Identity, input: Record<string, unknown> = {}, key?: string) {
  return run(
    subgraph,
    who,
    `mutation ($input: RecordSecurityEventInput!, $key: String) {
      recordSecurityEvent(input: $input, idempotencyKey: $key) {
        id tenantId severity kind user { id } description metadata resolvedAt resolvedBy { id } } }`,
    { input: { severity: 'HIGH', kind: 'auth.token_reuse', description: 'Seen twice', ...input }, key },
  );
}

async function anEvent(input: Record<string, unknown> = {}): Promise<string> {
  const { data, errors } = await record(system, input);
  expect(errors).toBeUndefined();
  return (data?.recordSecurityEvent as { id: string }).id;
}

const resolve = (who: Identity, id: string) =>
  run(subgraph, who, `mutation { resolveSecurityEvent(id: "${id}") { resolvedAt resolvedBy { id } } }`);

async function idsSeen(who: Identity, args: string): Promise<unknown> {
  const { data, errors } = await run(subgraph, who, `{ securityEvents(${args}) { edges { node { id } } } }`);
  expect(errors).toBeUndefined();
  return (data?.securityEvents as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
}

describe('a security event', () => {
  test('is kept as it was recorded, by the product itself or by a superadmin', async () => {
    const tenantId = await aTenant(subgraph);
    const userId = newId();
    for (const who of [system, superadmin]) {
      const { data, errors } = await record(who, { tenantId, userId, metadata: { family: 'a' } });
      expect(errors).toBeUndefined();
      expect(data?.recordSecurityEvent).toEqual({
        id: expect.any(String),
        tenantId,
        severity: 'HIGH',
        kind: 'auth.token_reuse',
        user: { id: userId },
        description: 'Seen twice',
        metadata: { family: 'a' },
        resolvedAt: null,
        resolvedBy: null,
      });
    }
  });

  test('is recorded once by one idempotency key', async () => {
    const first = await record(superadmin, {}, 'once');
    expect(first.errors).toBeUndefined();
    expect(await record(superadmin, {}, 'once')).toEqual(first);
  });

  test.each([
    { kind: 'Token Reuse' },
    { description: ' ' },
    { userId: 'nobody' },
    { metadata: [] },
    { tenantId: '' },
  ])('with %j is refused', async (input) => {
    expect(codes(await record(superadmin, input))).toEqual(['BAD_USER_INPUT']);
  });

  test('is resolved once, by one of those who try', async () => {
    const id = await anEvent();
    const results = await Promise.all([resolve(superadmin, id), resolve(superadmin, id)]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect(codes(await resolve(superadmin, id))).toEqual(['CONFLICT']);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ securityEvent(id: "${id}") { resolvedAt resolvedBy { id } } }`,
    );
    const resolvedBy = { id: superadmin.userId };
    expect(data?.securityEvent).toEqual({ resolvedAt: expect.any(String), resolvedBy });
    expect(codes(await resolve(superadmin, newId()))).toEqual(['NOT_FOUND']);
  });

  test('never changes otherwise, and never goes: the application’s role may not', async () => {
    const id = await anEvent();
    for (const statement of [
      "update platform.security_events set severity = 'info' where id = $1",
      'delete from platform.security_events where id = $1',
    ])
      await expect(asApplication(statement, [id])).rejects.toThrow('permission denied');
  });
});

describe('the security events of a tenant', () => {
  test('are seen by its admins and by superadmins, and by nobody else', async () => {
    const [own, other] = [aTenantId(), aTenantId()];
    const ofOwn = await anEvent({ tenantId: own });
    const ofOther = await anEvent({ tenantId: other });
    const ofNone = await anEvent();
    const filter = `filter: { id: { in: ["${ofOwn}", "${ofOther}", "${ofNone}"] } }`;
    const admin = aUser({ tenantId: own });
    expect(await idsSeen(admin, filter)).toEqual([ofOwn]);
    expect(await idsSeen(admin, `filter: { tenantId: { eq: "${other}" } }`)).toEqual([]);
    expect(await idsSeen(superadmin, filter)).toEqual([ofNone, ofOther, ofOwn]);
    expect(await idsSeen(superadmin, `filter: { tenantId: { eq: "${other}" } }`)).toEqual([ofOther]);
    const byId = await run(
      subgraph,
      admin,
      `query ($all: [_Any!]!) { securityEvent(id: "${ofOther}") { id }
        _entities(representations: $all) { ... on SecurityEvent { id } } }`,
      { all: [ofOwn, ofOther].map((id) => ({ __typename: 'SecurityEvent', id })) },
    );
    expect(byId.data).toEqual({ securityEvent: null, _entities: [{ id: ofOwn }, null] });
  });

  test.each(['client', 'user'] as const)('are refused to its %s, with the scope too', async (role) => {
    for (const who of [aUser({ role }), aUser({ role, scopes: ['platform:audit:read'] })])
      expect(codes(await run(subgraph, who, '{ securityEvents { totalCount } }'))).toEqual(['FORBIDDEN']);
  });

  test('are recorded and resolved by no admin', async () => {
    const admin = aUser();
    const id = await anEvent({ tenantId: admin.tenantId });
    expect(codes(await resolve(admin, id))).toEqual(['FORBIDDEN']);
    const writer = { ...admin, scopes: ['platform:audit:read', 'platform:read', 'platform:write'] };
    expect(codes(await resolve(writer, id))).toEqual(['FORBIDDEN']);
    expect(codes(await record(writer, { tenantId: admin.tenantId }))).toEqual(['FORBIDDEN']);
  });

  test('of many tenants are read by one statement, with their counts', async () => {
    const tenants = [await aTenant(subgraph), await aTenant(subgraph)];
    for (const tenantId of tenants) await anEvent({ tenantId, severity: 'LOW' });
    const ids = await Promise.all(tenants.map((tenantId) => anEvent({ tenantId, severity: 'CRITICAL' })));
    const statements = await statementsOf(async () => {
      const { data, errors } = await run(
        subgraph,
        superadmin,
        `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant {
          securityEvents(first: 1, filter: { severity: { gte: HIGH }, resolvedAt: { isNull: true } }) {
            totalCount edges { node { id severity tenant { name } } } } } } }`,
        { all: tenants.map((id) => ({ __typename: 'Tenant', id })) },
      );
      expect(errors).toBeUndefined();
      expect(data?._entities).toEqual(
        tenants.map((name, index) => ({
          securityEvents: {
            totalCount: 1,
            edges: [{ node: { id: ids[index], severity: 'CRITICAL', tenant: { name } } }],
          },
        })),
      );
    });
    const read = (table: string): number =>
      statements.filter(({ text }) => text.includes(`from "platform"."${table}"`)).length;
    expect([read('tenants'), read('security_events')]).toEqual([1, 1]);
  });
});
