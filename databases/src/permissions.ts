import { accountRoles, scopes, scopesOfRole } from '@cdx/access';
import { newId, uuidToBytes } from '@cdx/kit';
import type { Connection } from 'mariadb';

/**
 * Brings the permissions of the auth database, and those of its built-in roles, to what the access matrix says: so a
 * scope is added in the matrix and nowhere else. What is right already is left alone; a permission that the matrix no
 * longer has stays, since somebody may have been granted it, and counts for nothing.
 */
export async function writePermissions(connection: Connection): Promise<void> {
  await writeScopes(connection);
  await writeRoles(connection);
}

async function writeScopes(connection: Connection): Promise<void> {
  const present = await connection.query<{ readonly key: string; readonly description: string | null }[]>(
    'select `key`, description from permissions',
  );
  const known = new Map(present.map(({ key, description }) => [key, description]));
  const wrong = scopes.filter(({ name, description }) => known.get(name) !== description);
  if (wrong.length === 0) return;
  await connection.batch(
    'insert into permissions (id, `key`, description) values (?, ?, ?) on duplicate key update description = values(description)',
    wrong.map(({ name, description }) => [Buffer.from(uuidToBytes(newId())), name, description]),
  );
}

async function writeRoles(connection: Connection): Promise<void> {
  const present = await connection.query<{ readonly name: string; readonly permissions: unknown }[]>(
    'select name, permissions from roles where tenant_id is null',
  );
  for (const role of accountRoles) {
    const found = present.find(({ name }) => name === role);
    const wanted = scopesOfRole(role);
    if (found && isSame(found.permissions, wanted)) continue;
    await connection.query('update roles set permissions = ? where tenant_id is null and name = ?', [
      JSON.stringify(wanted),
      role,
    ]);
  }
}

/** MySQL has a type for JSON, which the driver reads; MariaDB has text. */
function isSame(stored: unknown, wanted: readonly string[]): boolean {
  const list: unknown = typeof stored === 'string' ? JSON.parse(stored) : stored;
  return Array.isArray(list) && list.length === wanted.length && wanted.every((name) => list.includes(name));
}
