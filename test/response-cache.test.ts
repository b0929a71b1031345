import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, clientUser, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { costOf } from './support/count.ts';
import { aGateway, testEnvironment, topologies, type TestGateway } from './support/gateways.ts';
import { bearer, post } from './support/post.ts';
import { aRedis, type TestRedis } from './support/redis.ts';

const tiers = '{ subscriptionTiers { name features } }';
const personas =
  '{ personaTemplates(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) { edges { node { name } } } }';
const create = `mutation ($input: CreatePersonaTemplateInput!) { createPersonaTemplate(input: $input) { id } }`;
const updateTier =
  'mutation ($id: ID!, $features: [String!]) { updateSubscriptionTier(id: $id, input: { features: $features }) { id } }';

const started: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
});

async function start(env: NodeJS.ProcessEnv = {}, topology: (typeof topologies)[number] = 'embedded') {
  const gateway = await aGateway(topology, { ...testEnvironment(), ...env });
  started.push(gateway);
  return gateway;
}

/** Whether an answer costs neither a fetch nor a statement. */
async function isKept(gateway: TestGateway, query: string, token: string): Promise<boolean> {
  const { statements, fetches } = await costOf(async () => {
    const { errors } = await ask(gateway, query, { token });
    expect(errors).toEqual([]);
  });
  return statements.length === 0 && fetches.length === 0;
}

/** Makes a persona; answers its name. */
async function aPersona(gateway: TestGateway, token: string): Promise<string> {
  const name = `Persona ${randomUUID()}`;
  const input = { key: `persona-${randomUUID()}`, name, category: 'sales', systemPrompt: 'Be kind.' };
  const { errors } = await ask(gateway, create, { token, variables: { input } });
  expect(errors).toEqual([]);
  return name;
}

const namesOf = async (gateway: TestGateway, token: string): Promise<unknown[]> => {
  const edges = at(await ask(gateway, personas, { token }), 'personaTemplates', 'edges');
  return (edges as readonly { readonly node: { readonly name: string } }[]).map(({ node }) => node.name);
};

describe.each(topologies)('a kept answer, %s', (topology) => {
  test('costs nothing, is for its caller, and is forgotten when something is written', async () => {
    const gateway = await start({}, topology);
    const client = await logIn(gateway, clientUser);
    const admin = await logIn(gateway, tenantAdmin);
    expect(await isKept(gateway, personas, client)).toBe(false);
    expect(await isKept(gateway, personas, client)).toBe(true);
    expect(await isKept(gateway, personas, admin)).toBe(false);
    const name = await aPersona(gateway, client);
    expect(await namesOf(gateway, client)).toContain(name);
    // A draft is its maker's alone.
    expect(await namesOf(gateway, admin)).not.toContain(name);
    expect(await isKept(gateway, personas, client)).toBe(true);
  });

  test('stays when a write concerns another domain', async () => {
    const gateway = await start({}, topology);
    const client = await logIn(gateway, clientUser);
    await ask(gateway, tiers, { token: client });
    await aPersona(gateway, client);
    expect(await isKept(gateway, tiers, client)).toBe(true);
  });

  test('of what all tenants share is forgotten for all of them', async () => {
    const gateway = await start({}, topology);
    const client = await logIn(gateway, clientUser);
    const root = await logIn(gateway, superadmin);
    await ask(gateway, tiers, { token: client });
    expect(await isKept(gateway, tiers, client)).toBe(true);
    const found = await ask(gateway, '{ subscriptionTiers { id features } }', { token: root });
    const [tier] = at(found, 'subscriptionTiers') as { readonly id: string; readonly features: string[] }[];
    for (const features of [[...(tier?.features ?? []), 'a test'], tier?.features]) {
      await ask(gateway, updateTier, { token: root, variables: { id: tier?.id, features } });
      expect(await isKept(gateway, tiers, client)).toBe(false);
      expect(await isKept(gateway, tiers, client)).toBe(true);
    }
  });
});

test('what is kept says so to clients; what is not, or of a superadmin, does not', async () => {
  const gateway = await start();
  const client = await logIn(gateway, clientUser);
  const root = await logIn(gateway, superadmin);
  const header = async (query: string, token: string) =>
    (await post(gateway, { query }, bearer(token))).headers['cache-control'];
  expect(await header(tiers, client)).toBe('max-age=300, private');
  expect(await header(personas, client)).toBe('max-age=60, private');
  expect(await header('{ me { id } }', client)).toBe('no-store');
  expect(await header(tiers, root)).toBe('no-store');
  for (const query of [personas, tiers]) {
    await ask(gateway, query, { token: root });
    expect(await isKept(gateway, query, root)).toBe(false);
  }
});

test.each([
  ['it is turned off', { RESPONSE_CACHE: 'false' }],
  ['other processes write, and nobody tells', { WORKERS: '2' }],
  ['each answer tells what would be refused', { AUTHORIZATION_MODE: 'dry-run' }],
])('nothing is kept where %s', async (_, env) => {
  const gateway = await start(env);
  const client = await logIn(gateway, clientUser);
  await ask(gateway, tiers, { token: client });
  expect(await isKept(gateway, tiers, client)).toBe(false);
});

describe('gateways that share a Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await aRedis();
  }, 120_000);
  afterAll(() => redis.stop());

  test('keep answers together, and forget them together', async () => {
    const env = { ...testEnvironment(), REDIS_URL: redis.url, WORKERS: '2' };
    const [one, other] = [await start(env), await start(env)];
    const client = await logIn(one, clientUser);
    await ask(one, personas, { token: client });
    expect(await isKept(other, personas, client)).toBe(true);
    const name = await aPersona(other, client);
    expect(await namesOf(one, client)).toContain(name);
    expect(await isKept(other, personas, client)).toBe(true);
  });

  test('answer without it when it dies, and never with what is old when it is back', async () => {
    const mortal = await aRedis();
    const gateway = await start({ REDIS_URL: mortal.url });
    const client = await logIn(gateway, clientUser);
    await ask(gateway, personas, { token: client });
    expect(await isKept(gateway, personas, client)).toBe(true);
    mortal.pause();
    const name = await aPersona(gateway, client);
    expect(await isKept(gateway, personas, client)).toBe(false);
    mortal.resume();
    while (!(await isKept(gateway, personas, client))) await sleep(50);
    expect(await namesOf(gateway, client)).toContain(name);
    await mortal.stop();
    expect(await isKept(gateway, personas, client)).toBe(false);
  });
});
