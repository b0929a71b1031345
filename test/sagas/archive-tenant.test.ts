import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import { ask, at, codesOf, logIn, tenantAdmin } from '../support/ask.ts';
import {
  archiveSteps,
  aSagaWorld,
  aTenantId,
  ended,
  once,
  restoreSteps,
  sagaOf,
  type SagaWorld,
} from '../support/saga-world.ts';
import { rowsOf } from '../support/sql.ts';
import { archived, inUse, standingOf } from '../support/tenant-rows.ts';

let world: SagaWorld;
let survivor: RunningGateway;
beforeAll(async () => {
  world = await aSagaWorld(0);
  ({ survivor } = world);
}, 60_000);
afterAll(() => world.close());

/** A tenant in use. */
async function aTenant(): Promise<string> {
  const id = aTenantId();
  expect((await world.provision(survivor, id, newId())).errors).toEqual([]);
  return id;
}

/** A tenant in the archive. */
async function anArchivedTenant(): Promise<string> {
  const id = await aTenant();
  expect((await world.archive(survivor, id, newId())).errors).toEqual([]);
  return id;
}

/** Does something as a superadmin. */
async function change(mutation: string): Promise<void> {
  expect((await ask(survivor, `mutation { ${mutation} }`, { token: world.token })).errors).toEqual([]);
}

describe('archiving a tenant', () => {
  test('takes all that belongs to it out of use, once for each request', async () => {
    const [id, key] = [await aTenant(), newId()];
    const first = await world.archive(survivor, id, key);
    expect(at(first, 'archiveTenant', 'state')).toBe('COMPLETED');
    expect(await standingOf(id)).toEqual(archived);
    expect(await world.archive(survivor, id, key)).toEqual(first);
    expect(codesOf(await world.archive(survivor, id, newId()))).toEqual(['CONFLICT']);
    expect(await standingOf(id)).toEqual(archived);
  });

  test.each(archiveSteps)('has all as it was when $name is refused', async ({ name, run }) => {
    const id = await aTenant();
    world.doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
    expect(codesOf(await world.archive(survivor, id, newId()))).toEqual(['CONFLICT']);
    expect(await ended(id)).toMatchObject({ state: 'compensated', error: { step: name } });
    expect(await standingOf(id)).toEqual(inUse);
  });

  test('leaves what was out of use before as it was', async () => {
    const id = await aTenant();
    await change(`suspendTenant(id: "${id}") { id } suspendClient(id: "${id}") { id }`);
    world.doors.decide = once('survivor', 'endSubscriptionsOf', { refuse: 'CONFLICT' });
    await world.archive(survivor, id, newId());
    expect(await standingOf(id)).toEqual({ ...inUse, tenant: 'suspended', client: 'suspended' });
  });

  test('that is not there is NOT_FOUND', async () => {
    expect(codesOf(await world.archive(survivor, aTenantId(), newId()))).toEqual(['NOT_FOUND']);
  });
});

describe('restoring a tenant', () => {
  test('has all as it was before it was archived, once for each request, and again', async () => {
    const id = await aTenant();
    for (let time = 0; time < 2; time += 1) {
      await world.archive(survivor, id, newId());
      expect(await standingOf(id)).toEqual(archived);
      const key = newId();
      const first = await world.restore(survivor, id, key);
      expect(at(first, 'restoreTenant', 'state')).toBe('COMPLETED');
      expect(await world.restore(survivor, id, key)).toEqual(first);
      expect(await standingOf(id)).toEqual(inUse);
    }
  });

  test('leaves out of use what was so before it was archived', async () => {
    const id = await aTenant();
    await change(`suspendTenant(id: "${id}") { id } suspendClient(id: "${id}") { id }`);
    await world.archive(survivor, id, newId());
    await world.restore(survivor, id, newId());
    expect(await standingOf(id)).toEqual({ ...inUse, tenant: 'suspended', client: 'suspended' });
  });

  test('does not bring back a subscription that has ended meanwhile', async () => {
    const id = await anArchivedTenant();
    await rowsOf(
      'billing',
      "update billing.subscriptions set status = 'cancelled', cancelled_at = now() where tenant_id = $1",
      [id],
    );
    expect(at(await world.restore(survivor, id, newId()), 'restoreTenant', 'state')).toBe('COMPLETED');
    expect(await standingOf(id)).toEqual({ ...inUse, subscription: archived.subscription });
  });

  test.each(restoreSteps)('leaves all in the archive when $name is refused', async ({ name, run }) => {
    const id = await anArchivedTenant();
    world.doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
    expect(codesOf(await world.restore(survivor, id, newId()))).toEqual(['CONFLICT']);
    expect(await ended(id)).toMatchObject({ state: 'compensated', error: { step: name } });
    expect(await standingOf(id)).toEqual(archived);
  });

  test('takes back nothing that somebody had brought back by hand', async () => {
    const id = await anArchivedTenant();
    await change(`activateClient(id: "${id}") { id }`);
    world.doors.decide = once('survivor', 'setTenantAccess', { refuse: 'CONFLICT' });
    await world.restore(survivor, id, newId());
    expect(await standingOf(id)).toEqual({ ...archived, client: 'active' });
  });

  test('is refused where it is in use, and where nobody knows how it was archived', async () => {
    const id = await aTenant();
    expect(codesOf(await world.restore(survivor, id, newId()))).toEqual(['CONFLICT']);
    expect(await standingOf(id)).toEqual(inUse);
    await rowsOf('platform', "update platform.tenants set status = 'archived' where id = $1", [id]);
    const { errors } = await world.restore(survivor, id, newId());
    expect(errors[0]?.message).toMatch(`No archiveTenant of tenant ${id} is known; activateTenant`);
  });

  test('that is not there is NOT_FOUND', async () => {
    expect(codesOf(await world.restore(survivor, aTenantId(), newId()))).toEqual(['NOT_FOUND']);
  });

  test('is for superadmins', async () => {
    const id = await anArchivedTenant();
    const answer = await ask(survivor, `mutation { restoreTenant(id: "${id}") { id } }`, {
      token: await logIn(survivor, tenantAdmin),
    });
    expect(codesOf(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect((await sagaOf(id))?.state).toBe('completed');
    expect(await standingOf(id)).toEqual(archived);
  });
});
