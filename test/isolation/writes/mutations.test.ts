import { domainFolders } from '@cdx/kit/domains';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ask } from '../../support/ask.ts';
import { aGatewayProcess, type GatewayProcess } from '../../support/gateway-process.ts';
import { testEnvironment } from '../../support/gateways.ts';
import { operationCount as operations } from '../attack.ts';
import { registerStrangers } from '../callers.ts';
import { fingerprints } from '../fingerprints.ts';
import { anOperation } from '../operations.ts';
import { aWorld, pick, seed, type World } from '../world.ts';

let target: GatewayProcess;
let world: World;
/** The rows that were there before the strangers, and that their coming has left alone. */
let others: readonly string[];
beforeAll(async () => {
  target = await aGatewayProcess(testEnvironment());
  const before = await fingerprints();
  world = await aWorld(target, registerStrangers);
  const since = await fingerprints();
  others = [...before].filter((row) => since.has(row));
  console.log(`mutations: seed ${seed}`);
}, 120_000);
afterAll(() => target.close());

/** They act on the caller's own account, or on an address that anybody may give; their own suites attack them. */
const ofAccounts =
  /\b(login|register|logout\w*|refreshToken|changePassword|requestPasswordReset|resetPassword|requestEmailVerification|verifyEmail)\b/;

test('every domain has rows that could be changed', () => {
  const places = new Set(others.map((row) => row.replace(/^client_\w+/, 'agents').split(/[. ]/)[0]));
  const domains = domainFolders.map(({ name }) => (name === 'auth' ? 'users' : name));
  expect([...domains, 'agents'].filter((place) => !places.has(place))).toEqual([]);
});

test('random mutations on others’ rows change nothing, and show nothing of them', async () => {
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
  const left = await fingerprints();
  expect(others.filter((row) => !left.has(row))).toEqual([]);
}, 300_000);
