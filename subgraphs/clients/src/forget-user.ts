import { conflict, parseInput, uuid } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';

/** A client is never without an owner, so a user who has some is not deleted; those in the archive keep the id. */
export const mutation: MutationResolvers = {
  async checkUserOwnsNoClient(_, { userId: id }, { db }) {
    const ownerUserId = parseInput(uuid, id, 'userId');
    // In a transaction, since a replica may not know yet of the client that was made last.
    const count = await db.write((tx) =>
      tx.client.count({ where: { ownerUserId, status: { not: 'archived' } } }),
    );
    if (count === 0) return true;
    const clients = count === 1 ? '1 client that is' : `${count} clients that are`;
    throw conflict(`The user owns ${clients} not archived; these must be handed over first`, {
      field: 'userId',
    });
  },
};
