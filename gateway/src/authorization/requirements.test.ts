import { expect, test } from '@jest/globals';
import { buildSchema, isObjectType, parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { readRequirements } from './requirements.ts';

test('requirements are read under the names that a subgraph has given their directives', () => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    { name: "@authenticated", as: "@loggedIn" }, { name: "@requiresScopes", as: "@scoped" }, { name: "@policy", as: "@rule" }])`;
  const sdl =
    'type Query { a: Int @loggedIn b: Int @scoped(scopes: [["x"]]) c: Int @rule(policies: [["y"]]) d: Int }';
  const supergraph = composeSupergraph([{ name: 'a', url: 'http://a', typeDefs: parse(`${link} ${sdl}`) }]);
  const schema = buildSchema('type Query { a: Int b: Int c: Int d: Int }');
  const query = schema.getQueryType();
  if (!isObjectType(query)) throw new Error('There is no query');

  const requirements = readRequirements(supergraph, schema);

  const none = { authenticated: false, scopes: [], policies: [] };
  expect(requirements.ofField(query, 'a')).toEqual([{ ...none, authenticated: true }]);
  expect(requirements.ofField(query, 'b')).toEqual([{ ...none, scopes: [['x']] }]);
  expect(requirements.ofField(query, 'c')).toEqual([{ ...none, policies: [['y']] }]);
  expect(requirements.ofField(query, 'd')).toEqual([]);
});
