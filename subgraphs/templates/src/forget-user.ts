import { batchesWithin, changeFound, inBatches, inTurn, parseInput, uuid, type BatchLimits } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

export const mutation: MutationResolvers = {
  async forgetUserInTemplates(_, args, context) {
    return forgetUser(context.db, parseInput(uuid, args.userId, 'userId'), batchesWithin(context));
  },
};

/**
 * Deletes the drafts and own prompts of a user who is deleted.
 * @returns whether none is left; false when the time was up before
 */
export async function forgetUser(db: Context['db'], userId: string, limits: BatchLimits): Promise<boolean> {
  const { isComplete } = await inBatches(limits, (most) =>
    db.write(
      ({ personaTemplate, systemPrompt }) =>
        inTurn(most, [
          async (take) => {
            const where = { createdBy: userId, status: 'draft' } as const;
            const drafts = await personaTemplate.findMany({ where, select: { id: true }, take });
            return changeFound(drafts, (id) => personaTemplate.deleteMany({ where: { ...where, id } }));
          },
          async (take) => {
            const where = { userId };
            const prompts = await systemPrompt.findMany({ where, select: { id: true }, take });
            return changeFound(prompts, (id) => systemPrompt.deleteMany({ where: { ...where, id } }));
          },
        ]),
      // The rows are a user's and of no tenant, whichever one the deletion is asked for in.
      { tenantId: null },
    ),
  );
  return isComplete;
}
