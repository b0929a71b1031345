import { badInput, conflict, notFound } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { MutationResolvers, QueryResolvers, TenantStatus } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { journalledSteps } from './saga.ts';
import { existingTenant } from './tenant.ts';

/** A tenant, with the saga that has archived it last. */
interface Archived {
  readonly status: TenantStatus;
  readonly input: unknown;
  /** Null where there is no such saga. */
  readonly steps: unknown;
}

export const query: QueryResolvers = {
  async archiveOfTenant(_, { tenantId }, { db }) {
    const [found] = await db.many<Archived>(
      sql`select t.status::text as status, s.input, s.steps from platform.tenants t left join lateral (
          select input, steps from platform.sagas
          where tenant_id = t.id and kind = 'archiveTenant' and state = 'completed'
          order by created_at desc, id desc limit 1) s on true
        where t.id = ${tenantId}`,
    );
    if (!found) throw notFound('Tenant', tenantId);
    const { status, input, steps } = found;
    if (status !== 'archived')
      throw conflict(`Tenant ${tenantId} is ${status}; one that is archived is restored`);
    if (steps === null)
      throw conflict(
        `No archiveTenant of tenant ${tenantId} is known; activateTenant restores its record alone`,
      );
    const kept = journalledSteps.parse(steps).map((step): [string, unknown] => [step.name, step.kept]);
    return { input, kept: Object.fromEntries(kept) };
  },
};

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
