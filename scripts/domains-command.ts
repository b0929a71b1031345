/**
 * `npm run domains` brings the files up to date that have to list the domains: the references of tsconfig.json, the
 * services of docker-compose.yml and the databases of deploy/databases.sql; with `--check` it only compares.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { isMap, isSeq, Pair, parseDocument, Scalar, type Document } from 'yaml';
import { databaseVariable, domainFolders, type DomainFolder } from '../kit/src/domains.ts';

const root = new URL('../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const names = domainFolders.map(({ name }) => name);
const postgresDomains = domainFolders.filter(({ dialect }) => dialect === 'postgres');

/** The references of the packages that are no domain's stay, and in their places. */
function writeTsconfig(): string {
  const config = JSON.parse(read('tsconfig.json')) as { readonly references: readonly { path: string }[] };
  const others = config.references
    .map(({ path }) => path)
    .filter((path) => !/^(prisma|subgraphs)\//.test(path));
  const gateway = others.indexOf('gateway');
  const paths = [
    ...others.slice(0, gateway),
    ...names.map((name) => `prisma/${name}`),
    ...names.map((name) => `subgraphs/${name}`),
    ...others.slice(gateway),
  ];
  const references = paths
    .filter((path) => existsSync(new URL(`${path}/tsconfig.json`, root)))
    .map((path) => ({ path }));
  return JSON.stringify({ ...config, references });
}

/** The folder that mail is written to while no mail server is named, shared by all services that send some. */
const outbox = { volume: 'outbox', folder: '/outbox' };

/** Whether a domain sends mail: its settings say so. */
async function sendsMail({ name }: DomainFolder): Promise<boolean> {
  const file = new URL(`subgraphs/${name}/src/settings.ts`, root);
  const { settingsSchema } = (await import(file.href)) as { settingsSchema: { readonly shape: object } };
  return 'MAIL_OUTBOX_DIR' in settingsSchema.shape;
}

/** Adds the services of domains that have none, before the gateway's; what one has been given by hand stays. */
async function writeCompose(): Promise<string> {
  const file = parseDocument(read('docker-compose.yml'));
  const services = file.get('services');
  if (!isMap(services)) throw new Error('docker-compose.yml has no services');
  for (const domain of postgresDomains) {
    file.setIn(['services', 'migrate', 'environment', databaseVariable(domain.name)], databaseUrl(domain));
    if (services.has(domain.name)) continue;
    const place = services.items.findIndex(({ key }) => String(key) === 'gateway');
    services.items.splice(place, 0, service(file, domain));
  }
  for (const domain of domainFolders) if (await sendsMail(domain)) giveOutbox(file, domain);
  const subgraphs = domainFolders.map(({ name, port }) => `${name}=http://${name}:${port}`);
  file.setIn(['services', 'gateway', 'environment', 'SUBGRAPHS'], subgraphs.join(','));
  file.setIn(['services', 'gateway', 'depends_on'], file.createNode([...names, 'redis'], { flow: true }));
  return file.toString({ lineWidth: 0, singleQuote: true });
}

/** Mounts the outbox of mail into a domain's service; without it mail would be lost with the container. */
function giveOutbox(file: Document, { name }: DomainFolder): void {
  file.setIn(['services', name, 'environment', 'MAIL_OUTBOX_DIR'], outbox.folder);
  const mount = `${outbox.volume}:${outbox.folder}`;
  const mounts = file.getIn(['services', name, 'volumes']);
  if (isSeq(mounts)) {
    if (!mounts.items.some((item) => String(item) === mount)) mounts.add(mount);
  } else file.setIn(['services', name, 'volumes'], file.createNode([mount], { flow: true }));
}

const databaseUrl = ({ name }: DomainFolder): string =>
  `postgres://cdx:\${POSTGRES_PASSWORD}@postgres:5432/${name}?sslmode=disable`;

/** A service that runs a domain alone, with the line before it empty. */
function service(file: Document, domain: DomainFolder): Pair {
  const node = file.createNode({
    command: `node subgraphs/${domain.name}/src/server.ts`,
    environment: { PORT: domain.port, HOST: '0.0.0.0', [databaseVariable(domain.name)]: databaseUrl(domain) },
    depends_on: { migrate: { condition: 'service_completed_successfully' } },
  });
  const migrate: unknown = node.getIn(['depends_on', 'migrate']);
  if (isMap(migrate)) migrate.flow = true;
  mergeFirst(file, node, 'cdx');
  mergeFirst(file, node.get('environment'), 'secrets');
  const key = new Scalar(domain.name);
  key.spaceBefore = true;
  return new Pair(key, node);
}

/** Puts `<<: *anchor` before the other entries of a map. */
function mergeFirst(file: Document, map: unknown, anchor: string): void {
  const source = file.getIn([`x-${anchor}`], true);
  if (!isMap(map) || !isMap(source)) throw new Error(`docker-compose.yml has no x-${anchor}`);
  map.items.unshift(file.createPair('<<', file.createAlias(source, anchor)));
}

function writeDatabases(): string {
  const made = postgresDomains.filter(({ name }) => name !== 'clients');
  return [
    '-- Run once, when the volume is empty: POSTGRES_DB makes the clients database, this the others.',
    ...made.map(({ name }) => `CREATE DATABASE ${name} OWNER cdx;`),
    '',
  ].join('\n');
}

async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(new URL(file, root))), filepath: file });
}

const files: Readonly<Record<string, string>> = {
  'tsconfig.json': await formatted('tsconfig.json', writeTsconfig()),
  'docker-compose.yml': await formatted('docker-compose.yml', await writeCompose()),
  'deploy/databases.sql': writeDatabases(),
};

for (const [file, text] of Object.entries(files)) {
  if (read(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(
      `${file} does not list the domains as their folders do. Run \`npm run domains\` and commit it.`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(new URL(file, root), text);
    console.log(file);
  }
}
