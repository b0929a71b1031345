import {
  isSelected,
  loadEntity,
  loadPage,
  newId,
  notFound,
  parseInput,
  requireUser,
  tenantId,
  tenantOf,
  uuid,
  type Readable,
} from '@cdx/kit';
import { ChannelSubscription as table, type ChannelSubscriptionRow } from '@cdx/prisma-notifications/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  ChannelSubscriptionResolvers,
  MutationResolvers,
  NotificationChannel,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { checkRecipient, ofRecipient } from './recipient.ts';

/** Where users are reached whom the caller sees. */
function readableSubscriptions(context: Context): Readable {
  return { table, order: { property: 'createdAt', direction: 'DESC' }, where: ofRecipient(context) };
}

/** Bytes as base64url (RFC 4648). */
const bytes = (least: number, most: number) =>
  z.string().refine((text) => {
    const { length } = Buffer.from(text, 'base64url');
    return /^[\w-]+=*$/.test(text) && length >= least && length <= most;
  }, 'must be that of the push subscription');
const common = { tenantId: tenantId.nullish(), userId: uuid.nullish() };
const email = z.email('must be an address of e-mail').max(255).toLowerCase();
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number of E.164: +41791234567');
const endpoint = z.url({ protocol: /^https?$/, error: 'must be the URL of a push service' }).max(2048);

/** An address of each channel; in the app there is none. */
const subscribeInput = z.discriminatedUnion(
  'channel',
  [
    z.object({ ...common, channel: z.literal('email'), address: email, pushKeys: z.null().optional() }),
    z.object({ ...common, channel: z.literal('sms'), address: phone, pushKeys: z.null().optional() }),
    z.object({
      ...common,
      channel: z.literal('push'),
      address: endpoint,
      pushKeys: z.object({ p256dh: bytes(65, 65), auth: bytes(16, 64) }, 'must be given'),
    }),
  ],
  'must be one with an address: EMAIL, PUSH or SMS',
);

export const query: QueryResolvers = {
  pushPublicKey: (_, __, { services }) => services.pushPublicKey,
  channelSubscriptions: (_, args, context, info) =>
    loadPage<ChannelSubscriptionRow>(
      context,
      readableSubscriptions(context),
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const mutation: MutationResolvers = {
  async subscribeChannel(_, { input }, context) {
    const caller = requireUser(context);
    const parsed = parseInput(subscribeInput, input);
    const { channel, address, pushKeys } = parsed;
    const owner = { tenantId: tenantOf(caller, parsed.tenantId), userId: parsed.userId ?? caller.userId };
    checkRecipient(context, owner.userId);
    const keys = { pushKey: pushKeys?.p256dh ?? null, pushAuth: pushKeys?.auth ?? null, isActive: true };
    const place = { ...owner, channel, address };
    await context.db.write((tx) =>
      tx.channelSubscription.upsert({
        where: { tenantId_userId_channel_address: place },
        create: { id: newId(), ...place, ...keys },
        update: keys,
      }),
    );
    return existingAt(context, place);
  },

  async unsubscribeChannel(_, { id }, context) {
    if (!(await loadEntity(context, readableSubscriptions(context), id)))
      throw notFound('ChannelSubscription', id);
    await context.db.write((tx) => tx.channelSubscription.deleteMany({ where: { id } }));
    return id;
  },
};

export const channelSubscription: ChannelSubscriptionResolvers = {
  __resolveReference: ({ id }, context) =>
    loadEntity<ChannelSubscriptionRow>(context, readableSubscriptions(context), id),
  tenant: ({ tenantId: id }) => ({ id }),
  user: ({ userId: id }) => ({ id }),
};

/** Where a user of a tenant is reached by a channel. */
export interface Address {
  readonly id: string;
  readonly channel: NotificationChannel;
  readonly address: string;
}

/** The addresses of a user in a tenant that are in use. */
export function addressesOf(context: Context, tenant: string, userId: string): Promise<Address[]> {
  return context.db.many<Address>(sql`
    select t.id, t.channel, t.address from notifications.channel_subscriptions t
    where t.tenant_id = ${tenant} and t.user_id = ${userId}::uuid and t.is_active
    order by t.created_at desc, t.id`);
}

interface Place {
  readonly tenantId: string;
  readonly userId: string;
  readonly channel: NotificationChannel;
  readonly address: string;
}

async function existingAt(context: Context, place: Place): Promise<ChannelSubscriptionRow> {
  const [found] = await context.db.many<{ readonly id: string }>(sql`
    select t.id from notifications.channel_subscriptions t
    where t.tenant_id = ${place.tenantId} and t.user_id = ${place.userId}::uuid
      and t.channel = ${place.channel}::notifications.notification_channel and t.address = ${place.address}`);
  const row =
    found && (await loadEntity<ChannelSubscriptionRow>(context, readableSubscriptions(context), found.id));
  if (!row) throw notFound('ChannelSubscription', place.address);
  return row;
}
