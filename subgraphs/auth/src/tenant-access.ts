import type { MutationResolvers } from '../generated/resolvers.ts';
import { endSessions } from './accounts/refresh-token.ts';

export const mutation: MutationResolvers = {
  async setTenantAccess(_, { tenantId, isOpen }, context) {
    await context.db.write(
      async (tx) => {
        await tx.organization.updateMany({ where: { tenantId }, data: { isActive: isOpen } });
        if (!isOpen) await endSessions(tx, { user: { tenantId } });
      },
      { tenantId },
    );
    return true;
  },
};
