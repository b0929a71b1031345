import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** A domain as its folders tell of it: `subgraphs/<name>` and `prisma/<name>`. */
export interface DomainFolder {
  readonly name: string;
  /** Where it listens when it runs alone and nobody says otherwise. */
  readonly port: number;
  readonly dialect: 'mysql' | 'postgres';
}

/** What a domain's package.json says of it. */
const manifestSchema = z.object({ cdx: z.object({ port: z.int().min(1).max(65_535) }) });

const providers: Readonly<Record<string, DomainFolder['dialect']>> = {
  mysql: 'mysql',
  postgresql: 'postgres',
};

/**
 * Finds the domains of a working copy. A folder without a package.json is what another branch has left.
 * @returns them in the order of their ports
 * @throws Error naming the file that is missing or wrong, and what is expected there
 */
export function findDomains(root: URL): DomainFolder[] {
  const domains = readdirSync(new URL('subgraphs/', root))
    .filter((name) => existsSync(new URL(`subgraphs/${name}/package.json`, root)))
    .map((name) => ({ name, port: portOf(root, name), dialect: dialectOf(root, name) }))
    .toSorted((one, other) => one.port - other.port);
  for (const [index, { name, port }] of domains.entries()) {
    const former = domains[index - 1];
    if (former?.port === port)
      throw new Error(`${former.name} and ${name} have the same port, ${port}: give one of them another`);
  }
  return domains;
}

function portOf(root: URL, name: string): number {
  const file = `subgraphs/${name}/package.json`;
  const { data } = manifestSchema.safeParse(JSON.parse(readFileSync(new URL(file, root), 'utf8')));
  if (!data) throw new Error(`${file} must name the domain's port: "cdx": { "port": 4004 }`);
  return data.cdx.port;
}

function dialectOf(root: URL, name: string): DomainFolder['dialect'] {
  const file = `prisma/${name}/schema.prisma`;
  const url = new URL(file, root);
  const [, provider = ''] = existsSync(url)
    ? (/^datasource \w+ \{[^}]*?provider\s*=\s*"(\w+)"/m.exec(readFileSync(url, 'utf8')) ?? [])
    : [];
  const dialect = providers[provider];
  if (!dialect) throw new Error(`${file} must have a datasource whose provider is postgresql or mysql`);
  return dialect;
}

/** The domains of the product. */
export const domainFolders: readonly DomainFolder[] = findDomains(new URL('../../', import.meta.url));

/** The environment variable that names a domain's database: `CRM_DATABASE_URL`. */
export function databaseVariable(domain: string): string {
  return `${domain.toUpperCase()}_DATABASE_URL`;
}
