import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, aTenant, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const change = (who: Identity, source: string) => run(subgraph, who, `mutation { ${source} { id status } }`);

async function statusOf(id: string): Promise<unknown> {
  const { data } = await run(subgraph, superadmin, `{ tenant(id: "${id}") { status } }`);
  return (data?.tenant as { status: unknown }).status;
}

describe('the record of a tenant that is archived with all that belongs to it', () => {
  const mark = (who: Identity, id: string, from: string) =>
    change(who, `markTenantArchived(id: "${id}", from: ${from})`);
  const unmark = (who: Identity, id: string, to: string) =>
    change(who, `unmarkTenantArchived(id: "${id}", to: ${to})`);

  test.each(['ACTIVE', 'SUSPENDED'])('goes from %s into the archive and back, repeatedly', async (status) => {
    const id = await aTenant(subgraph);
    if (status === 'SUSPENDED') await change(superadmin, `suspendTenant(id: "${id}")`);
    for (let time = 0; time < 2; time += 1) {
      expect(codes(await mark(system, id, status))).toEqual([]);
      expect(await statusOf(id)).toBe('ARCHIVED');
    }
    expect(codes(await change(superadmin, `suspendTenant(id: "${id}")`))).toEqual(['CONFLICT']);
    for (let time = 0; time < 2; time += 1) {
      expect(codes(await unmark(system, id, status))).toEqual([]);
      expect(await statusOf(id)).toBe(status);
    }
  });

  test.each([
    ['is in another status by now', 'SUSPENDED'],
    ['was in the archive already', 'ARCHIVED'],
    ['is still being provisioned', 'PROVISIONING'],
  ])('is left alone when it %s', async (_, from) => {
    const id = await aTenant(subgraph);
    expect(codes(await mark(system, id, from))).toEqual(['CONFLICT']);
    expect(await statusOf(id)).toBe('ACTIVE');
  });

  test('that is not there is NOT_FOUND', async () => {
    expect(codes(await mark(system, aTenantId(), 'ACTIVE'))).toEqual(['NOT_FOUND']);
    expect(codes(await unmark(system, aTenantId(), 'ACTIVE'))).toEqual(['NOT_FOUND']);
  });

  test('goes nowhere but to where it can have been', async () => {
    expect(codes(await unmark(system, await aTenant(subgraph), 'PROVISIONING'))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('how a tenant came into the archive', () => {
  const look = (who: Identity, tenantId: string) =>
    run(subgraph, who, 'query ($id: ID!) { found: archiveOfTenant(tenantId: $id) }', { id: tenantId });

  /** A saga about a tenant, which has ended. */
  async function aSaga(tenantId: string, kind: string, status: string, state = 'COMPLETED'): Promise<void> {
    const id = newId();
    const step = { name: 'tenantBefore', service: 'platform', state: 'done', attempts: 1, at: null };
    const steps = [{ ...step, kept: { tenant: { status } } }];
    const { errors } = await run(
      subgraph,
      system,
      `mutation ($saga: BeginSagaInput!, $id: ID!, $end: RecordSagaInput!) { beginSaga(input: $saga) { id }
        recordSaga(id: $id, fence: 1, input: $end) }`,
      {
        saga: {
          ...{ id, kind, subject: `tenant:${tenantId}`, tenantId, requestedBy: superadmin.userId },
          ...{ input: { id: tenantId, reason: status }, steps, leaseSeconds: 60 },
        },
        id,
        end: { state, steps, leaseSeconds: 0 },
      },
    );
    expect(errors).toBeUndefined();
  }

  async function anArchivedTenant(): Promise<string> {
    const id = await aTenant(subgraph);
    await change(system, `markTenantArchived(id: "${id}", from: ACTIVE)`);
    return id;
  }

  test('is told by the newest saga that has archived it', async () => {
    const id = await anArchivedTenant();
    await aSaga(id, 'archiveTenant', 'ACTIVE');
    await aSaga(id, 'archiveTenant', 'SUSPENDED');
    await aSaga(id, 'archiveTenant', 'PROVISIONING', 'COMPENSATED');
    await aSaga(id, 'restoreTenant', 'ARCHIVED');
    await aSaga(await anArchivedTenant(), 'archiveTenant', 'ACTIVE');
    const found = {
      input: { id, reason: 'SUSPENDED' },
      kept: { tenantBefore: { tenant: { status: 'SUSPENDED' } } },
    };
    const statements = await statementsOf(async () => {
      expect((await look(system, id)).data).toEqual({ found });
    });
    expect(statements).toHaveLength(1);
  });

  test('is refused of a tenant in use, of one that no saga has archived, and of none', async () => {
    const used = await aTenant(subgraph);
    await aSaga(used, 'archiveTenant', 'ACTIVE');
    expect(codes(await look(system, used))).toEqual(['CONFLICT']);
    const { errors } = await look(system, await anArchivedTenant());
    expect(errors?.[0]?.message).toMatch(/^No archiveTenant of tenant t_\w+ is known/);
    expect(codes(await look(system, aTenantId()))).toEqual(['NOT_FOUND']);
  });

  test.each([
    ['a superadmin', superadmin],
    ['the tenant’s admin', undefined],
  ])('is not for %s to ask', async (_, who) => {
    const id = await anArchivedTenant();
    await aSaga(id, 'archiveTenant', 'ACTIVE');
    expect(codes(await look(who ?? aUser({ tenantId: id }), id))).toEqual(['FORBIDDEN']);
  });
});
