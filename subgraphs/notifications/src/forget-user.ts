import { batchesWithin, changeFound, inBatches, inTurn, parseInput, uuid, type BatchLimits } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-notifications';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

export const mutation: MutationResolvers = {
  async forgetUserInNotifications(_, { userId: id }, context) {
    return forgetUser(context.db, parseInput(uuid, id, 'userId'), batchesWithin(context));
  },
};

/**
 * Deletes what is left of a user who is deleted, in all tenants. What is queued is not sent.
 * @returns whether nothing is left; false when the time was up before
 */
export async function forgetUser(db: Context['db'], userId: string, limits: BatchLimits): Promise<boolean> {
  const { isComplete } = await inBatches(limits, (most) =>
    db.write((tx, audit) => {
      audit.note(null);
      return inTurn(most, [
        (take) => deleteDeliveries(tx, userId, take),
        (take) => deleteNotifications(tx, userId, take),
        (take) => deleteAddresses(tx, userId, take),
      ]);
    }),
  );
  return isComplete;
}

/** Before the notifications, which would take them along unaudited; a notification may have any number. */
async function deleteDeliveries(tx: Prisma.TransactionClient, userId: string, take: number): Promise<number> {
  const select = { id: true, notificationId: true };
  const deliveries = await tx.delivery.findMany({ where: { userId }, select, take });
  return changeFound(deliveries, async (id) => {
    await hold(
      tx,
      deliveries.map(({ notificationId }) => notificationId),
    );
    await tx.delivery.deleteMany({ where: { id } });
  });
}

async function deleteNotifications(
  tx: Prisma.TransactionClient,
  userId: string,
  take: number,
): Promise<number> {
  const notifications = await tx.notification.findMany({ where: { userId }, select: { id: true }, take });
  return changeFound(notifications, async (id) => {
    await hold(tx, id.in);
    // What has been queued since.
    await tx.delivery.deleteMany({ where: { notificationId: id } });
    await tx.notification.deleteMany({ where: { id } });
  });
}

async function deleteAddresses(
  { channelSubscription }: Prisma.TransactionClient,
  userId: string,
  take: number,
): Promise<number> {
  const addresses = await channelSubscription.findMany({ where: { userId }, select: { id: true }, take });
  return changeFound(addresses, (id) => channelSubscription.deleteMany({ where: { id } }));
}

/** Whoever deletes a notification holds it before its deliveries; in another order two would wait for each other. */
async function hold(tx: Prisma.TransactionClient, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`select from notifications.notifications where id = any(${ids}::uuid[]) order by id for update`;
}
