import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, codesOf, logIn, superadmin, type Answer } from './support/ask.ts';
import { costOf } from './support/count.ts';
import { aGateway, type TestGateway } from './support/gateways.ts';

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await aGateway('embedded');
  token = await logIn(gateway, superadmin);
});
afterAll(() => gateway.close());

/** What is wrong, how it is asked, and the field that the error names; the GraphQL layer itself names none. */
type Case = readonly [what: string, query: string, field: string | undefined];

const read: readonly Case[] = [
  ['a page over the limit', '{ users(first: 201) { totalCount } }', 'first'],
  ['a negative page', '{ clients(first: -1) { totalCount } }', 'first'],
  ['first and last together', '{ personaTemplates(first: 1, last: 1) { totalCount } }', 'last'],
  ['a cursor that is none', '{ users(after: "garbage") { totalCount } }', 'after'],
  ['a cursor of another list', '{ clients(after: "eyJ2IjoxfQ") { totalCount } }', 'after'],
  ['a malformed id in a filter', '{ users(filter: { id: { eq: "7" } }) { totalCount } }', 'filter.id.eq'],
  ['an empty or', '{ clients(filter: { or: [] }) { totalCount } }', 'filter.or'],
  ['an enum value that is unknown', '{ users(filter: { role: { eq: KING } }) { totalCount } }', undefined],
  ['a number for a text', '{ users(filter: { name: { eq: 7 } }) { totalCount } }', undefined],
  [
    'a date that is none',
    '{ users(filter: { createdAt: { gt: "31 February" } }) { totalCount } }',
    undefined,
  ],
  [
    'a vector of the wrong length',
    '{ searchMemory(clientId: "acme", vector: [1]) { similarity } }',
    'searchMemory.vector',
  ],
  ['a vector of texts', '{ searchMemory(clientId: "acme", vector: ["a"]) { similarity } }', undefined],
  ['neither text nor vector', '{ searchMemory(clientId: "acme") { similarity } }', 'text'],
  [
    'too many matches wanted',
    '{ searchMemory(clientId: "acme", text: "x", limit: 5000) { similarity } }',
    'searchMemory.limit',
  ],
  [
    'an end before its beginning',
    '{ clients(first: 1) { edges { node { usageSummary(from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z") { metric } } } } }',
    'to',
  ],
];

const write: readonly Case[] = [
  [
    'an e-mail that is none',
    'mutation { createUser(input: { email: "x", name: "X", role: USER }) { id } }',
    'input.email',
  ],
  ['an empty name', 'mutation { createOrganization(input: { name: "  " }) { id } }', 'input.name'],
  [
    'a client id with SQL in it',
    'mutation { provisionClient(input: { id: "a; drop schema clients", name: "X", tenantId: "t" }) { id } }',
    'input.id',
  ],
  [
    'a key in capitals',
    'mutation { createPersonaTemplate(input: { key: "KEY", name: "X", category: "x", systemPrompt: "x" }) { id } }',
    'input.key',
  ],
  [
    'a text that is no UUID',
    'mutation { provisionClient(input: { id: "okay", name: "X", tenantId: "t", ownerUserId: "me" }) { id } }',
    'input.ownerUserId',
  ],
  [
    'a variable that the text does not have',
    'mutation { createPromptTemplate(input: { name: "X", category: "x", template: "Hi {{who}}" }) { id } }',
    'input.template',
  ],
];

describe('bad input', () => {
  test.each(read)('to a read is refused with a code and what was expected: %s', async (_, query, field) => {
    const answer = await ask(gateway, query, { token });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors[0]?.extensions.field).toBe(field);
  });

  /** Asks; answers how many statements that write were sent. */
  async function writesOf(query: string, expectOf: (answer: Answer) => void): Promise<number> {
    const { statements } = await costOf(async () => expectOf(await ask(gateway, query, { token })));
    return statements.filter(({ text }) => /\b(insert|update|delete)\b/i.test(text)).length;
  }

  test.each(write)('to a write changes nothing: %s', async (_, query, field) => {
    const writes = await writesOf(query, (answer) => {
      expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
      expect(answer.errors[0]?.extensions.field).toBe(field);
    });
    expect(writes).toBe(0);
  });

  test('is not what a write has that changes something', async () => {
    const query =
      'mutation { createPromptTemplate(input: { name: "Right", category: "x", template: "x" }) { id } }';
    expect(await writesOf(query, (answer) => expect(answer.errors).toEqual([]))).toBeGreaterThan(0);
  });

  test('of any depth and size in JSON is kept as it is, or refused, and never breaks an answer', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) as Record<string, unknown>;
    const query =
      'mutation ($settings: JSON) { updateUserPreferences(input: { uiPreferences: $settings }) { uiPreferences } }';
    const answer = await ask(gateway, query, { token, variables: { settings: deep } });
    if (answer.errors.length === 0)
      expect(at(answer, 'updateUserPreferences', 'uiPreferences')).toEqual(deep);
    else expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  });

  test('that Postgres cannot store is refused: a text with the character NUL', async () => {
    const query =
      'mutation ($text: String!) { createPromptTemplate(input: { name: $text, category: "x", template: "x" }) { id } }';
    expect(codesOf(await ask(gateway, query, { token, variables: { text: 'a\u0000b' } }))).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});

describe('an access token', () => {
  test.each([
    ['that is garbage', 'garbage'],
    ['that is signed by nobody', `${btoa('{"alg":"none"}')}.${btoa('{"sub":"x","role":"superadmin"}')}.`],
    ['whose signature was changed', 'SIGNATURE'],
    ['that is empty', ''],
  ])('%s is answered with 401, and never taken for none', async (_, text) => {
    const bad = text === 'SIGNATURE' ? `${token.slice(0, -4)}AAAA` : text;
    const answer = await ask(gateway, '{ me { id } }', { token: bad });
    expect(answer.status).toBe(401);
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    expect(answer.data).toBeUndefined();
  });
});
