import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, SearchHit, Subgraph } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const search = async (who: Identity, text: string, more = ''): Promise<SearchHit[]> =>
  (
    await ask<{ crmSearch: SearchHit[] }>(
      subgraph,
      who,
      `query ($text: String!) { crmSearch(text: $text${more}) { type id tenantId title highlight rank } }`,
      { text },
    )
  ).crmSearch;

const admin = aUser();
const ids: Record<string, string> = {};
beforeAll(async () => {
  const customerId = await aCustomer(subgraph, admin, {
    ...{ email: 'ann@zinnober.example', firstName: 'Ann', lastName: 'Lee', company: 'Zinnober Roofs' },
  });
  ids.customer = customerId;
  ids.lead = await aLead(subgraph, admin, { customerId, title: 'A wall', description: 'Paint it zinnober' });
  ids.interaction = await anInteraction(subgraph, admin, {
    ...{ customerId, subject: 'Colours', content: 'They walked through every shade, zinnober too' },
  });
});

describe('a search', () => {
  test('finds customers, leads and interactions, the best first, by one statement', async () => {
    const hits: SearchHit[] = [];
    const statements = await statementsOf(async () => hits.push(...(await search(admin, 'zinnober'))));
    expect(statements).toHaveLength(1);
    expect(hits).toMatchObject([
      {
        ...{ type: 'Customer', id: ids.customer, tenantId: admin.tenantId, title: 'Ann Lee' },
        highlight: expect.stringContaining('**Zinnober** Roofs'),
      },
      {
        type: 'Interaction',
        id: ids.interaction,
        title: 'Colours',
        highlight: expect.stringContaining('**zinnober**'),
      },
      { type: 'Lead', id: ids.lead, title: 'A wall', highlight: expect.stringContaining('**zinnober**') },
    ]);
    const ranks = hits.map(({ rank }) => rank);
    expect(ranks).toEqual(ranks.toSorted((one, other) => other - one));
  });

  test.each([
    ['the stem of a word', 'walking shades', ['interaction']],
    ['words as they stand', '"wall. paint"', ['lead']],
    ['words without another', 'zinnober -roofs -walked', ['lead']],
    ['a person', 'ann lee', ['customer']],
    ['nothing that is there', 'ultramarine', []],
  ])('takes %s', async (_, text, expected) => {
    expect((await search(admin, text)).map(({ id }) => id)).toEqual(expected.map((name) => ids[name]));
  });

  test('has as many hits as asked for', async () => {
    expect(await search(admin, 'zinnober', ', first: 1')).toHaveLength(1);
    for (const first of [0, 101])
      expect(codes(await run(subgraph, admin, `{ crmSearch(text: "a", first: ${first}) { id } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
  });

  test.each(['', ' ', 'a'.repeat(1_001)])('is refused for no text and for too much', async (text) => {
    const source = 'query ($text: String!) { crmSearch(text: $text) { id } }';
    expect(codes(await run(subgraph, admin, source, { text }))).toEqual(['BAD_USER_INPUT']);
  });

  test('finds nothing of another tenant, whichever is named; a superadmin finds what is asked for', async () => {
    const stranger = aUser();
    expect(await search(stranger, 'zinnober')).toEqual([]);
    expect(await search(stranger, 'zinnober', `, tenantId: "${admin.tenantId}"`)).toEqual([]);
    expect(await search(aSuperadmin(), 'zinnober', `, tenantId: "${admin.tenantId}"`)).toHaveLength(3);
    expect(await search(aSuperadmin(), 'zinnober', `, tenantId: "${stranger.tenantId}"`)).toEqual([]);
  });
});
