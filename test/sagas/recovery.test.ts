import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import { request } from 'undici';
import { ask, at } from '../support/ask.ts';
import type { DoorRequest } from '../support/doors.ts';
import {
  archiveSteps,
  aSagaWorld,
  ended,
  aTenantId,
  expectFinished,
  expectUndone,
  expire,
  isFor,
  moments,
  once,
  restoreSteps,
  sagaOf,
  steps,
  undone,
  type SagaWorld,
} from '../support/saga-world.ts';
import { archived, inUse, standingOf } from '../support/tenant-rows.ts';
import {
  addNotifications,
  aUserWithThings,
  deletionSteps,
  noTraces,
  tracesOf,
} from '../support/user-rows.ts';
import { killedAt, ofKills, Victims } from '../support/victims.ts';

let world: SagaWorld;
beforeAll(async () => {
  world = await aSagaWorld(1);
}, 60_000);
afterAll(() => world.close());

describe('a gateway that is killed', () => {
  const victims = new Victims(() => world);
  afterAll(() => victims.close());

  test.each(ofKills(steps.flatMap(({ name, run }) => moments.map((lose) => ({ name, run, lose })))))(
    'at the step $name, its $lose lost, has it finished by another',
    async ({ name, run, lose }) => {
      const id = aTenantId();
      await killedAt(world, await victims.take(), { begin: world.provision, id, mutation: run, lose });
      expect((await sagaOf(id))?.steps.find((step) => step.name === name)?.state).toBe('running');
      await expire(id);
      await expectFinished(id);
    },
    60_000,
  );

  test.each(ofKills(undone.flatMap(({ name, undo }) => moments.map((lose) => ({ name, undo, lose })))))(
    'when it undoes $name, its $lose lost, has it undone by another',
    async ({ undo, lose }) => {
      const id = aTenantId();
      const victim = await victims.take();
      const before = once(victim.name, 'createSubscription', { refuse: 'CONFLICT' });
      await killedAt(world, victim, { begin: world.provision, id, mutation: undo, lose, before });
      expect((await sagaOf(id))?.state).toBe('compensating');
      await expire(id);
      await expectUndone(id, 'subscription');
    },
    60_000,
  );

  test.each(ofKills(archiveSteps.flatMap(({ name, run }) => moments.map((lose) => ({ name, run, lose })))))(
    'when it archives a tenant at the step $name, its $lose lost, has it archived by another',
    async ({ run, lose }) => {
      const id = aTenantId();
      await world.provision(world.survivor, id, newId());
      await killedAt(world, await victims.take(), { begin: world.archive, id, mutation: run, lose });
      await expire(id);
      expect(await ended(id)).toMatchObject({ state: 'completed', error: {} });
      expect(await standingOf(id)).toEqual(archived);
    },
    60_000,
  );

  test.each(archiveSteps.slice(0, 3))(
    'when it restores $name, the answer lost, has all restored by another',
    async ({ undo }) => {
      const id = aTenantId();
      await world.provision(world.survivor, id, newId());
      const victim = await victims.take();
      const goesBack = once(victim.name, 'endSubscriptionsOf', { refuse: 'CONFLICT' });
      // The same mutation closes and opens: of that one it is the second time.
      const first = once(victim.name, undo === 'setTenantAccess' ? undo : 'nothing', { pass: true });
      const before = (one: DoorRequest) => goesBack(one) ?? first(one);
      await killedAt(world, victim, { begin: world.archive, id, mutation: undo, lose: 'answer', before });
      await expire(id);
      expect(await ended(id)).toMatchObject({ state: 'compensated', error: { step: 'subscriptions' } });
      expect(await standingOf(id)).toEqual(inUse);
    },
    60_000,
  );

  test.each(ofKills(restoreSteps.flatMap(({ name, run }) => moments.map((lose) => ({ name, run, lose })))))(
    'when it brings a tenant back at the step $name, its $lose lost, has it restored by another',
    async ({ run, lose }) => {
      const id = aTenantId();
      await world.provision(world.survivor, id, newId());
      await world.archive(world.survivor, id, newId());
      await killedAt(world, await victims.take(), { begin: world.restore, id, mutation: run, lose });
      await expire(id);
      expect(await ended(id)).toMatchObject({ state: 'completed', error: {} });
      expect(await standingOf(id)).toEqual(inUse);
    },
    60_000,
  );

  test.each(restoreSteps.slice(0, 3))(
    'when it takes back that $name is restored, the answer lost, has all in the archive by another',
    async ({ undo }) => {
      const id = aTenantId();
      await world.provision(world.survivor, id, newId());
      await world.archive(world.survivor, id, newId());
      const victim = await victims.take();
      const before = once(victim.name, 'setTenantAccess', { refuse: 'CONFLICT' });
      await killedAt(world, victim, { begin: world.restore, id, mutation: undo, lose: 'answer', before });
      await expire(id);
      expect(await ended(id)).toMatchObject({ state: 'compensated', error: { step: 'access' } });
      expect(await standingOf(id)).toEqual(archived);
    },
    60_000,
  );

  test.each(ofKills(deletionSteps.flatMap(({ name, run }) => moments.map((lose) => ({ name, run, lose })))))(
    'when it deletes a user at the step $name, its $lose lost, has the user deleted by another',
    async ({ run, lose }) => {
      const id = await aUserWithThings(world);
      await killedAt(world, await victims.take(), { begin: world.deleteUser, id, mutation: run, lose });
      await expire(`user:${id}`);
      expect(await ended(`user:${id}`)).toMatchObject({ state: 'completed', error: {} });
      expect(await tracesOf(id)).toEqual(noTraces);
    },
    60_000,
  );

  test('between two requests of one step has it gone on with by another where it was', async () => {
    const id = await aUserWithThings(world);
    await addNotifications(id, 1_500);
    const victim = await victims.take();
    const mutation = 'forgetUserInNotifications';
    // There is time for one transaction, of 500 rows: the one delivery that there is, and notifications.
    const before = once(victim.name, mutation, { pass: true, withinMs: 5_000 });
    await killedAt(world, victim, { begin: world.deleteUser, id, mutation, lose: 'request', before });
    expect(await tracesOf(id)).toMatchObject({ notifications: 1_501 - 499 });
    world.doors.requests.length = 0;
    await expire(`user:${id}`);
    expect(await ended(`user:${id}`)).toMatchObject({ state: 'completed', error: {} });
    expect(await tracesOf(id)).toEqual(noTraces);
    expect(world.doors.requests.filter((request) => isFor(request, 'forgetUserInCrm'))).toEqual([]);
  }, 60_000);

  test('has its saga finished once, though two take over at the same time', async () => {
    const id = aTenantId();
    const killing = { begin: world.provision, id, mutation: 'createOrganization', lose: 'answer' } as const;
    await killedAt(world, await victims.take(), killing);
    const second = await startGateway(world.environmentOf('second'));
    try {
      world.doors.requests.length = 0;
      await expire(id);
      await expectFinished(id);
      const later = steps
        .slice(2)
        .map(({ run }) => world.doors.requests.filter((request) => isFor(request, run)).length);
      expect(later).toEqual(later.map(() => 1));
    } finally {
      await second.close();
    }
  }, 60_000);
});

describe('a step that is refused where there is no way back', () => {
  test.each(steps.slice(-2))('($name) is stuck, and goes on when told to', async ({ name, run }) => {
    const id = aTenantId();
    world.doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
    const answer = await world.provision(world.survivor, id, newId());
    const saga = { state: 'STUCK', error: { step: name, message: 'The door says CONFLICT' } };
    expect(at(answer, 'provisionTenant')).toMatchObject(saga);
    const resumed = await ask(world.survivor, 'mutation ($id: ID!) { resumeSaga(id: $id) { id } }', {
      token: world.token,
      variables: { id: at(answer, 'provisionTenant', 'id') },
    });
    expect(resumed.errors).toEqual([]);
    await expectFinished(id);
  });
});

test('a gateway that ends leaves a saga to another after the step that it is doing', async () => {
  const id = aTenantId();
  const leaving = await startGateway({ ...world.environmentOf('leaving'), SAGAS_SECONDS: '0' });
  const asked = Promise.withResolvers<null>();
  const isStep = once('leaving', 'createOrganization', { refuse: 'INTERNAL' });
  world.doors.decide = (one) => {
    if (isStep(one)) asked.resolve(null);
    return undefined;
  };
  const query = 'mutation ($input: ProvisionTenantInput!) { saga: provisionTenant(input: $input) { state } }';
  const answered = request(`${leaving.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.token}` },
    body: JSON.stringify({ query, variables: { input: world.inputOf(id) } }),
  });
  await asked.promise;
  await leaving.close();
  expect(await (await answered).body.json()).toEqual({ data: { saga: { state: 'RUNNING' } } });
  await expectFinished(id);
}, 60_000);
