import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { Planner } from './planner.ts';

const supergraph = composeSupergraph([
  {
    name: 'shop',
    url: 'http://shop/graphql',
    typeDefs: parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: ["@key", "@authenticated", "@requiresScopes", "@policy"])
      type Query {
        open: String
        mine: String @authenticated
        report: String @requiresScopes(scopes: [["report"]])
        vault: String @policy(policies: [["safe"]])
      }
    `),
  },
]);

test('a supergraph is served whose security features are enforced, and its schema is what callers see', () => {
  const { schema, subgraphs } = new Planner(supergraph);
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['open', 'mine', 'report', 'vault']);
  expect(schema.getType('join__Graph')).toBeUndefined();
  expect(subgraphs).toEqual([{ name: 'shop', url: 'http://shop/graphql' }]);
});

test.each(['SECURITY', 'EXECUTION'])('one that needs what nobody enforces, for %s, is refused', (purpose) => {
  const link = `@link(url: "https://specs.example/walls/v1.0", for: ${purpose})`;
  const needing = `${supergraph.replace('schema\n', `schema\n  ${link}\n`)}\ndirective @walls on FIELD_DEFINITION`;
  expect(needing).toContain(link);
  expect(() => new Planner(needing)).toThrow('https://specs.example/walls/v1.0');
});

test.each(['', 'type Query { field: String }', supergraph.slice(0, 100)])(
  'what is no supergraph is refused',
  (sdl) => {
    expect(() => new Planner(sdl)).toThrow();
  },
);
