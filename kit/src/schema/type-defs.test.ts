import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { isTypeDefinitionNode } from 'graphql';
import { readTypeDefs } from './type-defs.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** The names of all types of a subgraph whose `schema.graphql` says this. */
function namesIn(sdl: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cdx-sdl-'));
  folders.push(folder);
  const file = join(folder, 'schema.graphql');
  writeFileSync(file, sdl);
  return readTypeDefs(pathToFileURL(file)).definitions.flatMap((node) =>
    isTypeDefinitionNode(node) ? [node.name.value] : [],
  );
}

test('a subgraph has the common types that it uses, and those that these use', () => {
  expect(namesIn('type Query { price(during: PeriodInput): Money }')).toEqual([
    'Query',
    'DateTime',
    'Decimal',
    'Money',
    'PeriodInput',
  ]);
});

test('types that use one another are there once', () => {
  const names = namesIn('type Query { log(filter: AuditEntryFilter): AuditEntryConnection }');
  expect(names).toEqual(expect.arrayContaining(['AuditEntryFilter', 'AuditEntryEdge', 'PageInfo']));
  expect(names).not.toContain('Money');
  expect(new Set(names).size).toBe(names.length);
});

test('a subgraph that says how long its answers may be kept has the words for it', () => {
  expect(namesIn('type Query { tiers: [String!] @cacheControl(maxAge: 60) }')).toEqual([
    'Query',
    'CacheControlScope',
  ]);
});

test('a subgraph that uses none has none', () => {
  expect(namesIn('type Query { hello: String }')).toEqual(['Query']);
});
