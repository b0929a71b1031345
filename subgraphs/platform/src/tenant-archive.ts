import { badInput, conflict } from '@cdx/kit';
import type { MutationResolvers, TenantStatus } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { existingTenant } from './tenant.ts';

/** The tenant's own record, for what archives all that belongs to it. Repeated, both change nothing more. */
export const mutation: MutationResolvers = {
  async markTenantArchived(_, { id, from }, context) {
    const { status } = await existingTenant(context, id);
    if (from !== 'active' && from !== 'suspended')
      throw conflict(`Tenant ${id} is ${from}; one that is active or suspended is archived`);
    if (status !== 'archived') await move(context, id, [[from, 'archived']]);
    return existingTenant(context, id);
  },

  async unmarkTenantArchived(_, { id, to }, context) {
    if (to !== 'active' && to !== 'suspended') throw badInput('to', 'ACTIVE or SUSPENDED');
    const { status } = await existingTenant(context, id);
    // The database knows no way from the archive but into use.
    if (status === 'archived')
      await move(context, id, [
        ['archived', 'active'],
        ...(to === 'suspended' ? ([['active', 'suspended']] as const) : []),
      ]);
    return existingTenant(context, id);
  },
};

/** Takes a tenant from status to status; not at all where it has another one by now. */
async function move(
  context: Context,
  id: string,
  ways: readonly (readonly [TenantStatus, TenantStatus])[],
): Promise<void> {
  await context.db.write(
    async (tx) => {
      for (const [from, status] of ways) {
        const { count } = await tx.tenant.updateMany({ where: { id, status: from }, data: { status } });
        if (count === 0) throw conflict(`Tenant ${id} is not ${from} any more`);
      }
    },
    { tenantId: id },
  );
}
