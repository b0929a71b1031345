import { forbidden, ofOwnTenant, requireUser } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';
import type { Context } from './context.ts';

/** Whether the caller sees what is for other users of the tenant. */
export function seesAllUsers(context: Pick<Context, 'identity'>): boolean {
  const { role } = requireUser(context);
  return role === 'superadmin' || role === 'admin';
}

/**
 * The rows of the table aliased `t` that are for the caller; for a tenant's admins all of the tenant, for a superadmin
 * all. Row-level security says the same, but in a form that no index can be sought by.
 * @throws UNAUTHENTICATED when nobody is logged in
 */
export function ofRecipient(context: Pick<Context, 'identity'>): Sql {
  const { userId } = requireUser(context);
  const ofTenant = ofOwnTenant(context);
  return seesAllUsers(context) ? ofTenant : sql`${ofTenant} and t.user_id = ${userId}::uuid`;
}

/**
 * Sees to it that the caller writes for the user: admins for all of their tenant, others for themselves.
 * @throws FORBIDDEN when it is another user
 */
export function checkRecipient(context: Pick<Context, 'identity'>, userId: string): void {
  if (!seesAllUsers(context) && requireUser(context).userId !== userId)
    throw forbidden('Only an admin may do this for another user');
}
