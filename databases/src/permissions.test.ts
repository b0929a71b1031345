import { expect, test } from '@jest/globals';
import { scopes, scopesOfRole } from '@cdx/access';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { withMysql } from './connect.ts';
import { writePermissions } from './permissions.ts';

/** Works on a connection whose changes nobody else sees, and that are taken back. */
async function apart(work: (query: Query, write: () => Promise<void>) => Promise<void>): Promise<void> {
  await withMysql(testDatabaseUrl('AUTH_DATABASE_URL'), async (connection) => {
    await connection.beginTransaction();
    try {
      await work(
        async <Row>(sql: string) => Array.from(await connection.query<Row[]>(sql)),
        () => writePermissions(connection),
      );
    } finally {
      await connection.rollback();
    }
  });
}
type Query = <Row>(sql: string) => Promise<Row[]>;

test('a permission that the matrix has and the database has not is added', () =>
  apart(async (query, write) => {
    await query("delete from permissions where `key` = 'crm:write'");
    await write();
    const [found] = await query<{ description: string }>(
      "select description from permissions where `key` = 'crm:write'",
    );
    expect(found?.description).toBe(scopes.find(({ name }) => name === 'crm:write')?.description);
  }));

test('a description and a built-in role are put right, and keep their ids', () =>
  apart(async (query, write) => {
    const ids = await query('select id, `key` from permissions order by `key`');
    await query("update permissions set description = 'Anything' where `key` = 'crm:read'");
    await query("update roles set permissions = '[\"crm:read\"]' where tenant_id is null and name = 'user'");
    await write();
    expect(await query('select id, `key` from permissions order by `key`')).toEqual(ids);
    const wrong = await query("select 1 from permissions where description = 'Anything'");
    const [role] = await query<{ text: string }>(
      "select cast(permissions as char) as text from roles where tenant_id is null and name = 'user'",
    );
    expect([wrong, JSON.parse(role?.text ?? '')]).toEqual([[], scopesOfRole('user')]);
  }));

test('a tenant’s own roles stay as they are', () =>
  apart(async (query, write) => {
    const own = 'select id, cast(permissions as char) as permissions from roles where tenant_id is not null';
    const before = await query(own);
    await write();
    expect(before.length).toBeGreaterThan(0);
    expect(await query(own)).toEqual(before);
  }));

test('what the matrix no longer has stays', () =>
  apart(async (query, write) => {
    await query("insert into permissions (id, `key`) values (unhex(repeat('ab', 16)), 'weather:read')");
    await write();
    expect(await query("select 1 from permissions where `key` = 'weather:read'")).toHaveLength(1);
  }));
