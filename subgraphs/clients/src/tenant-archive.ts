import sql from 'sql-template-tag';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';

/** The clients of a tenant, for what archives all that belongs to it. */
export const query: QueryResolvers = {
  async clientsInUse(_, { tenantId }, { db }) {
    const rows = await db.many<{ readonly id: string; readonly status: string }>(
      sql`select client_id as id, status::text as status from clients.clients_info
        where tenant_id = ${tenantId} and status in ('active', 'suspended') order by client_id`,
    );
    const having = (status: string): string[] =>
      rows.filter((row) => row.status === status).map(({ id }) => id);
    return { active: having('active'), suspended: having('suspended') };
  },
};

export const mutation: MutationResolvers = {
  async archiveClientsOf(_, { tenantId, ids }, { db }) {
    const where = {
      id: { in: [...ids] },
      tenantId,
      status: { in: ['active' as const, 'suspended' as const] },
    };
    const { count } = await db.write((tx) => tx.client.updateMany({ where, data: { status: 'archived' } }));
    return count;
  },

  async restoreClientsOf(_, { tenantId, ...ids }, { db }) {
    return db.write(async (tx) => {
      let restored = 0;
      for (const status of ['active', 'suspended'] as const) {
        const where = { id: { in: [...ids[status]] }, tenantId, status: 'archived' as const };
        restored += (await tx.client.updateMany({ where, data: { status } })).count;
      }
      return restored;
    });
  },
};
