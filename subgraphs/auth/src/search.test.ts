import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity, type SearchHit } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { anAuthSubgraph, type Registered } from './testing.ts';

const { subgraph, register } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

/** A word that nothing else has. */
const word = `zebra${newId().replaceAll('-', '')}`;

let [owner, stranger]: Registered[] = [];
let [named, addressed, project] = ['', '', ''];

async function made(who: Identity, source: string): Promise<string> {
  return (await ask<{ made: { id: string } }>(subgraph, who, `mutation { made: ${source} { id } }`)).made.id;
}

const aMember = (of: Registered, name: string, email: string) =>
  made(
    superadmin,
    `createUser(input: { email: "${email}", name: "${name}", role: CLIENT, organizationId: "${of.identity.organizationId}" })`,
  );

beforeAll(async () => {
  owner = await register(`The ${word} works`);
  stranger = await register(`Others ${newId()}`);
  named = await aMember(owner, `Ann ${word} Lee`, `${newId()}@test.example`);
  addressed = await aMember(owner, 'Björn', `bjorn.${word}@test.example`);
  project = await made(
    owner.identity,
    `createUserProject(input: { name: "Stable", description: "${'All of it. '.repeat(40)}A ${word} lives here." })`,
  );
});

const search = async (who: Identity | undefined, text = word, args = ''): Promise<SearchHit[]> =>
  (
    await ask<{ authSearch: SearchHit[] }>(
      subgraph,
      who ?? superadmin,
      `query ($text: String!) { authSearch(text: $text${args}) { type id tenantId title highlight rank } }`,
      { text },
    )
  ).authSearch;

const found = async (...args: Parameters<typeof search>): Promise<string[]> =>
  (await search(...args)).map(({ id }) => id).toSorted();

describe('a search', () => {
  test('finds users, organizations and projects, best first, by one statement', async () => {
    const hits: SearchHit[] = [];
    const statements = await statementsOf(async () => hits.push(...(await search(owner?.identity))));
    expect(statements).toHaveLength(1);
    const tenantId = owner?.identity.tenantId;
    expect(hits).toMatchObject([
      {
        ...{ type: 'Organization', id: owner?.identity.organizationId, tenantId, title: `The ${word} works` },
        highlight: expect.stringContaining(`The **${word}** works`),
      },
      {
        ...{ type: 'User', id: named, tenantId, title: `Ann ${word} Lee` },
        highlight: expect.stringContaining(`Ann **${word}** Lee`),
      },
      {
        ...{ type: 'User', id: addressed, tenantId, title: 'Björn' },
        highlight: `Björn, bjorn.**${word}**@test.example`,
      },
      {
        ...{ type: 'UserProject', id: project, tenantId, title: 'Stable' },
        highlight: expect.stringMatching(new RegExp(`A \\*\\*${word}\\*\\* lives here\\.$`)),
      },
    ]);
    // What Postgres gives one word in a title and in a text: 0.6079 and 0.2432.
    expect(hits.map(({ rank }) => Math.round(rank * 100))).toEqual([61, 61, 24, 24]);
  });

  test.each([
    ['words in any order and case', () => `LEE ${word} ann`, () => [named]],
    ['words as they stand', () => `"${word} lee"`, () => [named]],
    ['words that do not stand so', () => `"lee ${word}"`, () => []],
    ['an address', () => `bjorn.${word}@test.example`, () => [addressed]],
    ['a word without others', () => `${word} -lee -works -stable`, () => [addressed]],
    ['one or another', () => `"${word} lee" or "bjorn ${word}"`, () => [named, addressed]],
    ['whole words alone', () => word.slice(0, 20), () => []],
  ])('takes %s', async (_, text, expected) => {
    expect(await found(owner?.identity, text())).toEqual(expected().toSorted());
  });

  test('has as many hits as asked for', async () => {
    expect(await search(owner?.identity, word, ', first: 2')).toHaveLength(2);
  });

  test('finds nothing of another tenant, whichever is named; a superadmin finds what is asked for', async () => {
    const ofOwner = `, tenantId: "${owner?.identity.tenantId}"`;
    expect(await search(stranger?.identity)).toEqual([]);
    expect(await search(stranger?.identity, word, ofOwner)).toEqual([]);
    expect(await search(superadmin, word, ofOwner)).toHaveLength(4);
    expect(await search(superadmin, word, `, tenantId: "${stranger?.identity.tenantId}"`)).toEqual([]);
    expect(await search(superadmin)).toHaveLength(4);
  });

  test('finds a project for its owner and the tenant’s admins alone', async () => {
    const { tenantId = null, organizationId = null } = owner?.identity ?? {};
    const member = anIdentity({ role: 'client', tenantId, organizationId, userId: named });
    expect((await search(member)).map(({ type }) => type)).toEqual(['Organization', 'User', 'User']);
  });

  test.each(["'", '" or', '-', '.*', '\\', '[[:alnum:]]', 'a|b', '(', '%', '_'])(
    'for %j answers with no fault',
    async (text) => {
      expect(await search(stranger?.identity, text)).toEqual([]);
    },
  );

  test.each(['(text: " ")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      const result = await run(subgraph, superadmin, `{ authSearch${args} { id } }`);
      expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    },
  );

  test('is not for who has no scope', async () => {
    const nobody = anIdentity({ role: 'user', userId: newId(), scopes: [] });
    expect(codes(await run(subgraph, nobody, '{ authSearch(text: "a") { id } }'))).toEqual(['FORBIDDEN']);
  });
});
