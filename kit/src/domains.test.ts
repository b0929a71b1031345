import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseVariable, domainFolders, findDomains } from './domains.ts';

let folder: string;
let root: URL;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdx-domains-'));
  root = pathToFileURL(`${folder}/`);
  mkdirSync(join(folder, 'subgraphs'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(new URL('.', new URL(file, root)), { recursive: true });
  writeFileSync(new URL(file, root), text);
}

/** A domain's two folders. */
function aDomain(name: string, port: unknown, provider = 'postgresql'): void {
  write(`subgraphs/${name}/package.json`, JSON.stringify({ name, cdx: { port } }));
  write(
    `prisma/${name}/schema.prisma`,
    `generator client {\n  provider = "prisma-client"\n}\n\ndatasource db {\n  provider = "${provider}"\n}\n`,
  );
}

describe('the domains of a working copy', () => {
  test('are its folders, in the order of their ports', () => {
    aDomain('weather', 4_002);
    aDomain('tides', 4_001, 'mysql');
    expect(findDomains(root)).toEqual([
      { name: 'tides', port: 4_001, dialect: 'mysql' },
      { name: 'weather', port: 4_002, dialect: 'postgres' },
    ]);
  });

  test('do not include what another branch has left', () => {
    aDomain('weather', 4_002);
    write('subgraphs/tides/generated/resolvers.ts', '');
    expect(findDomains(root).map(({ name }) => name)).toEqual(['weather']);
  });

  test.each([[undefined], ['4002'], [0], [65_536], [4_002.5]])('need a port, and not %p', (port) => {
    aDomain('weather', port);
    expect(() => findDomains(root)).toThrow('subgraphs/weather/package.json must name the domain');
  });

  test('need a port of their own', () => {
    aDomain('weather', 4_002);
    aDomain('tides', 4_002);
    expect(() => findDomains(root)).toThrow('tides and weather have the same port, 4002');
  });

  test('need a database of a kind that is known', () => {
    aDomain('weather', 4_002, 'sqlite');
    const words = 'prisma/weather/schema.prisma must have a datasource whose provider is postgresql or mysql';
    expect(() => findDomains(root)).toThrow(words);
    rmSync(new URL('prisma/weather/schema.prisma', root));
    expect(() => findDomains(root)).toThrow(words);
  });
});

test('the product’s own have auth on MySQL first', () => {
  expect(domainFolders[0]).toEqual({ name: 'auth', port: 4_001, dialect: 'mysql' });
  expect(databaseVariable('auth')).toBe('AUTH_DATABASE_URL');
});
