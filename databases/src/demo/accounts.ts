import type { Tables } from '@cdx/demo';
import { demoPassword } from '@cdx/auth/demo-logins';
import { hash } from '@node-rs/argon2';
import type { Connection } from 'mariadb';
import { mysqlTransaction } from '../connect.ts';
import { accountActivity } from './account-activity.ts';
import { organizationRow, personTables, type Ids } from './account-rows.ts';
import { customRoleRows, directGrantRows, roleGrantRows } from './grants.ts';
import { insertMysql, type OnRows } from './insert.ts';
import { superadmin, type Tenant } from './people.ts';

/** The rows of auth, in the steps of loading them. */
export interface Accounts {
  readonly tables: Tables;
  /** The tenants whose users get custom roles, which need the ids that the database gives to those. */
  readonly tenants: readonly Tenant[];
  /** The rows whose presence says that all of the demo data is there. */
  readonly marker: Tables;
}

/** The costs of the product's own hashes; 2 is argon2id, whose name is a const enum that cannot be imported here. */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One hash for all: the password is public, and two thousand hashes would take a minute. */
function demoPasswordHash(): Promise<string> {
  return hash(demoPassword, { ...cost, salt: Buffer.from('cdx demo, public') });
}

/** Makes the rows of auth, from the ids of what the migrations seed. */
export async function planAccounts(connection: Connection, tenants: readonly Tenant[]): Promise<Accounts> {
  const tiers = await seededIds(connection, 'select id, name from subscription_tiers');
  const permissions = await seededIds(connection, 'select id, `key` as name from permissions');
  const password = await demoPasswordHash();
  const people = tenants.flatMap(({ users }) => users);
  return {
    tables: [
      ['organizations', tenants.map(organizationRow)],
      ...personTables(people, tiers, password),
      ...accountActivity(people),
      ['user_permissions', directGrantRows(tenants, permissions)],
      ['roles', customRoleRows(tenants)],
    ],
    tenants,
    marker: personTables([superadmin], tiers, password),
  };
}

/** Inserts the tenants with all their people, in one transaction. */
export async function loadAccounts(
  connection: Connection,
  { tables, tenants }: Accounts,
  onRows: OnRows,
): Promise<void> {
  await mysqlTransaction(connection, async () => {
    await insertTables(connection, tables, onRows);
    const roles = await connection.query<{ readonly id: number; readonly name: string }[]>(
      "select id, concat(tenant_id, ' ', name) as name from roles where tenant_id is not null",
    );
    const roleIds = new Map(roles.map(({ id, name }) => [name, id]));
    await insertMysql(connection, 'user_roles', roleGrantRows(tenants, roleIds), onRows);
  });
}

/** Inserts the superadmin, in one transaction; to be done when all the rest is there. */
export async function loadMarker(
  connection: Connection,
  { marker }: Accounts,
  onRows: OnRows,
): Promise<void> {
  await mysqlTransaction(connection, () => insertTables(connection, marker, onRows));
}

/** Whether the demo data is there, whole. */
export async function hasMarker(connection: Connection): Promise<boolean> {
  const rows = await connection.query<unknown[]>('select 1 from users where email = ?', [superadmin.email]);
  return rows.length > 0;
}

async function insertTables(connection: Connection, tables: Tables, onRows: OnRows): Promise<void> {
  for (const [table, rows] of tables) await insertMysql(connection, table, rows, onRows);
}

async function seededIds(connection: Connection, statement: string): Promise<Ids> {
  const rows = await connection.query<{ readonly id: Uint8Array; readonly name: string }[]>(statement);
  return new Map(rows.map(({ id, name }) => [name, id]));
}
