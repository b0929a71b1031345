import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import type { Decision, DoorRequest } from './support/doors.ts';
import { aGatewayProcess, type GatewayProcess } from './support/gateway-process.ts';
import {
  aSagaWorld,
  aTenantId,
  expectFinished,
  expectUndone,
  expire,
  isFor,
  moments,
  once,
  sagaOf,
  steps,
  undone,
  type SagaWorld,
} from './support/saga-world.ts';

let world: SagaWorld;
beforeAll(async () => {
  world = await aSagaWorld();
}, 60_000);
afterAll(() => world.close());

/** Gateways that are there to be killed; the next one starts while the one before is used. */
class Victims {
  #count = 0;
  #next: Promise<GatewayProcess & { readonly name: string }> | undefined;

  async take(): Promise<GatewayProcess & { readonly name: string }> {
    const next = this.#next ?? this.#start();
    this.#next = this.#start();
    return next;
  }

  async close(): Promise<void> {
    await (await this.#next)?.kill();
  }

  async #start(): Promise<GatewayProcess & { readonly name: string }> {
    const name = `victim${(this.#count += 1)}`;
    // It takes nothing over itself.
    return { name, ...(await aGatewayProcess({ ...world.environmentOf(name), SAGAS_SECONDS: '0' })) };
  }
}

/** Begins a saga at a gateway that is killed at the first request for a mutation; answers when it is dead. */
async function killedAt(
  victim: GatewayProcess & { readonly name: string },
  id: string,
  mutation: string,
  lose: 'request' | 'answer',
  before: (request: DoorRequest) => Decision | undefined = () => undefined,
): Promise<void> {
  const decide = once(victim.name, mutation, { lose, then: () => victim.kill() });
  world.doors.decide = (request) => decide(request) ?? before(request);
  await expect(world.provision(victim, id, newId())).rejects.toThrow();
  world.doors.decide = undefined;
}

describe('a gateway that is killed', () => {
  const victims = new Victims();
  afterAll(() => victims.close());

  test.each(steps.flatMap(({ name, run }) => moments.map((lose) => ({ name, run, lose }))))(
    'at the step $name, its $lose lost, has it finished by another',
    async ({ name, run, lose }) => {
      const id = aTenantId();
      await killedAt(await victims.take(), id, run, lose);
      expect((await sagaOf(id))?.steps.find((step) => step.name === name)?.state).toBe('running');
      await expire(id);
      await expectFinished(id);
    },
    60_000,
  );

  test.each(undone.flatMap(({ name, undo }) => moments.map((lose) => ({ name, undo, lose }))))(
    'when it undoes $name, its $lose lost, has it undone by another',
    async ({ undo, lose }) => {
      const id = aTenantId();
      const victim = await victims.take();
      await killedAt(victim, id, undo, lose, once(victim.name, 'createSubscription', { refuse: 'CONFLICT' }));
      expect((await sagaOf(id))?.state).toBe('compensating');
      await expire(id);
      await expectUndone(id, 'subscription');
    },
    60_000,
  );

  test('has its saga finished once, though two take over at the same time', async () => {
    const id = aTenantId();
    await killedAt(await victims.take(), id, 'createOrganization', 'answer');
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
