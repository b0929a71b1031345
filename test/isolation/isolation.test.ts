import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc, { type GeneratorValue } from 'fast-check';
import { ask, type Answer } from '../support/ask.ts';
import { aGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { testEnvironment } from '../support/gateways.ts';
import type { Caller } from './callers.ts';
import { fingerprints } from './fingerprints.ts';
import { minimise } from './minimise.ts';
import { anOperation, type Operation } from './operations.ts';
import { aWorld, pick, seed, type World } from './world.ts';

/** Different operations in one run of a property, each asked by several callers at the same time. */
const together = 3;
const callersEach = 4;
const operations = Number(process.env.CDX_ISOLATION_OPERATIONS ?? 20_000);

let world: World;
const gateways: GatewayProcess[] = [];
afterAll(() => Promise.all(gateways.map((gateway) => gateway.close())));

async function aTarget(env: NodeJS.ProcessEnv): Promise<GatewayProcess> {
  const gateway = await aGatewayProcess({ ...testEnvironment(), LOG_LEVEL: 'info', ...env });
  gateways.push(gateway);
  return gateway;
}

interface Attempt {
  readonly caller: Caller;
  readonly operation: Operation;
}

/** One operation with what an attacker of one tenant would send, asked by callers of any. */
function attempts(g: GeneratorValue): Attempt[] {
  const { callers, schema, ammunition } = world;
  const operation = anOperation(g, schema, ammunition(pick(g, callers).tenant), { kind: 'query', depth: 3 });
  return Array.from({ length: callersEach }, () => ({ caller: pick(g, callers), operation }));
}

/** What an answer shows that is another tenant's. An error may repeat what the caller has sent, and nothing more. */
function leaksOf({ data, errors }: Answer, { caller, operation }: Attempt): string[] {
  const sent = JSON.stringify(operation);
  const inErrors = world.watch.leaks(JSON.stringify(errors), caller.tenant);
  return [
    ...world.watch.leaks(JSON.stringify(data ?? null), caller.tenant),
    ...inErrors.filter((text) => !sent.includes(text)),
  ];
}

/** Asks a gateway random operations; throws with the smallest that leaks. Answers how many got data. */
async function attack(gateway: GatewayProcess, count: number): Promise<number> {
  let answered = 0;
  const attempt = async (one: Attempt): Promise<string[]> => {
    const { query, variables } = one.operation;
    const answer = await ask(gateway, query, { token: one.caller.token, variables });
    if (answer.data) answered += 1;
    return leaksOf(answer, one);
  };
  const property = fc.asyncProperty(fc.gen(), async (g) => {
    const all = Array.from({ length: together }, () => attempts(g)).flat();
    const found = await Promise.all(all.map(attempt));
    const leaking = all.find((_, index) => (found[index] ?? []).length > 0);
    if (leaking) throw new Error(await report(leaking, attempt));
  });
  const numRuns = Math.ceil(count / together / callersEach);
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
  return answered;
}

/** A leak in the fewest words: what was asked, by whom, and what it showed. */
async function report(one: Attempt, attempt: (one: Attempt) => Promise<string[]>): Promise<string> {
  const { caller, operation } = one;
  const leaks = (query: string): Promise<string[]> => attempt({ caller, operation: { ...operation, query } });
  const query = await minimise(operation.query, async (text) => (await leaks(text)).length > 0);
  const used = Object.entries(operation.variables).filter(([name]) => query.includes(`$${name}:`));
  const variables = JSON.stringify(Object.fromEntries(used));
  const seen = (await leaks(query)).join(', ');
  return `${caller.email} of ${caller.tenant} sees ${seen} by\n${query}\nwith ${variables}`;
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
    const answered = await attack(target, operations);
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
    expect(await attack(open, operations / 10)).toBeGreaterThan(operations / 20);
  }, 300_000);
});

/** They act on the caller's own account, or on an address that anybody may give; their own suites attack them. */
const ofAccounts =
  /\b(login|register|logout\w*|refreshToken|changePassword|requestPasswordReset|resetPassword|requestEmailVerification|verifyEmail)\b/;

// The last: what these write stays.
test('random mutations on others’ rows change nothing, and show nothing of them', async () => {
  world = await aWorld(target);
  const before = await fingerprints();
  let refused = 0;
  const property = fc.asyncProperty(fc.gen(), async (g) => {
    const caller = pick(g, world.callers);
    const theirs = world.onlyOthers(caller.tenant);
    const operation = anOperation(g, world.schema, theirs, { kind: 'mutation', depth: 2 });
    if (ofAccounts.test(operation.query)) return;
    const answer = await ask(target, operation.query, { ...operation, token: caller.token });
    refused += answer.errors.length > 0 ? 1 : 0;
    // An id that was sent may stand in a row of the caller's own, where it leads nowhere.
    const sent = new Set([...theirs.ids, ...theirs.clients]);
    const leaks = world.watch.leaks(JSON.stringify(answer.data ?? null), caller.tenant);
    expect(leaks.filter((text) => !sent.has(text))).toEqual([]);
  });
  await fc.assert(property, { numRuns: operations / 10, seed, endOnFailure: true });
  expect(refused).toBeGreaterThan(operations / 40);
  expect(await fingerprints([...before.keys()])).toEqual(before);
}, 300_000);
