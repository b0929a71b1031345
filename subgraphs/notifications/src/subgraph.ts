import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-notifications';
import type { Resolvers } from '../generated/resolvers.ts';
import * as subscriptions from './channel-subscription.ts';
import { scheduleCleanUp } from './clean-up.ts';
import type { Services } from './context.ts';
import * as deliveries from './delivery.ts';
import * as forgetUser from './forget-user.ts';
import * as notifications from './notification.ts';
import { makeSenders } from './outgoing/senders.ts';
import { scheduleDeliveries } from './outgoing/worker.ts';
import { serveReceipts, type ReceiptServerOptions } from './receipts/receipt-server.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as summary from './summary.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: { ...notifications.query, ...deliveries.query, ...subscriptions.query, ...search.query },
  Mutation: {
    ...notifications.mutation,
    ...deliveries.mutation,
    ...subscriptions.mutation,
    ...forgetUser.mutation,
  },
  Notification: { ...notifications.notification, ...deliveries.notification },
  Delivery: { ...deliveries.delivery, ...notifications.delivery },
  ChannelSubscription: subscriptions.channelSubscription,
  User: notifications.user,
  NotificationsSummary: summary.summary,
  Tenant: summary.tenant,
  Platform: summary.platform,
};

/** The notifications domain: what users are told, and how it reaches them. */
export async function createSubgraph(settings: Settings, log: Logger): Promise<Subgraph> {
  const receipts = receiptsOf(settings);
  const database = connectDatabase<Prisma.TransactionClient>({
    name: 'notifications',
    url: settings.NOTIFICATIONS_DATABASE_URL,
    replicaUrl: settings.NOTIFICATIONS_DATABASE_REPLICA_URL,
    poolSize: settings.NOTIFICATIONS_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
  const { NOTIFICATIONS_DELIVERY_ATTEMPTS: maxAttempts, NOTIFICATIONS_DELIVERY_SECONDS: seconds } = settings;
  const worker = { database, senders: makeSenders(settings), maxAttempts, log };
  const endDeliveries = seconds > 0 ? scheduleDeliveries(worker, seconds) : undefined;
  const { NOTIFICATIONS_RETENTION_DAYS: days, NOTIFICATIONS_CLEAN_UP_MINUTES: minutes } = settings;
  const endCleanUp = days > 0 ? scheduleCleanUp(database, { days, minutes }, log) : undefined;
  const receiptServer = receipts && (await serveReceipts({ ...receipts, database, log }));
  const services: Services = { pushPublicKey: settings.VAPID_PUBLIC_KEY ?? null };
  return defineSubgraph({
    name: 'notifications',
    schemaFile,
    resolvers,
    database,
    services,
    log,
    async close() {
      await endCleanUp?.();
      await receiptServer?.close();
      await endDeliveries?.();
    },
  });
}

/** How receipts are taken; undefined where no port is set. @throws Error when there is no secret to know them by */
function receiptsOf({
  NOTIFICATIONS_RECEIPTS_HOST: host,
  NOTIFICATIONS_RECEIPTS_PORT: port,
  NOTIFICATIONS_RECEIPTS_SECRET: secret,
}: Settings): Pick<ReceiptServerOptions, 'host' | 'port' | 'secret'> | undefined {
  if (port === undefined) return undefined;
  if (secret === undefined)
    throw new Error('NOTIFICATIONS_RECEIPTS_SECRET is needed with NOTIFICATIONS_RECEIPTS_PORT');
  return { host, port, secret };
}
