import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DemoWorld, DomainDemo } from '@cdx/demo';
import { databaseVariable, domainFolders } from '@cdx/kit/domains';
import { testDatabaseUrl } from '@cdx/kit/testing';
import pg from 'pg';
import type { DatabaseUrls } from '../urls.ts';
import { findDemoDomains, loadDomainDemos } from './domains.ts';
import { demoWorld } from './index.ts';

const urls: DatabaseUrls = Object.fromEntries(
  domainFolders.map(({ name }) => [name, testDatabaseUrl(databaseVariable(name))]),
);
const [monday, tuesday] = [new Date('2026-11-23T10:00:00Z'), new Date('2026-11-24T07:00:00Z')] as const;
const scale = 0.05;

/** A customer of every tenant, and an order of each customer. */
function planShop(world: DemoWorld): ReturnType<DomainDemo['plan']> {
  const customers = world.tenants.map(({ id }) => ({
    id: world.id(`shop customer ${id}`, world.now),
    tenant_id: id,
    met_at: world.now,
  }));
  return [
    ['demo_shop.customers', customers],
    [
      'demo_shop.orders',
      customers.map(({ id }) => ({ id: world.id(`shop order ${id}`, world.now), customer_id: id })),
    ],
  ];
}
const shop: DomainDemo = { marker: 'demo_shop.customers', plan: planShop };

describe('the demo data of a domain', () => {
  const database = new pg.Client({ connectionString: testDatabaseUrl('CLIENTS_DATABASE_URL') });
  const count = async (table: string): Promise<number> =>
    Number((await database.query<{ n: string }>(`select count(*) as n from demo_shop.${table}`)).rows[0]?.n);
  const load = (demo: DomainDemo, now = monday): Promise<[number, number, string][]> => {
    const told: [number, number, string][] = [];
    const domain = { name: 'clients', demo };
    const onProgress = (...words: [number, number, string]): number => told.push(words);
    return loadDomainDemos([domain], urls, demoWorld(scale, now), onProgress).then(() => told);
  };

  beforeAll(() => database.connect());
  beforeEach(async () => {
    await database.query('drop schema if exists demo_shop cascade');
    await database.query('create schema demo_shop');
    await database.query(
      'create table demo_shop.customers (id uuid primary key, tenant_id text, met_at timestamptz)',
    );
    await database.query('create table demo_shop.orders (id uuid primary key, customer_id uuid not null)');
  });
  afterAll(async () => {
    await database.query('drop schema demo_shop cascade');
    await database.end();
  });

  test('is loaded with its progress', async () => {
    const told = await load(shop);
    expect([await count('customers'), await count('orders')]).toEqual([2, 2]);
    expect(told).toEqual([
      [2, 4, 'clients'],
      [4, 4, 'clients'],
    ]);
  });

  test('is loaded once, and not planned again', async () => {
    await load(shop);
    const unplanned = { ...shop, plan: () => Promise.reject(new Error('It was planned')) as never };
    expect(await load(unplanned, tuesday)).toEqual([]);
    expect(await count('customers')).toBe(2);
  });

  test('is loaded whole or not at all', async () => {
    const broken: DomainDemo = {
      ...shop,
      plan: (world) => [...planShop(world), ['demo_shop.orders', [{ id: null, customer_id: null }]]],
    };
    await expect(load(broken)).rejects.toThrow('null value');
    expect([await count('customers'), await count('orders')]).toEqual([0, 0]);
  });

  test('has statements around its rows, in the same transaction', async () => {
    const around: DomainDemo = {
      ...shop,
      before: ({ now }) => [
        `alter table demo_shop.customers add column met text default '${now.toISOString()}'`,
      ],
      after: () => ['delete from demo_shop.orders'],
    };
    await load(around);
    const { rows } = await database.query('select distinct met from demo_shop.customers');
    expect(rows).toEqual([{ met: monday.toISOString() }]);
    expect(await count('orders')).toBe(0);
  });

  test('is loaded whole or not at all, what comes after it too', async () => {
    await expect(load({ ...shop, after: () => ['select 1 / 0'] })).rejects.toThrow('division by zero');
    expect([await count('customers'), await count('orders')]).toEqual([0, 0]);
  });

  test('tells of the hour of its loading', async () => {
    await load(shop, tuesday);
    const { rows } = await database.query('select distinct met_at from demo_shop.customers');
    expect(rows).toEqual([{ met_at: tuesday }]);
  });
});

describe('the world', () => {
  test('has the tenants that auth has, with their people and clients', async () => {
    const { tenants } = demoWorld(scale, monday);
    const [acme] = tenants;
    expect(tenants).toHaveLength(2);
    expect(acme).toMatchObject({ id: 'acme', currency: 'USD', owner: { email: 'admin@acme.example' } });
    const client = new pg.Client({ connectionString: testDatabaseUrl('CLIENTS_DATABASE_URL') });
    await client.connect();
    const ids = acme?.clients.map(({ id }) => id) ?? [];
    const { rowCount } = await client.query('select from clients.clients_info where client_id = any($1)', [
      ids,
    ]);
    await client.end();
    expect([ids.length > 0, rowCount]).toEqual([true, ids.length]);
  });
});

test('what the domains bring follows from the world alone', async () => {
  for (const { name, demo } of await findDemoDomains()) {
    const [once, again] = [demo.plan(demoWorld(scale, monday)), demo.plan(demoWorld(scale, monday))];
    expect([name, again]).toEqual([name, once]);
    const marked = once.find(([table]) => table === demo.marker)?.[1] ?? [];
    expect([name, marked.length > 0]).toEqual([name, true]);
  }
});
