import { requireUser, uuidToBytes, type SubgraphContext } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';

/**
 * MySQL has no row-level security, so this file is the wall between tenants: every read of this domain is confined by
 * one of these conditions, each over the table aliased `t`.
 */
type Caller = Pick<SubgraphContext, 'identity'>;

/** The id as MySQL stores it. */
export const idBytes = (id: string): Buffer => Buffer.from(uuidToBytes(id));

/** Rows of `users`: the caller and, in a tenant, its members. */
export function usersWall(context: Caller): Sql {
  const { role, tenantId, userId } = requireUser(context);
  if (role === 'superadmin') return sql`true`;
  return tenantId === null
    ? sql`t.id = ${idBytes(userId)}`
    : sql`(t.id = ${idBytes(userId)} or t.tenant_id = ${tenantId})`;
}

/** Rows that say who a user is, by `user_id`: for those who may see the user. */
export function profilesWall(context: Caller): Sql {
  const { role, tenantId, userId } = requireUser(context);
  if (role === 'superadmin') return sql`true`;
  return tenantId === null ? ofUser(userId) : sql`(${ofUser(userId)} or ${ofTenant(tenantId)})`;
}

/** Rows that are a user's own, by `user_id`: for the user, the tenant's admins and superadmins. */
export function personalWall(context: Caller): Sql {
  const { role, tenantId, userId } = requireUser(context);
  if (role === 'superadmin') return sql`true`;
  return role === 'admin' && tenantId !== null
    ? sql`(${ofUser(userId)} or ${ofTenant(tenantId)})`
    : ofUser(userId);
}

/** Rows of `organizations`: the caller's own. */
export function organizationsWall(context: Caller): Sql {
  const { role, tenantId } = requireUser(context);
  return role === 'superadmin' ? sql`true` : sql`t.tenant_id = ${tenantId ?? ''}`;
}

/** Rows of `roles`: the built-in ones and the caller's tenant's. */
export function rolesWall(context: Caller): Sql {
  const { role, tenantId } = requireUser(context);
  return role === 'superadmin' ? sql`true` : sql`(t.tenant_id is null or t.tenant_id = ${tenantId ?? ''})`;
}

const ofUser = (userId: string): Sql => sql`t.user_id = ${idBytes(userId)}`;
const ofTenant = (tenantId: string): Sql =>
  sql`t.user_id in (select u.id from users u where u.tenant_id = ${tenantId})`;
