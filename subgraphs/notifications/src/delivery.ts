import {
  conflict,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  newId,
  notFound,
  type Readable,
} from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-notifications';
import { Delivery as table, type DeliveryRow, type NotificationRow } from '@cdx/prisma-notifications/tables';
import sql from 'sql-template-tag';
import type {
  DeliveryResolvers,
  MutationResolvers,
  NotificationChannel,
  NotificationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { addressesOf, type Address } from './channel-subscription.ts';
import type { Context } from './context.ts';
import { ofRecipient } from './recipient.ts';

/** The deliveries of the notifications that the caller sees. */
function readableDeliveries(context: Context): Readable {
  return { table, order: { property: 'queuedAt', direction: 'DESC' }, where: ofRecipient(context) };
}

export const query: QueryResolvers = {
  delivery: (_, { id }, context) => loadDelivery(context, id),
  deliveries: (_, args, context, info) =>
    loadPage<DeliveryRow>(context, readableDeliveries(context), args, isSelected(info, 'totalCount')),
  deadLetters(_, args, context, info) {
    const { where, ...list } = readableDeliveries(context);
    const failed = {
      ...list,
      order: { property: 'failedAt', direction: 'DESC' } as const,
      where: sql`${where} and t.status = 'failed'`,
    };
    return loadPage<DeliveryRow>(context, failed, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async retryDelivery(_, { id }, context) {
    const found = await existingDelivery(context, id);
    const data = { ...(await addressAgain(context, found)), ...queuedNow(), attempts: 0 };
    const { count } = await context.db.write((tx) =>
      tx.delivery.updateMany({ where: { id, status: 'failed' }, data }),
    );
    if (count === 0)
      throw conflict('Only a delivery that has failed for good is queued again', { field: 'id' });
    return existingDelivery(context, id);
  },
};

export const delivery: DeliveryResolvers = {
  __resolveReference: ({ id }, context) => loadDelivery(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  user: ({ userId: id }) => ({ id }),
};

export const notification: NotificationResolvers = {
  deliveries({ id }, args, context, info) {
    const list = { ...readableDeliveries(context), parent: 'notificationId' };
    return loadChildPage(context, 'Delivery.notificationId', list, id, args, isSelected(info, 'totalCount'));
  },
};

type Sent = Pick<NotificationRow, 'id' | 'tenantId' | 'userId'>;

const noAddress = 'The user has no address for this channel';

/**
 * The deliveries of a new notification: in the app it has arrived; by another channel one is queued for each of the
 * user's addresses, and where there are none it has failed.
 */
export function newDeliveries(
  { id: notificationId, tenantId, userId }: Sent,
  channels: readonly NotificationChannel[],
  addresses: readonly Address[],
): Prisma.DeliveryCreateManyInput[] {
  const now = new Date();
  return channels.flatMap((channel): Prisma.DeliveryCreateManyInput[] => {
    const common = { tenantId, userId, notificationId, channel };
    if (channel === 'in_app')
      return [{ ...common, id: newId(), recipient: userId, status: 'delivered', attempts: 1, sentAt: now }];
    const own = addresses.filter((address) => address.channel === channel);
    if (own.length === 0)
      return [{ ...common, id: newId(), status: 'failed', error: noAddress, failedAt: now }];
    return own.map(({ id: subscriptionId, address: recipient }) => ({
      ...{ ...common, id: newId(), subscriptionId, recipient },
      ...queuedNow(),
    }));
  });
}

const queuedNow = () =>
  ({ status: 'queued', nextAttemptAt: new Date(), error: null, failedAt: null }) as const;

/** The address of a delivery, or where it had none the user's newest by now. */
async function addressAgain(
  context: Context,
  { tenantId, userId, channel, recipient }: DeliveryRow,
): Promise<{ recipient?: string; subscriptionId?: string }> {
  if (recipient !== null) return {};
  const addresses = await addressesOf(context, tenantId, userId);
  const found = addresses.find((address) => address.channel === channel);
  if (!found) throw conflict(noAddress, { field: 'id' });
  return { recipient: found.address, subscriptionId: found.id };
}

function loadDelivery(context: Context, id: string): Promise<DeliveryRow | null> {
  return loadEntity<DeliveryRow>(context, readableDeliveries(context), id);
}

/** @throws NOT_FOUND when the caller sees no such delivery */
async function existingDelivery(context: Context, id: string): Promise<DeliveryRow> {
  const found = await loadDelivery(context, id);
  if (!found) throw notFound('Delivery', id);
  return found;
}
