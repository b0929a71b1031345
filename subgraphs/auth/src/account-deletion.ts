import { parseInput, uuid, uuidToBytes } from '@cdx/kit';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';

const deletion = z.object({ id: uuid });

export const mutation: MutationResolvers = {
  async deleteAccount(_, args, context) {
    const { id } = parseInput(deletion, args, 'deleteAccount');
    const { count } = await context.db.write((tx) => tx.user.deleteMany({ where: { id: uuidToBytes(id) } }));
    return count > 0;
  },
};
