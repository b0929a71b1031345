import { afterEach, describe, expect, test } from '@jest/globals';
import { ask, logIn, superadmin, tenantAdmin, type Answer } from './support/ask.ts';
import { costOf } from './support/count.ts';
import {
  aGateway,
  testEnvironment,
  topologies,
  type TestGateway,
  type Topology,
} from './support/gateways.ts';

const query = '{ clients(first: 2) { edges { node { id name owner { name } } } } }';
/** The query asks auth for the owners, after clients. */
const fetchesOfOne = 2;
const times = 5;

let gateway: TestGateway;
afterEach(() => gateway.close());

/** Asks for the same several times at once. */
async function askTogether(
  email: string,
  topology: Topology,
  settings: Record<string, string> = {},
): Promise<{ answers: readonly Answer[]; fetches: number }> {
  gateway = await aGateway(topology, { ...testEnvironment(), ...settings });
  const token = await logIn(gateway, email);
  let answers: readonly Answer[] = [];
  const { fetches } = await costOf(async () => {
    answers = await Promise.all(Array.from({ length: times }, () => ask(gateway, query, { token })));
  });
  return { answers, fetches: fetches.length };
}

describe.each(topologies)('the same query at the same time, %s', (topology) => {
  test('has the same answer for all, for at most the fetches of each', async () => {
    const { answers, fetches } = await askTogether(tenantAdmin, topology);
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(fetches).toBeLessThanOrEqual(times * fetchesOfOne);
  });

  test('is fetched for a superadmin each time, so that each time is put on record', async () => {
    expect((await askTogether(superadmin, topology)).fetches).toBe(times * fetchesOfOne);
  });

  test('counts each time against the rate', async () => {
    const { answers } = await askTogether(tenantAdmin, topology, { RATE_LIMIT_PER_MINUTE: '3' });
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(times - 3);
  });

  test.each<[string, Record<string, string>]>([
    ['it is not wanted', { JOIN_QUERIES: 'false' }],
    ['other processes may write', { WORKERS: '2' }],
  ])('is fetched each time where %s', async (_, settings) => {
    expect((await askTogether(tenantAdmin, topology, settings)).fetches).toBe(times * fetchesOfOne);
  });
});
