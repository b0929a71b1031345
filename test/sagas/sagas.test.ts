import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type RunningGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import { ask, at, codesOf, logIn, tenantAdmin } from '../support/ask.ts';
import type { Doors } from '../support/doors.ts';
import { aGateway } from '../support/gateways.ts';
import {
  aSagaWorld,
  aTenantId,
  ended,
  expectUndone,
  once,
  sagaOf,
  undone,
  type SagaWorld,
} from '../support/saga-world.ts';
import { archived, belongingsOf, everything, inUse, nothing, standingOf } from '../support/tenant-rows.ts';

let world: SagaWorld;
let doors: Doors;
let survivor: RunningGateway;
let token: string;
let provision: SagaWorld['provision'];
let inputOf: SagaWorld['inputOf'];
beforeAll(async () => {
  world = await aSagaWorld(0);
  ({ doors, survivor, token, provision, inputOf } = world);
}, 60_000);
afterAll(() => world.close());

describe('a step that is refused', () => {
  test.each([...undone, { name: 'subscription', run: 'createSubscription' }])(
    '($name) has all before it undone, and the answer says why',
    async ({ name, run }) => {
      const id = aTenantId();
      doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
      const answer = await provision(survivor, id, newId());
      expect(codesOf(answer)).toEqual(['CONFLICT']);
      expect(answer.errors[0]?.message).toMatch(
        /^The door says CONFLICT\. All that was done before is undone/,
      );
      await expectUndone(id, name);
    },
  );

  test('by its owner itself says so: of an address that has an account', async () => {
    const [id, other] = [aTenantId(), aTenantId()];
    const input = { ...inputOf(id), owner: { email: tenantAdmin, name: 'Ann' } };
    const answer = await ask(
      survivor,
      'mutation ($input: ProvisionTenantInput!) { provisionTenant(input: $input) { id } }',
      { token, variables: { input } },
    );
    expect(codesOf(answer)).toEqual(['CONFLICT']);
    await expectUndone(id, 'owner');
    expect(await belongingsOf(other)).toEqual(nothing);
  });

  test('leaves a tenant alone that has the id already', async () => {
    const id = aTenantId();
    await provision(survivor, id, newId());
    const answer = await provision(survivor, id, newId());
    expect(codesOf(answer)).toEqual(['CONFLICT']);
    expect(await belongingsOf(id)).toEqual(everything);
  });
});

test('in one process with its services a tenant is provisioned, archived and restored too', async () => {
  const gateway = await aGateway('embedded', { ...world.env, SUBGRAPHS: '' });
  try {
    const id = aTenantId();
    const made = await provision(gateway, id, newId());
    expect(at(made, 'provisionTenant')).toEqual({ id: expect.any(String), state: 'COMPLETED', error: null });
    expect(await belongingsOf(id)).toEqual(everything);
    expect(at(await world.archive(gateway, id, newId()), 'archiveTenant', 'state')).toBe('COMPLETED');
    expect(await standingOf(id)).toEqual(archived);
    expect(at(await world.restore(gateway, id, newId()), 'restoreTenant', 'state')).toBe('COMPLETED');
    expect(await standingOf(id)).toEqual(inUse);
  } finally {
    await gateway.close();
  }
});

describe('provisioning a tenant', () => {
  test('by the same request at two gateways makes one', async () => {
    const [id, key] = [aTenantId(), newId()];
    const second = await startGateway(world.environmentOf('second'));
    try {
      const answers = await Promise.all(
        [survivor, second, survivor].map((gateway) => provision(gateway, id, key)),
      );
      const ids = answers.map((answer) => at(answer, 'provisionTenant', 'id'));
      expect(new Set(ids).size).toBe(1);
      expect(answers.map((answer) => at(answer, 'provisionTenant', 'state'))).toEqual(
        ids.map(() => 'COMPLETED'),
      );
      expect(await belongingsOf(id)).toEqual(everything);
    } finally {
      await second.close();
    }
  });

  test('of one id by two requests at the same time refuses one of them', async () => {
    const id = aTenantId();
    const answers = await Promise.all([1, 2].map(() => provision(survivor, id, newId())));
    expect(answers.flatMap(codesOf)).toEqual(['CONFLICT']);
    expect(await belongingsOf(id)).toEqual(everything);
  });

  test('without a plan asks neither for a customer nor for a subscription', async () => {
    const id = aTenantId();
    const input = { ...inputOf(id), planId: null };
    const answer = await ask(
      survivor,
      'mutation ($input: ProvisionTenantInput!) { provisionTenant(input: $input) { state } }',
      { token, variables: { input } },
    );
    expect(at(answer, 'provisionTenant', 'state')).toBe('COMPLETED');
    expect(await belongingsOf(id)).toEqual({ ...everything, customers: 0, subscriptions: 0, invoices: 0 });
  });

  test('leaves nothing about the owner in the journal', async () => {
    const id = aTenantId();
    await provision(survivor, id, newId());
    const saga = await ended(id);
    expect(saga.input).toMatchObject({ id, name: 'Acme New' });
    expect(JSON.stringify(saga)).not.toContain('@test.example');
  });

  test('with an input that is wrong begins no saga', async () => {
    const id = aTenantId();
    const answer = await ask(
      survivor,
      'mutation ($input: ProvisionTenantInput!) { provisionTenant(input: $input) { id } }',
      { token, variables: { input: { ...inputOf(id), owner: { email: 'ann', name: 'Ann' } } } },
    );
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors[0]?.extensions.field).toBe('input.owner.email');
    expect(await sagaOf(id)).toBeUndefined();
  });

  test('is for superadmins, and so is seeing sagas', async () => {
    const id = aTenantId();
    const admin = await logIn(survivor, tenantAdmin);
    expect(codesOf(await provision(survivor, id, newId(), admin))).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(await sagaOf(id)).toBeUndefined();
    const answer = await ask(survivor, '{ sagas { edges { node { id input } } } }', { token: admin });
    expect(codesOf(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(answer.data).toEqual({ sagas: null });
  });
});
