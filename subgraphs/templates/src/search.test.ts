import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type SearchHit } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aTemplatesSubgraph, aUser } from './testing.ts';

const subgraph = aTemplatesSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null });

/** A word that nothing else has. */
const aWord = (): string => `zebra${newId().replaceAll('-', '')}`;

const search = async (who: Identity, text: string, args = ''): Promise<SearchHit[]> =>
  (
    await ask<{ templatesSearch: SearchHit[] }>(
      subgraph,
      who,
      `query ($text: String!) { templatesSearch(text: $text${args}) { type id tenantId title highlight rank } }`,
      { text },
    )
  ).templatesSearch;

async function made(who: Identity, source: string): Promise<string> {
  return (await ask<{ made: { id: string } }>(subgraph, who, `mutation { made: ${source} { id } }`)).made.id;
}

const aPersona = (who: Identity, word: string) =>
  made(
    who,
    `createPersonaTemplate(input: { key: "k-${newId()}", name: "P", category: "c", systemPrompt: "Tell of a ${word}" })`,
  );
const aSystemPrompt = (who: Identity, word: string, scope = 'scope: USER') =>
  made(who, `createSystemPrompt(input: { ${scope}, name: "About a ${word}", content: "Be a ${word}." })`);

describe('a search', () => {
  test('finds personas, prompts and system prompts, best first, by one statement', async () => {
    const [word, user] = [aWord(), aUser({ role: 'admin' })];
    const persona = await aPersona(user, word);
    const prompt = await made(
      superadmin,
      `createPromptTemplate(input: { name: "The ${word}", category: "c", template: "Say hello" })`,
    );
    const own = await aSystemPrompt(user, word);
    const hits: SearchHit[] = [];
    const statements = await statementsOf(async () => hits.push(...(await search(user, word))));
    expect(statements).toHaveLength(1);
    expect(hits).toEqual([
      expect.objectContaining({ type: 'SystemPrompt', id: own, tenantId: user.tenantId }),
      expect.objectContaining({ type: 'PromptTemplate', id: prompt, tenantId: null, title: `The ${word}` }),
      {
        ...{ type: 'PersonaTemplate', id: persona, tenantId: null, title: 'P' },
        ...{ highlight: `Tell of a **${word}**`, rank: expect.any(Number) },
      },
    ]);
    const ranks = hits.map(({ rank }) => rank);
    expect(ranks).toEqual(ranks.toSorted((one, other) => other - one));
    expect(await search(user, word, ', first: 1')).toHaveLength(1);
  });

  test('finds another’s draft for nobody but superadmins, and for everybody once it is published', async () => {
    const [word, maker] = [aWord(), aUser({ role: 'admin' })];
    const id = await aPersona(maker, word);
    const found = async (who: Identity) => (await search(who, word)).map((hit) => hit.id);
    expect([await found(maker), await found(superadmin), await found(aUser())]).toEqual([[id], [id], []]);
    await made(maker, `publishPersonaTemplate(id: "${id}")`);
    expect(await found(aUser({ tenantId: 'globex' }))).toEqual([id]);
  });

  test('finds an organization’s prompts for its members alone, whichever tenant is named', async () => {
    const [word, organizationId] = [aWord(), newId()];
    const admin = aUser({ role: 'admin', tenantId: 'acme', organizationId });
    const id = await aSystemPrompt(admin, word, `scope: ORGANIZATION, organizationId: "${organizationId}"`);
    const member = aUser({ tenantId: 'acme', organizationId });
    expect(await search(member, word)).toMatchObject([{ id, tenantId: 'acme' }]);
    expect(await search(member, word, ', tenantId: "acme"')).toMatchObject([{ id }]);
    expect(await search(member, word, ', tenantId: "globex"')).toEqual([]);
    for (const stranger of [aUser({ tenantId: 'globex' }), aUser({ tenantId: 'acme' })])
      for (const args of ['', ', tenantId: "acme"']) expect(await search(stranger, word, args)).toEqual([]);
    // Whose another organization is, is not known here.
    expect(await search(superadmin, word)).toMatchObject([{ id, tenantId: null }]);
  });

  test('finds what is for everybody whichever tenant is named', async () => {
    const word = aWord();
    const id = await aSystemPrompt(superadmin, word, 'scope: GLOBAL');
    expect(await search(aUser(), word)).toMatchObject([{ id, tenantId: null }]);
    const prompt = await made(
      superadmin,
      `createPromptTemplate(input: { name: "${word}", category: "c", template: "t" })`,
    );
    expect(await search(aUser(), word, ', tenantId: "globex"')).toContainEqual(
      expect.objectContaining({ id: prompt }),
    );
  });

  test.each(['(text: " ")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      expect(codes(await run(subgraph, aUser(), `{ templatesSearch${args} { id } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
    },
  );

  test('is not for who has no scope', async () => {
    expect(
      codes(await run(subgraph, aUser({ scopes: [] }), '{ templatesSearch(text: "a") { id } }')),
    ).toEqual(['FORBIDDEN']);
  });
});
