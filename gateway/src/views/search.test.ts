import { describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import type { SubgraphResult } from '@cdx/kit';
import { search, type SearchHit } from './search.ts';
import { aContext, factsOf } from './testing.ts';

const contract = (service: string, type: string): string => `
  type SearchHit @shareable { type: String! id: ID! clientId: ID tenantId: ID title: String! highlight: String!
    rank: Float! }
  type ${type} { id: ID! }
  type Query { ${type.toLowerCase()}: ${type}
    ${service}Search(text: String!, tenantId: ID, first: Int): [SearchHit!] @requiresScopes(scopes: [["${service}:read"]]) }`;

const facts = factsOf({ crm: contract('crm', 'Customer'), billing: contract('billing', 'Invoice') });

const hit = (type: string, id: string, rank: number): SearchHit => ({
  ...{ type, id, rank },
  ...{ clientId: null, tenantId: 'acme', title: id, highlight: `<mark>${id}</mark>` },
});

const hitsOf: Readonly<Record<string, readonly SearchHit[]>> = {
  crm: [hit('Customer', 'c1', 0.9), hit('Customer', 'c2', 0.2)],
  billing: [hit('Invoice', 'i1', 0.5)],
};

const answer = ({ service }: { readonly service: string }): SubgraphResult => ({
  data: { hits: hitsOf[service] },
});

const idsOf = ({ hits }: { readonly hits: readonly SearchHit[] }): string[] => hits.map(({ id }) => id);

describe('a search', () => {
  test('puts the hits of all services in one order, best first', async () => {
    const found = await search(aContext(facts, answer), { text: 'blue' });
    expect(idsOf(found)).toEqual(['c1', 'i1', 'c2']);
    expect(found.unavailable).toEqual([]);
  });

  test('asks each service once, for the tenant', async () => {
    const context = aContext(facts, answer);
    await search(context, { text: 'blue', tenantId: 'acme' });
    expect(context.asked.map(({ service, variables }) => [service, variables.tenantId])).toEqual(
      expect.arrayContaining([
        ['crm', 'acme'],
        ['billing', 'acme'],
      ]),
    );
    expect(context.asked).toHaveLength(2);
  });

  test.each([
    [{ first: 3 }, 3],
    [{}, 20],
    [{ first: 3, types: ['Invoice'] }, 100],
  ])('with %j asks each service for %i hits', async (args, expected) => {
    const context = aContext(facts, answer);
    await search(context, { text: 'blue', ...args });
    expect(context.asked.map(({ variables }) => variables.first)).toEqual([expected, expected]);
  });

  test('asks no service that the caller may not read, so that nothing is refused on record', async () => {
    const identity = anIdentity({ role: 'user', userId: 'somebody', tenantId: 'acme' });
    const context = aContext(facts, answer, { identity });
    expect(idsOf(await search(context, { text: 'blue' }))).toEqual(['c1', 'c2']);
    expect(context.asked.map(({ service }) => service)).toEqual(['crm']);
  });

  test('says who did not answer, and shows what the others have', async () => {
    const down = aContext(facts, (asked) =>
      asked.service === 'crm' ? { data: null, errors: [] } : answer(asked),
    );
    const found = await search(down, { text: 'blue' });
    expect(idsOf(found)).toEqual(['i1']);
    expect(found.unavailable).toEqual(['crm']);
  });

  test('keeps to the wanted types and to the wanted number', async () => {
    const context = aContext(facts, answer);
    expect(idsOf(await search(context, { text: 'blue', types: ['Invoice'] }))).toEqual(['i1']);
    expect(idsOf(await search(context, { text: 'blue', first: 1 }))).toEqual(['c1']);
  });

  test.each([
    [{ text: ' ' }, 'text'],
    [{ text: 'blue', first: 101 }, 'first'],
    [{ text: 'blue', first: 0 }, 'first'],
    [{ text: 'blue', types: ['Bread'] }, 'types'],
  ])('of %j is refused', async (args, field) => {
    await expect(search(aContext(facts, answer), args)).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field },
    });
  });
});
