import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { domainFolders, findDomains } from '../kit/src/domains.ts';
import { scaffold } from './scaffold.ts';

const repository = new URL('../', import.meta.url);
const read = (root: URL, file: string): string => readFileSync(new URL(file, root), 'utf8');

let folder: string;
let root: URL;
let written: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cdx-scaffold-'));
  root = pathToFileURL(`${folder}/`);
  for (const file of ['subgraphs/templates/package.json', 'prisma/templates/schema.prisma'])
    cpSync(new URL(file, repository), new URL(file, root));
  written = await scaffold(root, 'weather');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a new subgraph', () => {
  test('has all its small files, with its name in the place of every placeholder', () => {
    expect(written).toEqual([
      'prisma/weather/migrations/0001_weather.sql',
      'prisma/weather/migrations/0002_audit_log.sql',
      'prisma/weather/package.json',
      'prisma/weather/prisma.config.ts',
      'prisma/weather/schema.prisma',
      'prisma/weather/tsconfig.json',
      'subgraphs/weather/package.json',
      'subgraphs/weather/schema.graphql',
      'subgraphs/weather/src/context.ts',
      'subgraphs/weather/src/server.ts',
      'subgraphs/weather/src/settings.ts',
      'subgraphs/weather/src/subgraph.ts',
      'subgraphs/weather/src/testing.ts',
      'subgraphs/weather/tsconfig.json',
    ]);
    for (const file of written) expect(read(root, file)).not.toMatch(/\{\{|\}\}|undefined\b.*undefined/);
    expect(read(root, 'subgraphs/weather/src/settings.ts')).toContain('WEATHER_DATABASE_URL: databaseUrl');
    expect(read(root, 'subgraphs/weather/src/testing.ts')).toContain('function aWeatherSubgraph()');
  });

  test('is found among the domains, at the next port', () => {
    expect(findDomains(root)).toEqual([
      { name: 'templates', port: 4_003, dialect: 'postgres' },
      { name: 'weather', port: 4_004, dialect: 'postgres' },
    ]);
  });

  test.each([
    ['', 'Nothing is no name'],
    ['Weather', 'Weather is no name'],
    ['weather-forecast', '2 to 30 small letters and digits'],
    ['9lives', 'a letter first'],
    ['w', 'w is no name'],
    ['user', 'user means something else already'],
    ['public', 'public means something else already'],
    ['../weather', 'is no name'],
    ['weather', 'prisma/weather is there already; nothing was written'],
    ['templates', 'prisma/templates is there already'],
  ])('is refused the name %j', async (name, words) => {
    const before = readdirSync(folder, { recursive: true });
    await expect(scaffold(root, name)).rejects.toThrow(words);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  test('is refused a folder that only one of the two packages has', async () => {
    mkdirSync(new URL('subgraphs/tides', root));
    await expect(scaffold(root, 'tides')).rejects.toThrow('subgraphs/tides is there already');
    expect(existsSync(new URL('prisma/tides', root))).toBe(false);
  });
});

/** What nobody has a reason to change in one domain alone, by its place in a domain. */
const alike = ['prisma/NAME/prisma.config.ts', 'prisma/NAME/tsconfig.json', 'subgraphs/NAME/src/server.ts'];

describe.each(domainFolders.filter(({ dialect }) => dialect === 'postgres'))(
  'the domain $name',
  ({ name }) => {
    const named = (file: string, domain: string): string => file.replace('NAME', domain);

    test.each(alike)('has %s as the template has it', (file) => {
      const wanted = read(root, named(file, 'weather')).replaceAll('weather', name);
      expect(read(repository, named(file, name))).toBe(wanted);
    });

    // The control plane's own lies by month (docs/decisions/0032).
    if (name === 'platform') return;
    test('has the audit log that the template has', () => {
      const migrations = new URL(`prisma/${name}/migrations/`, repository);
      const [file = ''] = readdirSync(migrations).filter((one) => one.endsWith('_audit_log.sql'));
      const wanted = read(root, 'prisma/weather/migrations/0002_audit_log.sql').replaceAll('weather', name);
      expect(read(migrations, file)).toBe(wanted);
    });
  },
);
