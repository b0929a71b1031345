import { badInput, requireUser } from '@cdx/kit';
import type { Context } from './context.ts';

/**
 * The tenant that something is read of: the one that is named, or the caller's own. Row-level security decides what of
 * it the caller sees.
 * @throws BAD_USER_INPUT when there is none: a superadmin belongs to no tenant
 */
export function tenantAsked(context: Context, named: string | null | undefined): string {
  const tenant = named ?? requireUser(context).tenantId;
  if (tenant === null) throw badInput('tenantId', 'given, since you belong to no tenant');
  return tenant;
}
