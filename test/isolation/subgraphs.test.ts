import { ownerOfEntity } from '@cdx/access';
import { domains } from '@cdx/gateway';
import { productVersion, readSecrets } from '@cdx/kit';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { GeneratorValue } from 'fast-check';
import { getIntrospectionQuery, print } from 'graphql';
import { request } from 'undici';
import type { Answer } from '../support/ask.ts';
import { aGateway, urlOf, type TestGateway } from '../support/gateways.ts';
import { attack, leaksOf, operationCount, type Attempt } from './attack.ts';
import type { Caller } from './callers.ts';
import { keysSent } from './entities.ts';
import { anOperation, type Operation } from './operations.ts';
import { askPast, contractOf, sign } from './past-gateway.ts';
import { aWorld, pick, seed, type World } from './world.ts';

/** Operations in one run of a property, at the same time. */
const together = 6;
const operations = operationCount / 20;

let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  gateway = await aGateway('distributed');
  world = await aWorld(gateway);
  console.log(`subgraphs: seed ${seed}; ${operations} operations each`);
}, 120_000);
afterAll(() => gateway.close());
afterEach(() => void jest.useRealTimers());

function urlOfSubgraph(name: string): string {
  const server = gateway.servers.get(name);
  if (!server) throw new Error(`There is no subgraph ${name}`);
  return urlOf(server);
}

const askSubgraph = (name: string, operation: Operation, identity: string | undefined): Promise<Answer> =>
  askPast(urlOfSubgraph(name), operation, identity);

function anyCaller(): Caller {
  const [caller] = world.callers;
  if (!caller) throw new Error('There are no callers');
  return caller;
}

describe.each(domains)('the subgraph $name, asked past the gateway,', ({ name, typeDefs }) => {
  const contract = async () => contractOf(urlOfSubgraph(name), sign(anyCaller(), name));

  test('shows a tenant nothing of another, in data, errors or cursors', async () => {
    const { schema, entities } = await contract();
    expect(entities.length > 0).toBe(print(typeDefs()).includes('@key('));
    // A stub of another domain's entity has its key from whoever asks, and no row behind it.
    const stubs = new Set(
      entities.map(({ type }) => type).filter((type) => (ownerOfEntity(type) ?? name) !== name),
    );
    const draw = (g: GeneratorValue): Attempt[] =>
      Array.from({ length: together }, () => {
        const caller = pick(g, world.callers);
        const ammunition = world.ammunition(caller.tenant);
        return {
          caller,
          operation: anOperation(g, schema, ammunition, { kind: 'query', depth: 3, entities }),
        };
      });

    const answered = await attack(operations, {
      together,
      draw,
      ask: async ({ caller, operation }) => askSubgraph(name, operation, sign(caller, name)),
      leaksOf(answer, attempt) {
        const echoed = keysSent(attempt.operation, stubs);
        return leaksOf(world.watch, answer, attempt).filter((text) => !echoed.has(text));
      },
    });

    // Operations that are refused as a whole show nothing and prove nothing.
    expect(answered).toBeGreaterThan(operations / 3);
  }, 300_000);

  const another = domains.find((domain) => domain.name !== name)?.name ?? '';
  const bad: readonly [string, () => string | undefined][] = [
    ['none', () => undefined],
    ['one for another subgraph', () => sign(anyCaller(), another)],
    [
      'a forged one',
      () => sign(anyCaller(), name, { by: readSecrets('a guess at the secret of 32 characters or more') }),
    ],
    ['an access token', () => anyCaller().token],
    [
      'one that has expired',
      () => {
        jest.useFakeTimers({ now: Date.now() - 61_000 });
        const signed = sign(anyCaller(), name);
        jest.useRealTimers();
        return signed;
      },
    ],
  ];

  test.each(bad)('answers nothing to a caller with an identity that is %s', async (_, identity) => {
    const { schema, entities } = await contract();
    const [entity] = entities;
    const representations = [{ __typename: entity?.type, id: world.secrets[0]?.text }];
    const asked: readonly Operation[] = [
      { query: '{ __typename }', variables: {} },
      { query: '{ _service { sdl } }', variables: {} },
      { query: getIntrospectionQuery(), variables: {} },
      {
        query:
          'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
        variables: { representations },
      },
      ...Object.keys(schema.getQueryType()?.getFields() ?? {}).map((field) => ({
        query: `{ ${field} }`,
        variables: {},
      })),
    ];
    const token = identity();
    for (const operation of asked) {
      const { status, text } = await askSubgraph(name, operation, token);
      const extensions = { code: 'UNAUTHENTICATED' };
      expect([status, JSON.parse(text)]).toEqual([
        401,
        { errors: [{ message: 'A signed identity is needed', extensions }] },
      ]);
    }
  });

  test('says that it runs to anybody, and whether its database answers', async () => {
    const stateOf = async (path: string): Promise<unknown> =>
      (await request(`${urlOfSubgraph(name)}${path}`)).body.json();
    expect([await stateOf('/health'), await stateOf('/ready')]).toEqual([
      { status: 'up', version: productVersion },
      { status: 'ready' },
    ]);
  });
});
