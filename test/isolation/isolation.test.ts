import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GeneratorValue } from 'fast-check';
import { ask } from '../support/ask.ts';
import { aGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { testEnvironment } from '../support/gateways.ts';
import { attack, leaksOf, operationCount as operations, type Attempt } from './attack.ts';
import { anOperation } from './operations.ts';
import { aWorld, pick, seed, type World } from './world.ts';

/** Different operations in one run of a property, each asked by several callers at the same time. */
const together = 3;
const callersEach = 4;

let world: World;
const gateways: GatewayProcess[] = [];
afterAll(() => Promise.all(gateways.map((gateway) => gateway.close())));

async function aTarget(env: NodeJS.ProcessEnv): Promise<GatewayProcess> {
  const gateway = await aGatewayProcess({ ...testEnvironment(), LOG_LEVEL: 'info', ...env });
  gateways.push(gateway);
  return gateway;
}

/** One operation with what an attacker of one tenant would send, asked by callers of any. */
function attempts(g: GeneratorValue): Attempt[] {
  const { callers, schema, ammunition } = world;
  const operation = anOperation(g, schema, ammunition(pick(g, callers).tenant), { kind: 'query', depth: 3 });
  return Array.from({ length: callersEach }, () => ({ caller: pick(g, callers), operation }));
}

/** Asks a gateway random operations; answers how many got data. */
function attackGateway(gateway: GatewayProcess, count: number): Promise<number> {
  return attack(count, {
    together: together * callersEach,
    draw: (g) => Array.from({ length: together }, () => attempts(g)).flat(),
    ask: ({ caller: { token }, operation: { query, variables } }) =>
      ask(gateway, query, { token, variables }),
    leaksOf: (answer, attempt) => leaksOf(world.watch, answer, attempt),
  });
}

let target: GatewayProcess;
beforeAll(async () => {
  target = await aTarget({});
  world = await aWorld(target);
  console.log(
    `isolation: seed ${seed}; ${world.callers.length} callers, ${world.secrets.length} texts to watch`,
  );
}, 120_000);

describe('random operations of random callers', () => {
  test('show nothing of another tenant, in data, errors or cursors', async () => {
    const answered = await attackGateway(target, operations);
    // Operations that are refused as a whole show nothing and prove nothing.
    expect(answered).toBeGreaterThan(operations / 2);
  }, 900_000);

  test('write nothing of anybody’s into the log: no address, no token', () => {
    const log = target.log();
    const addresses = world.secrets.filter(({ kind, text }) => kind === 'email' && log.includes(text));
    expect(addresses).toEqual([]);
    expect(world.callers.filter(({ token }) => log.includes(token))).toEqual([]);
  });

  test('show no more where the gateway’s wall is off: the databases’ own holds', async () => {
    const open = await aTarget({ AUTHORIZATION_MODE: 'dry-run' });
    // Another gateway has keys of its own.
    world = await aWorld(open);
    expect(await attackGateway(open, operations / 10)).toBeGreaterThan(operations / 20);
  }, 300_000);
});
