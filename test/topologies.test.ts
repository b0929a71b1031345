import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, clientUser, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { askTwoWays } from './support/two-ways.ts';

/** Everything that could differ between a call and a request: scalars, enums, nulls, errors, lists, entities. */
const operations: readonly (readonly [name: string, query: string, variables?: Record<string, unknown>])[] = [
  [
    'scalars',
    '{ users(first: 5) { totalCount edges { cursor node { id createdAt lastLogin isActive role } } pageInfo { endCursor hasNextPage } } }',
  ],
  ['decimals and JSON', '{ subscriptionTiers { name price limits features } }'],
  [
    'entities across subgraphs',
    '{ users(first: 20) { edges { node { id clients { edges { node { id owner { email } } } } agentInstances(first: 2) { totalCount edges { node { name personaTemplate { key } client { name } } } } personaTemplates { totalCount } } } } }',
  ],
  [
    'usage and states',
    '{ clients { edges { node { usageSummary(from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z", by: MONTH) { metric periodStart quantity recordCount } orchestratorStates { edges { node { workflowId version } } } } } } }',
  ],
  [
    'a union',
    '{ searchTemplates(text: "customer", first: 5) { rank template { __typename ... on PersonaTemplate { name tags } ... on PromptTemplate { name } ... on SystemPrompt { name } } } }',
  ],
  [
    'aliases and fragments',
    'query { a: me { ...F } b: me { ...F } } fragment F on User { x: name organization { slug } }',
  ],
  [
    'skipped fields',
    'query ($no: Boolean!) { me { id name @skip(if: $no) email @include(if: $no) } }',
    { no: true },
  ],
  [
    'what is not there',
    '{ client(id: "nobody") { id } user(id: "not-an-id") { id } personaTemplate(id: "") { id } }',
  ],
  ['a wrong page', '{ users(first: 1000) { totalCount } }'],
  ['a wrong cursor', '{ users(after: "????") { totalCount } }'],
  ['a wrong date', '{ users(filter: { createdAt: { gt: "yesterday" } }) { totalCount } }'],
  [
    'a write that is refused',
    'mutation { createOrganization(input: { name: "" }) { id } deleteUser(id: "x") }',
  ],
  [
    'a search with a vector of the wrong length',
    'query ($id: ID!) { searchMemory(clientId: $id, vector: [1, 2, 3]) { similarity } }',
    { id: 'acme_x' },
  ],
  [
    'introspection',
    '{ __schema { queryType { fields { name } } } __type(name: "Client") { fields { name type { kind name } } } }',
  ],
  ['a document that is invalid', '{ me { nothing } }'],
];

let embedded: TestGateway;
let distributed: TestGateway;

beforeAll(async () => {
  // The same keys, so that one token is good for both.
  const env = testEnvironment();
  [embedded, distributed] = [await aGateway('embedded', env), await aGateway('distributed', env)];
});
afterAll(() => Promise.all([embedded.close(), distributed.close()]));

const inBoth = (...asked: [query: string, options: Parameters<typeof ask>[2]]) =>
  askTwoWays(
    () => ask(embedded, ...asked),
    () => ask(distributed, ...asked),
  );

describe.each([superadmin, tenantAdmin, clientUser, undefined])('to %s', (email) => {
  test.each(operations)('both topologies answer alike, to the byte: %s', async (_, query, variables = {}) => {
    const options = { variables, ...(email === undefined ? {} : { token: await logIn(embedded, email) }) };
    const [here, there] = await inBoth(query, options);
    expect(there.text).toBe(here.text);
    expect(there.status).toBe(here.status);
  });
});

test('JSON in which nobody looks is alike but for its spaces', async () => {
  const query = '{ clients { edges { node { settings orchestratorStates { edges { node { state } } } } } } }';
  const options = { token: await logIn(embedded, tenantAdmin) };
  const texts = (gateway: TestGateway) => async () =>
    JSON.stringify(JSON.parse((await ask(gateway, query, options)).text));
  const [here, there] = await askTwoWays(texts(embedded), texts(distributed));
  expect(here).toContain('"state":{');
  expect(there).toBe(here);
});
