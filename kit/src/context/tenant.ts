import sql, { type Sql } from 'sql-template-tag';
import { badInput, forbidden } from '../errors/errors.ts';
import { requireUser, type SubgraphContext, type User } from './context.ts';

/** Whether the caller may see what belongs to a tenant: superadmins and the product itself all, others their own. */
export function seesTenant(
  { identity: { role, tenantId } }: Pick<SubgraphContext, 'identity'>,
  wanted: string,
): boolean {
  return role === 'superadmin' || role === 'system' || (tenantId !== null && tenantId === wanted);
}

/**
 * The tenant that something new belongs to: the caller's own; a superadmin names one.
 * @param wanted what the input says, if it says anything
 * @throws FORBIDDEN when somebody else than a superadmin names another tenant, BAD_USER_INPUT when none is named by
 *   who belongs to none
 */
export function tenantOf(
  { role, tenantId }: Pick<User, 'role' | 'tenantId'>,
  wanted: string | null | undefined,
): string {
  if (role !== 'superadmin' && wanted != null && wanted !== tenantId)
    throw forbidden('Only a superadmin may write for another tenant');
  const found = wanted ?? tenantId;
  if (found === null) throw badInput('input.tenantId', 'given, since you belong to no tenant');
  return found;
}

/**
 * The rows of the table aliased `t` that are the caller's tenant's; for a superadmin all. Row-level security says the
 * same, but in a form that no index can be sought by.
 * @throws UNAUTHENTICATED when nobody is logged in
 */
export function ofOwnTenant(context: Pick<SubgraphContext, 'identity'>): Sql {
  const { role, tenantId } = requireUser(context);
  return role === 'superadmin' ? sql`true` : sql`t.tenant_id = ${tenantId}`;
}
