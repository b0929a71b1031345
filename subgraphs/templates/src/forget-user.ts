import { parseInput, uuid } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const mutation: MutationResolvers = {
  async forgetUserInTemplates(_, args, context) {
    const userId = parseInput(uuid, args.userId, 'userId');
    return context.db.write(
      async (tx) => {
        const drafts = await tx.personaTemplate.deleteMany({ where: { createdBy: userId, status: 'draft' } });
        const prompts = await tx.systemPrompt.deleteMany({ where: { userId } });
        return drafts.count + prompts.count;
      },
      // The rows are a user's and of no tenant, whichever one the deletion is asked for in.
      { tenantId: null },
    );
  },
};
