import { existsSync } from 'node:fs';
import type { DemoWorld, DomainDemo } from '@cdx/demo';
import { domainFolders } from '@cdx/kit/domains';
import type pg from 'pg';
import { postgresTransaction, withPostgres } from '../connect.ts';
import { urlOf, type DatabaseUrls } from '../urls.ts';
import { insertPostgres } from './insert.ts';

/** A domain with demo data that lies with it. */
export interface DemoDomain {
  readonly name: string;
  readonly demo: DomainDemo;
}

/** Told how many of how many rows of a domain are there. */
type OnProgress = (done: number, total: number, domain: string) => void;

function isDomainDemo(found: unknown): found is DomainDemo {
  const { marker, plan } = (found ?? {}) as Partial<DomainDemo>;
  return typeof marker === 'string' && typeof plan === 'function';
}

/** The domains of Postgres that have a file `prisma/<name>/demo/index.ts`. */
export async function findDemoDomains(): Promise<DemoDomain[]> {
  const found = domainFolders
    .filter(({ dialect }) => dialect === 'postgres')
    .map(({ name }) => ({ name, file: new URL(`../../../prisma/${name}/demo/index.ts`, import.meta.url) }))
    .filter(({ file }) => existsSync(file));
  return Promise.all(
    found.map(async ({ name, file }) => {
      const { demo } = (await import(file.href)) as { readonly demo?: unknown };
      if (!isDomainDemo(demo))
        throw new Error(`prisma/${name}/demo/index.ts must export demo, with its marker and its plan`);
      return { name, demo };
    }),
  );
}

/** Loads what the domains bring, each in one transaction, unless it is there. */
export async function loadDomainDemos(
  domains: readonly DemoDomain[],
  urls: DatabaseUrls,
  world: DemoWorld,
  onProgress: OnProgress,
): Promise<void> {
  for (const { name, demo } of domains) {
    await withPostgres(urlOf(urls, name), (client) => loadDomain(client, { name, demo }, world, onProgress));
  }
}

async function loadDomain(
  client: pg.Client,
  { name, demo }: DemoDomain,
  world: DemoWorld,
  onProgress: OnProgress,
): Promise<void> {
  await postgresTransaction(client, async () => {
    const { rows: present } = await client.query(`select from ${demo.marker} limit 1`);
    if (present.length > 0) return;
    for (const statement of demo.before?.(world) ?? []) await client.query(statement);
    const tables = demo.plan(world);
    const total = tables.reduce((sum, [, rows]) => sum + rows.length, 0);
    let done = 0;
    for (const [table, rows] of tables)
      await insertPostgres(client, table, rows, (count) => onProgress((done += count), total, name));
    for (const statement of demo.after?.(world) ?? []) await client.query(statement);
  });
}
