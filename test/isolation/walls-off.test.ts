import { readFileSync } from 'node:fs';
import { scopes, scopesOfRole } from '@cdx/access';
import { databaseEnvironment } from '@cdx/databases';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc, { type GeneratorValue } from 'fast-check';
import pg from 'pg';
import { ask, at, logIn } from '../support/ask.ts';
import { costOf } from '../support/count.ts';
import { aGateway, testEnvironment, urlOf, type TestGateway } from '../support/gateways.ts';
import { ownDatabases, type OwnDatabases } from '../support/own-databases.ts';
import { attack, leaksOf } from './attack.ts';
import { anOperation } from './operations.ts';
import { askPast, contractOf, sign } from './past-gateway.ts';
import { aWorld, pick, seed, type World } from './world.ts';

/** Row-level security of every table, off: what is left are the gateway’s wall and those of MySQL. */
const wallsOff = `do $$ declare name text; begin
  for name in select oid::regclass::text from pg_class where relrowsecurity loop
    execute format('alter table %s disable row level security, no force row level security', name);
  end loop; end $$`;

let databases: OwnDatabases | undefined;
let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  databases = await ownDatabases(0.05);
  const { urls } = databases;
  const postgres = Object.values(urls).filter((url) => url.startsWith('postgres'));
  await Promise.all([...new Set(postgres)].map(turnWallsOff));
  Object.assign(process.env, databaseEnvironment(urls));
  gateway = await aGateway('distributed', testEnvironment());
  world = await aWorld(gateway);
}, 180_000);
afterAll(async () => {
  await gateway.close();
  await databases?.close();
});

async function turnWallsOff(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(wallsOff);
  } finally {
    await client.end();
  }
}

test('without its walls Postgres shows a tenant the rows of others', async () => {
  const token = await logIn(gateway, 'admin@acme.example');
  const answer = await ask(gateway, '{ clients(first: 200) { edges { node { id } } } }', { token });
  const leaks = world.watch.leaks(JSON.stringify(at(answer, 'clients', 'edges')), 'acme');
  expect(leaks.length).toBeGreaterThan(0);
});

/** The columns of docs/access.md. */
const roles = ['superadmin', 'admin', 'client', 'user', 'anonymous'] as const;

interface Row {
  readonly kind: 'query' | 'mutation';
  readonly field: string;
  /** The scope that it needs, where it needs one. */
  readonly scope: string | undefined;
  readonly needs: string;
  readonly answers: readonly string[];
}

/** What docs/access.md says of every root field. */
const page: readonly Row[] = [
  ...readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8').matchAll(
    /^\| `(Query|Mutation)\.(\w+)` \| (.*?) \| (.*) \|$/gm,
  ),
].map(([, type = '', field = '', needs = '', cells = '']) => ({
  kind: type === 'Query' ? 'query' : 'mutation',
  field,
  scope: /`([\w:]+)`/.exec(needs)?.[1],
  needs,
  answers: cells.split(' | '),
}));

const [g] = fc.sample(fc.gen(), { numRuns: 1, seed }) as [GeneratorValue];

describe.each(roles.slice(1))('to the role %s, the gateway', (role) => {
  let token: string | undefined;
  beforeAll(() => {
    token = world.callers.find((caller) => caller.role.toLowerCase() === role)?.token;
  });

  /** What the page refuses the role for want of a login or a scope, and not for the subgraph's own reasons. */
  const refused = page.filter(
    ({ answers, scope, needs }) =>
      answers[roles.indexOf(role)] === 'no' &&
      needs !== 'to be the product itself' &&
      (role === 'anonymous' || (scope !== undefined && !scopesOfRole(role).includes(scope))),
  );

  test('refuses every root field that docs/access.md refuses it, and fetches nothing', async () => {
    expect(refused.length).toBeGreaterThan(10);
    for (const { kind, field } of refused) {
      const ammunition = world.ammunition('acme');
      const operation = anOperation(g, world.schema, ammunition, { kind, depth: 1, only: field });
      const { fetches } = await costOf(async () => {
        const { data, errors } = await ask(gateway, operation.query, {
          ...operation,
          ...(token && { token }),
        });
        const codes = errors.map(({ extensions }) => extensions.code);
        expect([field, data, codes]).toEqual([field, expect.anything(), ['UNAUTHORIZED_FIELD_OR_TYPE']]);
        expect(Object.values(data ?? {})).toEqual([null]);
      });
      expect([field, fetches]).toEqual([field, []]);
    }
  }, 120_000);
});

test('the walls of MySQL show a tenant nothing of others, even with every scope that there is', async () => {
  const server = gateway.servers.get('auth');
  if (!server) throw new Error('There is no auth');
  const url = urlOf(server);
  const all = scopes.map(({ name }) => name);
  const [anybody] = world.callers;
  if (!anybody) throw new Error('There are no callers');
  const { schema, entities } = await contractOf(url, sign(anybody, 'auth', { scopes: all }));

  const answered = await attack(1_000, {
    together: 1,
    draw(draws) {
      const caller = pick(draws, world.callers);
      const options = { kind: 'query', depth: 3, entities } as const;
      return [{ caller, operation: anOperation(draws, schema, world.ammunition(caller.tenant), options) }];
    },
    ask: async ({ caller, operation }) => askPast(url, operation, sign(caller, 'auth', { scopes: all })),
    leaksOf: (answer, attempt) => leaksOf(world.watch, answer, attempt),
  });

  expect(answered).toBeGreaterThan(500);
}, 120_000);
