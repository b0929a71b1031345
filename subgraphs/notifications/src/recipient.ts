import { forbidden, ofOwnTenant, requireUser, type SubgraphContext } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';

type Caller = Pick<SubgraphContext, 'identity'>;

/** Who sees what is for other users: a tenant's admins, superadmins, and the product itself. */
const seesAllUsers = ({ identity: { role } }: Caller): boolean =>
  role === 'superadmin' || role === 'admin' || role === 'system';

/**
 * The rows of the table aliased `t` that are for users whom the caller sees, in whatever tenant.
 * @throws UNAUTHENTICATED when nobody is logged in
 */
export function ofSeenUsers(context: Caller): Sql {
  if (seesAllUsers(context)) return sql`true`;
  return sql`t.user_id = ${requireUser(context).userId}::uuid`;
}

/**
 * The rows of the table aliased `t` that are for the caller; for a tenant's admins all of the tenant, for a superadmin
 * all. Row-level security says the same, but in a form that no index can be sought by.
 * @throws UNAUTHENTICATED when nobody is logged in
 */
export function ofRecipient(context: Caller): Sql {
  return sql`${ofOwnTenant(context)} and ${ofSeenUsers(context)}`;
}

/**
 * Sees to it that the caller writes for the user: admins for all of their tenant, others for themselves.
 * @throws FORBIDDEN when it is another user
 */
export function checkRecipient(context: Caller, userId: string): void {
  if (!seesAllUsers(context) && requireUser(context).userId !== userId)
    throw forbidden('Only an admin may do this for another user');
}
