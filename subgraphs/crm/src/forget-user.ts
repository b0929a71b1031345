import { parseInput, uuid } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';

/** What is left of a user who is deleted: the leads and interactions stay with their tenants, and name the user no more. */
export const mutation: MutationResolvers = {
  async forgetUserInCrm(_, { userId: id }, { db }) {
    const userId = parseInput(uuid, id, 'userId');
    return db.write(async (tx) => {
      const leads = await tx.lead.updateMany({ where: { assignedTo: userId }, data: { assignedTo: null } });
      const interactions = await tx.interaction.updateMany({ where: { userId }, data: { userId: null } });
      return leads.count + interactions.count;
    });
  },
};
