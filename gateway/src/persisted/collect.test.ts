import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, OperationTypeNode } from 'graphql';
import { collectOperations } from './collect.ts';
import { compareOperations, drawChanges } from './compare.ts';
import { hashOf } from './manifest.ts';
import { findSources } from './sources.ts';

const schema = buildSchema(`
  type Query { me: User users: [User!]! }
  type Mutation { rename(name: String!): User }
  type User { id: ID! name: String friend: User }
`);

/** A folder with the files of a client. */
function aClient(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdx-client-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What is found in a client, with places relative to it. */
function collect(files: Readonly<Record<string, string>>) {
  const folder = aClient(files);
  const { operations, problems } = collectOperations(findSources([folder]), schema);
  return { operations, problems: problems.map((problem) => problem.replaceAll(`${folder}/`, '')) };
}

describe('the operations of a client', () => {
  test('are found in files and in tagged templates of every kind of source', () => {
    const { operations, problems } = collect({
      'a.graphql': 'query A { me { id } }',
      'b.gql': 'mutation B { rename(name: "b") { id } }',
      'src/c.tsx':
        "import { gql } from '@apollo/client';\nconst c = gql`query C { me { id } }`;\nexport const C = () => <p>{c.kind}</p>;",
      'src/d.ts':
        "import { graphql } from './generated';\nexport const d = graphql(`query D { me { id } }`);",
      'src/e.js': 'export const e = /* GraphQL */ `query E { me { id } }`;',
      'src/f.jsx': 'export const f = gql`query F { me { id } }`;\nexport const F = () => <p />;',
      'src/g.ts': "export const g = 'query G { me { id } }';",
      'node_modules/h/h.graphql': 'query H { me { id } }',
    });
    expect(problems).toEqual([]);
    expect(operations.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    expect(operations[1]?.type).toBe('mutation');
  });

  test('have the fragments that they need, of other files too, and no others', () => {
    const { operations, problems } = collect({
      'a.ts': 'gql`query A { me { ...Friend } } ${friend}`;',
      'friend.ts': 'gql`fragment Friend on User { friend { ...Name } } ${name}`;',
      'name.graphql': 'fragment Name on User { name } fragment Unused on User { id }',
      'schema.graphql': 'type Query { something: Int }',
    });
    expect(problems).toEqual([]);
    const [operation] = operations;
    expect(operation?.body.match(/fragment \w+/g)).toEqual(['fragment Friend', 'fragment Name']);
    expect(operation?.id).toBe(hashOf(operation?.body ?? ''));
  });

  test.each([
    [
      'a field that is not there',
      { 'src/a.ts': 'const a = 1;\nconst b = gql`\n  query A {\n    me { nothing }\n  }\n`;' },
      ['src/a.ts:4: Cannot query field "nothing" on type "User".'],
    ],
    [
      'a fragment that is nowhere',
      { 'a.graphql': '# first\nquery A { me { ...F } }' },
      ['a.graphql:2: Unknown fragment "F".'],
    ],
    [
      'a wrong fragment, once',
      {
        'a.graphql': 'query A { me { ...F } }\nquery B { me { ...F } }',
        'f.graphql': 'fragment F on User { no }',
      },
      ['f.graphql:1: Cannot query field "no" on type "User".'],
    ],
    ['no name', { 'a.graphql': '{ me { id } }' }, ['a.graphql:1: An operation needs a name']],
    [
      'a name that another has',
      { 'a.graphql': 'query A { me { id } }', 'b.graphql': '\nquery A { me { name } }' },
      ['b.graphql:2: A is something else at a.graphql:1'],
    ],
    [
      'text that is no GraphQL',
      { 'a.ts': 'const a = gql`\nquery A {\n`;' },
      ['a.ts:3: Syntax Error: Expected Name, found <EOF>.'],
    ],
  ])('are told with file and line when they have %s', (_, files, problems) => {
    expect(collect(files).problems).toEqual(problems);
  });
});

test('what is added, kept and removed is shown by name', () => {
  const operation = (name: string, body: string) => ({
    name,
    body,
    id: hashOf(body),
    type: OperationTypeNode.QUERY,
  });
  const changes = compareOperations(
    [operation('A', 'a'), operation('B', 'b')],
    [operation('B', 'b'), operation('C', 'c')],
  );
  expect(drawChanges(changes).split('\n')).toEqual([
    'state    type   operation  id',
    `removed  query  A          ${hashOf('a').slice(0, 12)}`,
    `kept     query  B          ${hashOf('b').slice(0, 12)}`,
    `added    query  C          ${hashOf('c').slice(0, 12)}`,
  ]);
});
