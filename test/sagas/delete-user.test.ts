import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { ask, at, codesOf, logIn, tenantAdmin } from '../support/ask.ts';
import { aSagaWorld, aTenantId, ended, once, type SagaWorld } from '../support/saga-world.ts';
import { rowsOf } from '../support/sql.ts';
import { allTraces, aUserWithThings, deletionSteps, noTraces, tracesOf } from '../support/user-rows.ts';

let world: SagaWorld;
beforeAll(async () => {
  world = await aSagaWorld(0);
}, 60_000);
afterAll(() => world.close());

describe('deleting a user everywhere', () => {
  test('deletes what is the user’s, once for each request', async () => {
    const [id, key] = [await aUserWithThings(world), newId()];
    expect(await tracesOf(id)).toEqual(allTraces);
    const first = await world.deleteUser(world.survivor, id, key);
    expect(at(first, 'deleteUserEverywhere')).toMatchObject({ state: 'COMPLETED', error: null });
    expect(await tracesOf(id)).toEqual(noTraces);
    expect(await world.deleteUser(world.survivor, id, key)).toEqual(first);
    expect(codesOf(await world.deleteUser(world.survivor, id, newId()))).toEqual(['NOT_FOUND']);
  });

  test('is refused for who owns a client, and nothing has happened', async () => {
    const tenantId = aTenantId();
    await world.provision(world.survivor, tenantId, newId());
    const [client] = await rowsOf<{ id: string }>(
      'clients',
      'select owner_user_id as id from clients.clients_info where client_id = $1',
      [tenantId],
    );
    const id = String(client?.id);
    const answer = await world.deleteUser(world.survivor, id, newId());
    expect(codesOf(answer)).toEqual(['CONFLICT']);
    expect(answer.errors[0]?.message).toMatch(/client/);
    expect(await tracesOf(id)).toMatchObject({ account: { isActive: 1 } });
  });

  test('is refused for oneself, for who is not there, and to who is no superadmin', async () => {
    const me = String(at(await ask(world.survivor, '{ me { id } }', { token: world.token }), 'me', 'id'));
    expect(codesOf(await world.deleteUser(world.survivor, me, newId()))).toEqual(['FORBIDDEN']);
    expect(codesOf(await world.deleteUser(world.survivor, newId(), newId()))).toEqual(['NOT_FOUND']);
    const token = await logIn(world.survivor, tenantAdmin);
    const mutation = `mutation { deleteUserEverywhere(id: "${me}") { id } }`;
    expect(codesOf(await ask(world.survivor, mutation, { token }))).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test.each(deletionSteps.slice(0, 2))('gives access back when $name refuses', async ({ name, run }) => {
    const id = await aUserWithThings(world);
    world.doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
    expect(codesOf(await world.deleteUser(world.survivor, id, newId()))).toEqual(['CONFLICT']);
    expect(await ended(`user:${id}`)).toMatchObject({ state: 'compensated', error: { step: name } });
    expect(await tracesOf(id)).toEqual(allTraces);
  });

  test.each(deletionSteps.slice(2))(
    'is stuck where $name refuses, and goes on when told to',
    async ({ name, run }) => {
      const id = await aUserWithThings(world);
      world.doors.decide = once('survivor', run, { refuse: 'CONFLICT' });
      const saga = at(await world.deleteUser(world.survivor, id, newId()), 'deleteUserEverywhere') as {
        id: string;
      };
      expect(saga).toMatchObject({ state: 'STUCK', error: { step: name } });
      await ask(world.survivor, `mutation { resumeSaga(id: "${saga.id}") { id } }`, { token: world.token });
      expect(await ended(`user:${id}`)).toMatchObject({ state: 'completed' });
      expect(await tracesOf(id)).toEqual(noTraces);
    },
  );
});
