import { parseInput, uuid } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';

/** What is left of a user who is deleted: nothing, in no tenant. What is queued is not sent. */
export const mutation: MutationResolvers = {
  async forgetUserInNotifications(_, { userId: id }, { db }) {
    const userId = parseInput(uuid, id, 'userId');
    return db.write(async (tx, audit) => {
      // Whoever deletes a notification or an address holds it before its deliveries; in another order two would wait for
      // each other.
      await tx.$executeRaw`select from notifications.notifications where user_id = ${userId}::uuid for update`;
      audit.note(null);
      const where = { userId };
      const subscriptions = await tx.channelSubscription.deleteMany({ where });
      // Before the notifications, which would take them along uncounted and unaudited.
      const deliveries = await tx.delivery.deleteMany({ where });
      const notifications = await tx.notification.deleteMany({ where });
      return subscriptions.count + deliveries.count + notifications.count;
    });
  },
};
