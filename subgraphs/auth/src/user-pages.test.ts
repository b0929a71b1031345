import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const mark = newId();

async function aUser(name: string, domain = mark): Promise<string> {
  const input = { email: `${newId()}@${domain}.example`, name, role: 'USER' };
  const source = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
  const { data, errors } = await run(subgraph, superadmin, source, { input });
  expect(errors).toBeUndefined();
  return (data?.createUser as { id: string }).id;
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>>;
}

interface Walk {
  readonly domain?: string;
  readonly field: string;
  readonly direction: string;
  readonly size: number;
  readonly backwards: boolean;
}

/** The ids of the users of a mail domain, read page by page to the end; `between` runs after each page. */
async function walk(
  { domain = mark, field, direction, size, backwards }: Walk,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const position = backwards
      ? `last: ${size}${cursor ? `, before: "${cursor}"` : ''}`
      : `first: ${size}${cursor ? `, after: "${cursor}"` : ''}`;
    const { data, errors } = await run(
      subgraph,
      superadmin,
      `{ users(${position}, filter: { email: { contains: "@${domain}." } },
          orderBy: { field: ${field}, direction: ${direction} }) {
          edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage } } }`,
    );
    expect(errors).toBeUndefined();
    const page = data?.users as Page;
    const pageIds = page.edges.map(({ node }) => node.id);
    if (backwards) ids.unshift(...pageIds);
    else ids.push(...pageIds);
    if (!(backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) return ids;
    cursor = (backwards ? page.edges.at(0) : page.edges.at(-1))?.cursor;
    await between();
  }
}

describe('pages of users', () => {
  const fields = fc.constantFrom('NAME', 'EMAIL', 'CREATED_AT', 'UPDATED_AT', 'LAST_LOGIN', 'LAST_ACTIVITY');
  const directions = fc.constantFrom('ASC', 'DESC');
  const ids: string[] = [];
  beforeAll(async () => {
    for (const name of ['b', 'a', 'a', 'c', 'b', 'é', 'A', 'a']) ids.push(await aUser(name));
    const active = anIdentity({ role: 'user', userId: ids[2] ?? '' });
    await run(subgraph, active, 'mutation { recordUserActivity(input: { action: "read" }) { id } }');
  });

  test('hold every row once and in one order, forwards and backwards, for rows with equal and absent values', async () => {
    const property = fc.asyncProperty(
      fields,
      directions,
      fc.integer({ min: 1, max: 9 }),
      async (field, direction, size) => {
        const forwards = await walk({ field, direction, size, backwards: false });
        expect(forwards.toSorted()).toEqual(ids.toSorted());
        expect(await walk({ field, direction, size, backwards: true })).toEqual(forwards);
        expect(await walk({ field, direction, size: 200, backwards: false })).toEqual(forwards);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test('turned around are the same rows in the other order', async () => {
    // Absent values come last in both directions, so only fields that are never absent.
    const present = fc.constantFrom('NAME', 'EMAIL', 'CREATED_AT', 'UPDATED_AT');
    const property = fc.asyncProperty(present, fc.integer({ min: 1, max: 9 }), async (field, size) => {
      const up = await walk({ field, direction: 'ASC', size, backwards: false });
      expect(await walk({ field, direction: 'DESC', size, backwards: false })).toEqual(up.toReversed());
    });
    await fc.assert(property, { numRuns: 12 });
  });

  test('neither repeat nor lose a row while others are inserted', async () => {
    const property = fc.asyncProperty(
      fields,
      directions,
      fc.boolean(),
      async (field, direction, backwards) => {
        const domain = newId();
        const before = [await aUser('d', domain), await aUser('b', domain), await aUser('c', domain)];
        let inserts = 0;
        const insert = async (): Promise<void> => {
          if (inserts++ < 4) await aUser('a', domain);
        };
        const seen = await walk({ domain, field, direction, size: 1, backwards }, insert);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => before.includes(id)).toSorted()).toEqual(before.toSorted());
      },
    );
    await fc.assert(property, { numRuns: 6 });
  });

  test.each([
    ['after: "nonsense"', 'after must be a cursor that this list returned in this order'],
    ['first: 201', 'first must be between 0 and 200'],
    ['last: -1', 'last must be between 0 and 200'],
    ['first: 1, last: 1', 'last must be left out where first is given'],
    ['filter: { id: { eq: "x" } }', 'filter.id.eq must be a UUID'],
    ['filter: { or: [] }', 'filter.or must be a list with at least one filter'],
  ])('(%s) are refused with a sentence', async (args, message) => {
    const { errors } = await run(subgraph, superadmin, `{ users(${args}) { edges { cursor } } }`);
    expect(errors?.[0]?.message).toBe(message);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('a list of users', () => {
  const texts = async (source: string): Promise<string[]> => {
    const sent = await statementsOf(async () => {
      expect((await run(subgraph, superadmin, source)).errors).toBeUndefined();
    });
    return sent.map(({ text }) => text);
  };

  test('is one statement, which counts only when the count is asked for', async () => {
    const [list, ...more] = await texts('{ users(first: 10) { edges { node { name email } } } }');
    expect(more).toEqual([]);
    expect(list).not.toContain('count(');
    const [counted, ...moreCounted] = await texts(
      '{ users(first: 10) { totalCount edges { node { name } } } }',
    );
    expect(moreCounted).toEqual([]);
    expect(counted).toContain('count(');
  });

  test('with neighbours is one statement for each table', async () => {
    const statements = await texts(
      `{ users(first: 10) { edges { node { profile { fullName } subscription { tier { name } }
          sessions(first: 2) { edges { node { id } } } } } } }`,
    );
    const tables = statements.map((text) => /from `?(?:\w+`?\.`?)?(\w+)`? t\b/.exec(text)?.[1]);
    expect(tables.toSorted()).toEqual([
      'sessions',
      'subscription_tiers',
      'subscriptions',
      'user_profiles',
      'users',
    ]);
  });

  test('with all its lists and grants takes as many statements for ten users as for one', async () => {
    const page = 'edges { node { id } }';
    const source = (
      first: number,
    ) => `{ users(first: ${first}, filter: { email: { contains: "@${mark}." } }) {
      edges { node { organization { name } preferences { theme } roleGrants { grantedAt }
        permissionGrants { grantedAt } subscriptions { totalCount ${page} } projects { totalCount ${page} }
        authEvents { totalCount ${page} } activities { totalCount ${page} } } } } }`;
    const one = await texts(source(1));
    expect(one).toHaveLength(8);
    expect(await texts(source(10))).toHaveLength(8);
  });
});
