import { conflict, parseInput, uuid } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Transaction } from './context.ts';

const userIdInput = uuid.toLowerCase();

export const mutation: MutationResolvers = {
  async forgetUserInPlatform(_, args, context) {
    const userId = parseInput(userIdInput, args.userId, 'userId');
    await context.db.write(
      async (tx) => {
        await refuseLastOwner(tx, userId);
        await tx.platformAdmin.deleteMany({ where: { userId } });
      },
      { tenantId: null },
    );
    return true;
  },
};

/** Says why, before the table's trigger refuses it without a word; of two at the same time, the trigger refuses one. */
async function refuseLastOwner(tx: Transaction, userId: string): Promise<void> {
  const owners = await tx.platformAdmin.findMany({
    where: { level: 'owner' },
    select: { userId: true },
    take: 2,
  });
  if (owners.length === 1 && owners[0]?.userId === userId)
    throw conflict(`User ${userId} is the last owner of the platform; make somebody else an owner first`, {
      field: 'userId',
    });
}
