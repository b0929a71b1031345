/** Gateways that are there to be killed. */
import { expect } from '@jest/globals';
import { newId } from '@cdx/kit';
import type { Decision, DoorRequest } from './doors.ts';
import { aGatewayProcess, type GatewayProcess } from './gateway-process.ts';
import { once, type SagaWorld } from './saga-world.ts';

/** A gateway of its own process. */
export type Victim = GatewayProcess & { readonly name: string };

/** Gateways of a world, of which the next one starts while the one before is used. */
export class Victims {
  readonly #world: () => SagaWorld;
  #count = 0;
  #next: Promise<Victim> | undefined;

  constructor(world: () => SagaWorld) {
    this.#world = world;
  }

  async take(): Promise<Victim> {
    const next = this.#next ?? this.#start();
    this.#next = this.#start();
    return next;
  }

  async close(): Promise<void> {
    await (await this.#next)?.kill();
  }

  async #start(): Promise<Victim> {
    const name = `victim${(this.#count += 1)}`;
    // It takes nothing over itself.
    const env = { ...this.#world().environmentOf(name), SAGAS_SECONDS: '0' };
    return { name, ...(await aGatewayProcess(env)) };
  }
}

/** The cases of a test of killing: of a run that has had them all on other databases, a fourth. */
export function ofKills<Case>(cases: readonly Case[]): readonly Case[] {
  return process.env.CDX_SAGA_KILLS === 'some' ? cases.filter((_, index) => index % 4 === 0) : cases;
}

/** A saga that is begun at a gateway which is killed on the way. */
export interface Killing {
  readonly begin: SagaWorld['archive'];
  /** What the saga is about. */
  readonly id: string;
  /** The gateway dies at the first request for it. */
  readonly mutation: string;
  /** What is lost: the request before its owner has it, or the answer. */
  readonly lose: 'request' | 'answer';
  readonly before?: (request: DoorRequest) => Decision | undefined;
}

/** Begins a saga at a gateway that is killed at the first request for a mutation; answers when it is dead. */
export async function killedAt(
  { doors }: SagaWorld,
  victim: Victim,
  { begin, id, mutation, lose, before = () => undefined }: Killing,
): Promise<void> {
  const decide = once(victim.name, mutation, { lose, then: () => victim.kill() });
  doors.decide = (request) => before(request) ?? decide(request);
  await expect(begin(victim, id, newId())).rejects.toThrow();
  doors.decide = undefined;
}
