import {
  asJson,
  forbidden,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireUser,
  tenantId,
  tenantOf,
  uuid,
  type Readable,
} from '@cdx/kit';
import { Notification as table, type NotificationRow } from '@cdx/prisma-notifications/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  DeliveryResolvers,
  MutationResolvers,
  NotificationResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { addressesOf } from './channel-subscription.ts';
import type { Context } from './context.ts';
import { newDeliveries } from './delivery.ts';
import { checkRecipient, ofRecipient } from './recipient.ts';

/** The caller's notifications; those of the tenant for its admins, all for a superadmin. */
export function readableNotifications(context: Context): Readable {
  return { table, order: { property: 'createdAt', direction: 'DESC' }, where: ofRecipient(context) };
}

/** A browser must follow it without running it: no `javascript:`, and no other host by `//host`. */
const actionUrl = z
  .string()
  .max(2048)
  .regex(/^(\/(?![/\\])|https?:\/\/)\S*$/i, 'must be a path that begins with /, or a URL with http or https');
const sendInput = z.object({
  tenantId: tenantId.nullish(),
  userId: uuid,
  title: z.string().trim().min(1, 'must not be empty').max(255),
  message: z.string().trim().min(1, 'must not be empty').max(10_000),
  type: z.enum(['info', 'success', 'warning', 'error']).nullish(),
  channels: z
    .array(z.enum(['in_app', 'email', 'push', 'sms']))
    .min(1, 'must have at least one channel')
    .refine((list) => new Set(list).size === list.length, 'must have each channel once')
    .nullish(),
  actionUrl: actionUrl.nullish(),
  metadata: z.record(z.string(), z.unknown(), 'must be an object').nullish(),
  taskId: uuid.nullish(),
  projectId: uuid.nullish(),
});

export const query: QueryResolvers = {
  notification: (_, { id }, context) => loadNotification(context, id),
  notifications: (_, args, context, info) =>
    loadPage<NotificationRow>(context, readableNotifications(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async sendNotification(_, { input, idempotencyKey }, context) {
    const { channels, ...values } = parseInput(sendInput, input);
    const tenant = tenantOf(requireUser(context), values.tenantId);
    checkRecipient(context, values.userId);
    const [channel = 'in_app', ...others] = channels ?? [];
    const data = {
      id: idFor(context, 'sendNotification', idempotencyKey),
      tenantId: tenant,
      userId: values.userId,
      title: values.title,
      message: values.message,
      type: values.type ?? 'info',
      channel,
      actionUrl: values.actionUrl ?? null,
      metadata: asJson(values.metadata ?? {}),
      taskId: values.taskId ?? null,
      projectId: values.projectId ?? null,
    };
    const addresses = await addressesOf(context, tenant, data.userId);
    const deliveries = newDeliveries(data, [channel, ...others], addresses);
    await context.db.write(async (tx) => {
      const { count } = await tx.notification.createMany({ data, skipDuplicates: idempotencyKey != null });
      if (count > 0) await tx.delivery.createMany({ data: deliveries });
    });
    return existingNotification(context, data.id);
  },

  async markNotificationRead(_, { id }, context) {
    const { userId, role } = requireUser(context);
    const found = await existingNotification(context, id);
    if (found.userId !== userId && role !== 'superadmin')
      throw forbidden('Only whom a notification is for marks it as read');
    await markRead(context, { id });
    return existingNotification(context, id);
  },

  markAllNotificationsRead: (_, __, context) => markRead(context, { userId: requireUser(context).userId }),

  async deleteNotification(_, { id }, context) {
    await existingNotification(context, id);
    await context.db.write((tx) => tx.notification.deleteMany({ where: { id } }));
    return id;
  },
};

export const notification: NotificationResolvers = {
  __resolveReference: ({ id }, context) => loadNotification(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  user: ({ userId: id }) => ({ id }),
};

export const delivery: DeliveryResolvers = {
  notification: ({ notificationId }, _, context) => loadNotification(context, notificationId),
};

export const user: UserResolvers = {
  notifications({ id }, args, context, info) {
    const list = { ...readableNotifications(context), parent: 'userId' };
    return loadChildPage(context, 'Notification.userId', list, id, args, isSelected(info, 'totalCount'));
  },
  unreadNotifications({ id }, _, context) {
    const loader = context.loaders.get<string, number>('User.unreadNotifications', async (ids) => {
      const rows = await context.db.many<Unread>(sql`
        select t.user_id as "userId", count(*)::int as count from notifications.notifications t
        where not t.read and t.user_id = any(${[...ids]}::uuid[]) and ${ofRecipient(context)}
        group by t.user_id`);
      const counts = new Map(rows.map(({ userId, count }) => [userId, count]));
      return ids.map((userId) => counts.get(userId) ?? 0);
    });
    return loader.load(id);
  },
};

interface Unread {
  readonly userId: string;
  readonly count: number;
}

function loadNotification(context: Context, id: string): Promise<NotificationRow | null> {
  return loadEntity<NotificationRow>(context, readableNotifications(context), id);
}

/** @throws NOT_FOUND when the caller sees no such notification */
async function existingNotification(context: Context, id: string): Promise<NotificationRow> {
  const found = await loadNotification(context, id);
  if (!found) throw notFound('Notification', id);
  return found;
}

/** Marks what is not read yet, and answers how many that were. */
async function markRead(context: Context, where: { id: string } | { userId: string }): Promise<number> {
  const data = { read: true, readAt: new Date() };
  const { count } = await context.db.write((tx) =>
    tx.notification.updateMany({ where: { ...where, read: false }, data }),
  );
  return count;
}
