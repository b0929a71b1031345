import type { SubgraphContext } from './context.ts';
import { seesTenant } from './tenant.ts';

/** An entity of another domain, by its key. */
export interface Reference {
  readonly id: string;
}

/** The id of the one `Platform` that there is. */
const platformId = 'platform';

/**
 * `Tenant.__resolveReference` of a domain that adds to tenants. Whether there is such a tenant only its owner knows;
 * here it is decided who may ask, so that nobody gets the zeros of a tenant that is not theirs.
 * @returns null to who may not see the tenant: superadmins see all, everybody else their own
 */
export function referToTenant(
  { id }: Reference,
  context: Pick<SubgraphContext, 'identity'>,
): Reference | null {
  return seesTenant(context, id) ? { id } : null;
}

/**
 * `Platform.__resolveReference` of a domain that adds to the whole.
 * @returns null to everybody but superadmins and the product itself
 */
export function referToPlatform(
  { id }: Reference,
  { identity: { role } }: Pick<SubgraphContext, 'identity'>,
): Reference | null {
  return id === platformId && (role === 'superadmin' || role === 'system') ? { id } : null;
}

/**
 * A tenant's summary; those of all tenants that are asked for in one tick come from one call of `batch`.
 * @param name the field, with whatever the statement depends on: `Tenant.crm`
 * @param empty the summary of a tenant that has nothing
 * @param batch reads the summaries of many tenants, one row each for those that have something
 * @returns null to who may not see the tenant
 */
export async function loadSummary<Summary extends object>(
  context: Pick<SubgraphContext, 'identity' | 'loaders'>,
  name: string,
  tenantId: string,
  empty: Summary,
  batch: (tenantIds: readonly string[]) => Promise<readonly (Summary & { readonly tenantId: string })[]>,
): Promise<Summary | null> {
  if (!seesTenant(context, tenantId)) return null;
  const loader = context.loaders.get<string, Summary>(name, async (tenantIds) => {
    const rows = new Map((await batch(tenantIds)).map((row) => [row.tenantId, row]));
    return tenantIds.map((id) => rows.get(id) ?? empty);
  });
  return loader.load(tenantId);
}
