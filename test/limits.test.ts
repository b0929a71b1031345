import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { ask, clientUser, codesOf, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { costOf } from './support/count.ts';
import { aGateway, type TestGateway } from './support/gateways.ts';
import { bearer, post } from './support/post.ts';

let gateway: TestGateway;
const tokens = new Map<string, string>();
beforeAll(async () => {
  gateway = await aGateway('embedded');
  for (const email of [superadmin, tenantAdmin, clientUser]) tokens.set(email, await logIn(gateway, email));
});
afterAll(() => gateway.close());

const asked = (email: string): Record<string, string> => bearer(tokens.get(email) ?? '');
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Operations that are made to cost much, and what is said of each. */
const hostile: readonly (readonly [what: string, query: string, words: RegExp])[] = [
  [
    'levels',
    `{ me ${'{ organization { users { edges { node '.repeat(6)} { id } ${'} } } }'.repeat(6)} }`,
    /^There are 26 levels of fields in the operation, and at most 20 are allowed$/,
  ],
  [
    'root fields',
    `{ ${times(26, (i) => `a${i}: me { id }`)} }`,
    /^There are 26 fields at the operation’s first level, and at most 25 are allowed$/,
  ],
  [
    'fields at one level',
    `{ me { ${times(101, () => 'id')} } }`,
    /^There are 101 fields at one level, and at most 100 are allowed$/,
  ],
  [
    'aliases',
    `{ me { ${times(51, (i) => `a${i}: id`)} } }`,
    /^There are 51 aliases in the operation, and at most 50 are allowed$/,
  ],
  [
    'directives',
    `{ me { id ${times(51, () => '@include(if: true)')} } }`,
    /^There are 51 directives in the document, and at most 50 are allowed$/,
  ],
  [
    'fragments that stand for millions of fields',
    `{ me { ...F0 } } ${times(24, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)} fragment F24 on User { id }`,
    /^There are 16777216 fields at one level, and at most 100 are allowed$/,
  ],
  [
    'the same fields again and again',
    `{ ${times(9, () => `me { ${times(60, () => 'id')} }`)} }`,
    /^There are 145566 pairs of the same field at one place, and at most 1000 are allowed$/,
  ],
  [
    'fragments in a circle',
    '{ me { ...A } } fragment A on User { organization { users { edges { node { ...A } } } } }',
    /^Cannot spread fragment "A" within itself/,
  ],
  ['tokens', `{ me { ${times(1_996, () => 'id')} } }`, /more (than|that) 2000 tokens/],
  [
    'a list that is never closed',
    `{ users(filter: ${'['.repeat(1_900)}`,
    // Where the parser's stack ends first, that is said instead.
    /^Syntax Error: (Unexpected <EOF>\.|The document is nested too deep to be read)$/,
  ],
  ['a long document', `{ me { id } } #${'x'.repeat(131_072)}`, /more than 131072/],
  [
    'a long text',
    `{ userByEmail(email: "${'x'.repeat(16_385)}") { id } }`,
    /^There are 16385 characters in a text of the document, and at most 16384 are allowed$/,
  ],
];

describe('a document', () => {
  test.each(hostile)('with too much is refused before anything is fetched: %s', async (_, query, words) => {
    let answer = await post(gateway, { query }, asked(superadmin));
    const { fetches } = await costOf(async () => {
      answer = await post(gateway, { query }, asked(superadmin));
    });
    const [error] = answer.body.errors ?? [];
    expect(error?.message).toMatch(words);
    expect(error?.extensions.code).toBe('BAD_USER_INPUT');
    expect(answer.body).not.toHaveProperty('data');
    expect(fetches).toEqual([]);
  });

  test('at the limits is answered', async () => {
    const query = `{ ${times(25, (i) => `a${i}: me { ${i === 0 ? times(25, (j) => `b${j}: id`) : 'id'} }`)} }`;
    const answer = await ask(gateway, query, { token: tokens.get(superadmin) ?? '' });
    expect(answer.errors).toEqual([]);
  });

  test('that is refused is answered with 400 to a client of today, and with 200 to one of old', async () => {
    const query = `{ me { ${times(101, () => 'id')} } }`;
    const today = { accept: 'application/graphql-response+json' };
    expect((await post(gateway, { query }, today)).status).toBe(400);
    expect((await post(gateway, { query }, { accept: 'application/json' })).status).toBe(200);
  });

  test('that asks for the whole schema is answered to anyone', async () => {
    const { errors } = await ask(
      gateway,
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }),
    );
    expect(errors).toEqual([]);
  });
});

describe('the variables', () => {
  const query =
    'query ($settings: JSON) { clients(filter: { settings: { contains: $settings } }) { totalCount } }';
  const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
  const body = (levels: number): string =>
    `{"query":${JSON.stringify(query)},"variables":{"settings":${nested(levels)}}}`;

  test('nested to the limit are taken', async () => {
    const { body: answer } = await post(gateway, body(32), asked(clientUser));
    expect(answer.errors).toBeUndefined();
  });

  test.each([33, 100_000])('nested %i levels are refused by name', async (levels) => {
    const { body: answer } = await post(gateway, body(levels), asked(clientUser));
    expect(answer.errors?.[0]).toMatchObject({
      message: `There are ${levels} levels in the variable $settings, and at most 32 are allowed`,
      extensions: { code: 'BAD_USER_INPUT', found: levels, limit: 32 },
    });
  });

  test('more than fifty are refused, whether the operation uses them or not', async () => {
    const variables = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`v${index}`, 1]));
    const { body: answer } = await post(gateway, { query: '{ me { id } }', variables });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', found: 51, limit: 50 });
  });
});

test('several operations in one body are refused', async () => {
  const { status, body } = await post(gateway, [{ query: '{ me { id } }' }, { query: '{ me { id } }' }]);
  expect(status).toBe(400);
  expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(body.errors?.[0]?.message).toMatch(/batch/i);
});

describe('the cost of an operation', () => {
  const query =
    'query ($users: Int!, $sessions: Int!) { users(first: $users) { edges { node { id sessions(first: $sessions) { edges { node { id } } } } } } }';
  const costing = (users: number, sessions: number) => ({ query, variables: { users, sessions } });

  test('is told on request, with the caller’s budget', async () => {
    const headers = { ...asked(tenantAdmin), 'x-cdx-cost': '1' };
    const { body } = await post(gateway, costing(10, 5), headers);
    expect(body.extensions).toEqual({ cost: { estimated: 1 + 10 * (2 + 1 + 5 * 2), budget: 50_000 } });
    expect(body.data).toHaveProperty('users');
  });

  test('is not told when nobody asks', async () => {
    const { body } = await post(gateway, costing(10, 5), asked(tenantAdmin));
    expect(body).not.toHaveProperty('extensions');
  });

  test('over the budget is refused with both figures, before anything is fetched', async () => {
    let answer = await post(gateway, costing(200, 200), asked(tenantAdmin));
    const { fetches } = await costOf(async () => {
      answer = await post(gateway, costing(200, 200), asked(tenantAdmin));
    });
    const cost = 1 + 200 * (2 + 1 + 200 * 2);
    expect(answer.body.errors).toEqual([
      {
        message: `The operation may cost ${cost}, and the budget is 50000. Ask for smaller pages or fewer lists inside lists.`,
        extensions: { code: 'COST_LIMIT', cost, budget: 50_000 },
      },
    ]);
    expect(answer.body).not.toHaveProperty('data');
    expect(fetches).toEqual([]);
  });

  test('is measured by the role: what a tenant’s admin may not ask, a superadmin may', async () => {
    const { body } = await post(gateway, costing(200, 200), asked(superadmin));
    expect(body.errors).toBeUndefined();
  });

  test('follows the variables of each request, not those of the first', async () => {
    expect((await post(gateway, costing(1, 1), asked(clientUser))).body.errors).toBeUndefined();
    const { body } = await post(gateway, costing(200, 199), asked(clientUser));
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'COST_LIMIT', budget: 20_000 });
  });

  test('of a login is what the schema says: it hashes a password', async () => {
    const login = 'mutation { login(email: "nobody@cdx.example", password: "wrong") { user { id } } }';
    const { body } = await post(gateway, { query: login }, { 'x-cdx-cost': '1' });
    expect(body.extensions).toMatchObject({ cost: { estimated: 10 + 50 + 1, budget: 1_000 } });
  });
});

test('a hundred hostile operations at once do not keep a caller from an answer', async () => {
  const flood = Array.from({ length: 100 }, (_, index) => {
    const [, query] = hostile[index % hostile.length] ?? hostile[0] ?? [];
    return ask(gateway, `${query} # ${index}`);
  });
  const answer = await ask(gateway, '{ me { email } }', { token: tokens.get(superadmin) ?? '' });
  expect(answer.data).toEqual({ me: { email: superadmin } });
  const codes = (await Promise.all(flood)).map((one) => codesOf(one)[0]);
  expect(new Set(codes)).toEqual(new Set(['BAD_USER_INPUT']));
});
