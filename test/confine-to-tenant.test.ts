import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import { databaseVariable, domainFolders } from '@cdx/kit/domains';
import { testDatabaseUrl } from '@cdx/kit/testing';
import pg from 'pg';

/** The domains whose first migration is the one of `npm run new-subgraph`. */
const scaffolded = domainFolders
  .map(({ name }) => name)
  .filter((name) => !['auth', 'clients', 'templates'].includes(name));

describe.each(scaffolded)('a table of %s that is confined to tenants', (domain) => {
  const database = new pg.Client({ connectionString: testDatabaseUrl(databaseVariable(domain)) });
  const table = `${domain}.confined`;

  beforeAll(() => database.connect());
  afterAll(() => database.end());
  // Nobody else sees the table: the transaction is never committed.
  beforeEach(async () => {
    await database.query(`begin;
      create table ${table} (id int primary key, tenant_id varchar(50) not null);
      grant select, insert, update, delete on ${table} to cdx_app;
      insert into ${table} values (1, 'acme'), (2, 'borealis');
      select ${domain}.confine_to_tenant('${table}')`);
  });
  afterEach(() => database.query('rollback'));

  /** Goes on as the application does for a caller. */
  async function as(role: string, tenantId: string): Promise<void> {
    await database.query('set local role cdx_app');
    await database.query("select set_config('app.role', $1, true), set_config('app.tenant_id', $2, true)", [
      role,
      tenantId,
    ]);
  }

  async function ids(): Promise<number[]> {
    const { rows } = await database.query<{ id: number }>(`select id from ${table} order by id`);
    return rows.map(({ id }) => id);
  }

  test.each([
    ['superadmin', '', [1, 2]],
    ['system', '', [1, 2]],
    ['admin', 'acme', [1]],
    ['user', 'borealis', [2]],
    ['admin', 'cascadia', []],
    ['admin', '', []],
    ['', '', []],
  ])('shows the role %j of the tenant %j the rows %j', async (role, tenantId, expected) => {
    await as(role, tenantId);
    expect(await ids()).toEqual(expected);
  });

  test('shows nothing to who has no context at all', async () => {
    await database.query('set local role cdx_app');
    expect(await ids()).toEqual([]);
  });

  test('lets nobody change or delete a row of another tenant', async () => {
    await as('admin', 'acme');
    const changed = await database.query(`update ${table} set id = id + 10 where id = 2`);
    const deleted = await database.query(`delete from ${table} where id = 2`);
    expect([changed.rowCount, deleted.rowCount]).toEqual([0, 0]);
  });

  test.each(['insert into TABLE values (3, $1)', 'update TABLE set tenant_id = $1 where id = 1'])(
    'lets nobody write a row for another tenant: %s',
    async (statement) => {
      await as('admin', 'acme');
      const written = database.query(statement.replace('TABLE', table), ['borealis']);
      await expect(written).rejects.toThrow('row-level security');
    },
  );

  test('is confined for its owner too, and once when it is confined again', async () => {
    await database.query(`select ${domain}.confine_to_tenant('${table}')`);
    const { rows } = await database.query(
      `select relrowsecurity, relforcerowsecurity, (select count(*)::int from pg_policy where polrelid = c.oid) as policies
        from pg_class c where oid = $1::regclass`,
      [table],
    );
    expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true, policies: 1 }]);
  });

  test('cannot be set free by the application', async () => {
    await as('superadmin', '');
    const freed = database.query(`select ${domain}.confine_to_tenant('${table}')`);
    await expect(freed).rejects.toThrow('permission denied');
  });
});
