import { requireRole, type SubgraphContext } from '@cdx/kit';

/**
 * Sees to it that the caller acts for the platform as a whole: a superadmin, or the product itself.
 * @returns who that is; null for the product itself
 * @throws UNAUTHENTICATED when nobody is logged in, FORBIDDEN when it is somebody else
 */
export function requireOperator(context: Pick<SubgraphContext, 'identity'>): string | null {
  return context.identity.role === 'system' ? null : requireRole(context, 'superadmin').userId;
}
