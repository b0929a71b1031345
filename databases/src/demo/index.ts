import { cycle, makeWorld, type DemoWorld, type Tables } from '@cdx/demo';
import type { Connection } from 'mariadb';
import { postgresTransaction, withMysql, withPostgres } from '../connect.ts';
import { urlOf, type DatabaseUrls } from '../urls.ts';
import { hasMarker, loadAccounts, loadMarker, planAccounts } from './accounts.ts';
import { clientsOf } from './clients.ts';
import { findDemoDomains, loadDomainDemos } from './domains.ts';
import { roleGrantCount } from './grants.ts';
import { insertPostgres, type OnRows } from './insert.ts';
import { loadClients, planClient } from './load-client.ts';
import { superadmin, tenantsOf } from './people.ts';
import { sizesAt } from './sizes.ts';
import { planTemplates } from './templates.ts';

export interface DemoOptions {
  readonly urls: DatabaseUrls;
  /** 1 is the standard size. */
  readonly scale: number;
  /** The moment that what the domains bring ends at; the hour that has begun last when not given. */
  readonly now?: Date;
  /** Told how many of how many rows are there, and what is being loaded. */
  readonly onProgress: (done: number, total: number, step: string) => void;
}

const hourMs = 3_600_000;

/**
 * Loads the demo data unless it is there: accounts, clients and templates, the same rows at every run, then what each
 * other domain brings. What an interrupted run has left is completed.
 */
export async function loadDemoData(options: DemoOptions): Promise<void> {
  const { urls, scale, now = new Date(Math.floor(Date.now() / hourMs) * hourMs), onProgress } = options;
  await withMysql(urlOf(urls, 'auth'), async (auth) => {
    if (!(await hasMarker(auth))) await load(auth, { ...options, now });
  });
  await loadDomainDemos(await findDemoDomains(), urls, demoWorld(scale, now), onProgress);
}

const currencies = ['USD', 'EUR', 'CHF', 'GBP'] as const;

/** The tenants with their people and clients, as they are loaded. */
export function demoWorld(scale: number, now: Date): DemoWorld {
  const sizes = sizesAt(scale);
  const tenants = tenantsOf(sizes);
  const clients = Map.groupBy(clientsOf(tenants, sizes), ({ tenant }) => tenant.id);
  return makeWorld({
    ...{ now, scale, superadmin },
    tenants: tenants.map((tenant, index) => ({
      ...tenant,
      owner: tenant.admin,
      currency: cycle(currencies, index),
      clients: clients.get(tenant.id) ?? [],
    })),
  });
}

async function load(
  auth: Connection,
  { urls, scale, now, onProgress }: Required<DemoOptions>,
): Promise<void> {
  const sizes = sizesAt(scale);
  const tenants = tenantsOf(sizes);
  const accounts = await planAccounts(auth, tenants);
  const templates = planTemplates(tenants, sizes);
  await withPostgres(urlOf(urls, 'clients'), async (clients) => {
    const definitions = await clients.query<{ key: string; id: string }>(
      'select key, id from clients.agent_definitions',
    );
    const parts = {
      ...{ sizes, personas: templates.personaFor, loadedAt: now },
      definitions: new Map(definitions.rows.map(({ key, id }) => [key, id])),
    };
    const plans = clientsOf(tenants, sizes).map((client) => planClient(client, parts));

    const total =
      [accounts.tables, accounts.marker, templates.tables].reduce(
        (sum, tables) => sum + countRows(tables),
        0,
      ) +
      roleGrantCount(tenants) +
      plans.reduce((sum, { rowCount }) => sum + rowCount, 0);
    let done = 0;
    const report =
      (step: string): OnRows =>
      (count) =>
        onProgress((done += count), total, step);

    await loadAccounts(auth, accounts, report('accounts'));
    await withPostgres(urlOf(urls, 'templates'), (client) =>
      postgresTransaction(client, async () => {
        for (const [table, rows] of templates.tables)
          await insertPostgres(client, table, rows, report('templates'));
      }),
    );
    await loadClients(clients, plans, report);
    await loadMarker(auth, accounts, report('accounts'));
  });
}

function countRows(tables: Tables): number {
  return tables.reduce((sum, [, rows]) => sum + rows.length, 0);
}
