import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { domains } from '../subgraphs.ts';
import { composeSupergraph, CompositionError, type ComposedSubgraph } from './compose.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@authenticated", "@requiresScopes"])';
const subgraph = (name: string, sdl: string): ComposedSubgraph => ({
  name,
  url: `http://${name}`,
  typeDefs: parse(`${federation}\n${sdl}`),
});

const mayRead = '@requiresScopes(scopes: [["clients:read"]])';

function complaint(...subgraphs: ComposedSubgraph[]): string {
  try {
    composeSupergraph(subgraphs);
  } catch (error) {
    if (error instanceof CompositionError) return error.message;
    throw error;
  }
  throw new Error('It composes');
}

test('the product’s subgraphs compose', () => {
  const supergraph = composeSupergraph(
    domains.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: typeDefs() })),
  );
  for (const { name } of domains) expect(supergraph).toContain(`name: "${name}"`);
});

describe('a mistake in composition', () => {
  test('names the subgraph, the coordinate and what to do', () => {
    const words = complaint(
      subgraph('a', 'type Query { a: String } type Thing @key(fields: "id") { id: ID! size: Int }'),
      subgraph('b', 'type Query { b: String } type Thing @key(fields: "id") { id: ID! size: Int }'),
    );
    expect(words).toContain('Thing.size');
    expect(words).toMatch(/"a" and "b"|\[a, b\]/);
    expect(words).toContain('Hint: Let one subgraph own the field');
  });

  test('is reported with all others at once', () => {
    const words = complaint(
      subgraph('a', 'type Query { agent: Agent } type Agent { id: ID! } type Message { id: ID! }'),
    );
    expect(words).toContain('[a] Agent: the name belongs to the workspaces subgraph');
    expect(words).toContain('[a] Message: the name is too vague');
  });
});

describe('the glossary', () => {
  test('lets a subgraph extend an entity whose owner is there, and only then', () => {
    const owner = subgraph(
      'clients',
      `type Query { c: Client ${mayRead} } type Client @key(fields: "id") ${mayRead} { id: ID! name: String }`,
    );
    const other = subgraph('x', 'type Query { x: Int } type Client @key(fields: "id") { id: ID! size: Int }');
    expect(composeSupergraph([owner, other])).toContain('size: Int');
    expect(complaint(other)).toContain('[x] Client: the name belongs to the clients subgraph');
  });
});

describe('@requires', () => {
  test('with an argument is refused, however deep', () => {
    const words = complaint(
      subgraph(
        'a',
        'type Query { a: Box } type Box @key(fields: "id") { id: ID! inner: Inner } type Inner { size(unit: String): Int }',
      ),
      subgraph(
        'b',
        'type Box @key(fields: "id") { id: ID! inner: Inner @external big: Boolean @requires(fields: "inner { size(unit: \\"m\\") }") } type Inner { size(unit: String): Int @external }',
      ),
    );
    expect(words).toContain('[b] Box.big: arguments are not allowed inside @requires');
  });
});

describe('a domain’s policies', () => {
  const mayWrite = '@requiresScopes(scopes: [["clients:write"]])';
  const anAgent = { type: mayRead, query: mayRead, mutation: mayWrite, added: mayRead, stub: '' };
  /** A part of the clients domain, with the policies that the matrix gives it but for what a test changes. */
  const clients = (policies: Partial<typeof anAgent> = {}): ComposedSubgraph => {
    const { type, query, mutation, added, stub } = { ...anAgent, ...policies };
    return subgraph(
      'clients',
      `type Query { agentInstance: AgentInstance ${query} }
      type Mutation { deleteAgentInstance: ID ${mutation} }
      type AgentInstance @key(fields: "id") ${type} { id: ID! }
      type User @key(fields: "id") ${stub} { id: ID! agents: Int ${added} }`,
    );
  };

  test('that are the matrix’s compose, and reach the supergraph', () => {
    expect(composeSupergraph([clients()])).toMatch(/type AgentInstance[^{]*@requiresScopes/);
  });

  test.each([
    ['a type', 'AgentInstance', { type: '' }],
    ['a query', 'Query.agentInstance', { query: '' }],
    ['a mutation', 'Mutation.deleteAgentInstance', { mutation: '' }],
    ['a field that is added to another domain’s entity', 'User.agents', { added: '' }],
  ])('may not be missing on %s', (_, coordinate, policies) => {
    expect(complaint(clients(policies))).toMatch(
      new RegExp(
        `\\[clients\\] ${coordinate}: has no policy, .* says @requiresScopes\\(.*\\n  Hint: Write @req`,
      ),
    );
  });

  test.each([
    ['weaker', { mutation: '@authenticated' }, 'has @authenticated,'],
    ['another scope’s', { mutation: mayRead }, `has ${mayRead},`],
    [
      'one of two',
      { mutation: '@requiresScopes(scopes: [["clients:write"], ["clients:read"]])' },
      'has @requiresScopes(scopes: [["clients:write"], ["clients:read"]]),',
    ],
    ['more than the matrix’s', { mutation: `@authenticated ${mayWrite}` }, 'has @authenticated @requires'],
  ])('may not be %s', (_, policies, words) => {
    const all = complaint(clients(policies));
    expect(all).toContain(`[clients] Mutation.deleteAgentInstance: ${words}`);
    expect(all).toContain(`the access matrix says ${mayWrite}`);
  });

  test('may not be written on another domain’s entity', () => {
    expect(complaint(clients({ stub: mayRead }))).toContain(
      'User is of the auth subgraph, which writes its policy',
    );
  });

  test('are looked for in extensions and under other names of the root types', () => {
    const words = complaint(
      subgraph(
        'clients',
        'schema { query: Root } type Root { a: Int } extend type Root { b: Int } type Client @key(fields: "id") { id: ID! } extend type Client { name: String }',
      ),
    );
    expect(words).toContain('[clients] Query.a: has no policy');
    expect(words).toContain('[clients] Query.b: has no policy');
    expect(words).toContain('[clients] Client: has no policy');
  });

  test('are not a directive of the subgraph’s own that is named alike', () => {
    const sdl = `directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
      type Query { agentInstance: Int ${mayRead} }`;
    const words = complaint({ name: 'clients', url: 'http://clients', typeDefs: parse(sdl) });
    expect(words).toContain(
      '[clients] @requiresScopes: a directive of the subgraph’s own would protect nothing',
    );
  });

  test('of a subgraph that is no domain of the product are its own affair', () => {
    expect(composeSupergraph([subgraph('weather', 'type Query { rain: Int }')])).toContain('rain: Int');
  });
});
