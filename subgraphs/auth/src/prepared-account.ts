import { uuidToBytes } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { existingUser, makeUser, sendFirstLink } from './user.ts';

/** An account in two steps, for what is made in several databases: nobody gets a link to what may still be undone. */
export const mutation: MutationResolvers = {
  async prepareAccount(_, { input, idempotencyKey }, context) {
    const request = { mutation: 'prepareAccount', input, idempotencyKey, isActive: false };
    return (await makeUser(context, request)).user;
  },

  async openAccount(_, { id }, context) {
    const { lastLogin } = await existingUser(context, id);
    if (lastLogin === null) {
      await context.db.write((tx) =>
        tx.user.updateMany({ where: { id: uuidToBytes(id) }, data: { isActive: true } }),
      );
      await sendFirstLink(context, await existingUser(context, id));
    }
    return existingUser(context, id);
  },
};
