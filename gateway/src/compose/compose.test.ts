import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { domains } from '../subgraphs.ts';
import { composeSupergraph, CompositionError, type ComposedSubgraph } from './compose.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])';
const subgraph = (name: string, sdl: string): ComposedSubgraph => ({
  name,
  url: `http://${name}`,
  typeDefs: parse(`${federation}\n${sdl}`),
});

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
      'type Query { c: Client } type Client @key(fields: "id") { id: ID! name: String }',
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
