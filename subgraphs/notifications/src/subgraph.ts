import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-notifications';
import type { Resolvers } from '../generated/resolvers.ts';
import * as subscriptions from './channel-subscription.ts';
import * as deliveries from './delivery.ts';
import * as notifications from './notification.ts';
import type { Settings } from './settings.ts';
import * as summary from './summary.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
export const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: { ...notifications.query, ...deliveries.query, ...subscriptions.query },
  Mutation: { ...notifications.mutation, ...deliveries.mutation, ...subscriptions.mutation },
  Notification: { ...notifications.notification, ...deliveries.notification },
  Delivery: { ...deliveries.delivery, ...notifications.delivery },
  ChannelSubscription: subscriptions.channelSubscription,
  User: notifications.user,
  NotificationsSummary: summary.summary,
  Tenant: summary.tenant,
  Platform: summary.platform,
};

/** The notifications domain. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  return defineSubgraph({
    name: 'notifications',
    schemaFile,
    resolvers,
    database: connectDatabase<Prisma.TransactionClient>({
      name: 'notifications',
      url: settings.NOTIFICATIONS_DATABASE_URL,
      replicaUrl: settings.NOTIFICATIONS_DATABASE_REPLICA_URL,
      poolSize: settings.NOTIFICATIONS_DATABASE_POOL_SIZE,
      tables,
      prisma: (adapter) => new PrismaClient({ adapter }),
    }),
    services: null,
    log,
  });
}
