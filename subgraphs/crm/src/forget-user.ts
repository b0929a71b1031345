import { batchesWithin, changeFound, inBatches, inTurn, parseInput, uuid, type BatchLimits } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

export const mutation: MutationResolvers = {
  async forgetUserInCrm(_, { userId: id }, context) {
    return forgetUser(context.db, parseInput(uuid, id, 'userId'), batchesWithin(context));
  },
};

/**
 * Takes a user who is deleted out of leads and interactions, which stay with their tenants.
 * @returns whether no more name the user; false when the time was up before
 */
export async function forgetUser(db: Context['db'], userId: string, limits: BatchLimits): Promise<boolean> {
  const { isComplete } = await inBatches(limits, (most) =>
    db.write(({ lead, interaction }) =>
      inTurn(most, [
        async (take) => {
          const where = { assignedTo: userId };
          const leads = await lead.findMany({ where, select: { id: true }, take });
          return changeFound(leads, (id) =>
            lead.updateMany({ where: { ...where, id }, data: { assignedTo: null } }),
          );
        },
        async (take) => {
          const where = { userId };
          const interactions = await interaction.findMany({ where, select: { id: true }, take });
          return changeFound(interactions, (id) =>
            interaction.updateMany({ where: { ...where, id }, data: { userId: null } }),
          );
        },
      ]),
    ),
  );
  return isComplete;
}
