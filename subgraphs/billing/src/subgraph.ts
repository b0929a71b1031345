import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables } from '@cdx/prisma-billing';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Terms, Transaction } from './context.ts';
import * as invoiceChanges from './invoice-change.ts';
import * as invoices from './invoice.ts';
import * as paymentChanges from './payment-change.ts';
import * as payments from './payment.ts';
import * as plans from './plan.ts';
import { scheduleRenewals } from './renewal-schedule.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as subscribing from './subscribe.ts';
import * as subscriptionChanges from './subscription-change.ts';
import * as subscriptions from './subscription.ts';
import * as summaries from './summary.ts';
import * as tenantArchive from './tenant-archive.ts';
import * as usage from './usage.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...plans.query,
    ...subscriptions.query,
    ...tenantArchive.query,
    ...invoices.query,
    ...payments.query,
    ...search.query,
  },
  Mutation: {
    ...plans.mutation,
    ...subscribing.mutation,
    ...subscriptionChanges.mutation,
    ...tenantArchive.mutation,
    ...invoiceChanges.mutation,
    ...paymentChanges.mutation,
    ...usage.mutation,
  },
  Plan: { ...plans.plan, ...subscriptions.plan },
  BillingSubscription: {
    ...subscriptions.billingSubscription,
    ...invoices.billingSubscription,
    ...usage.billingSubscription,
  },
  Invoice: { ...invoices.invoice, ...payments.invoice },
  Payment: payments.payment,
  SubscriptionUsage: usage.subscriptionUsage,
  Customer: { ...subscriptions.customer, ...invoices.customer },
  Tenant: summaries.tenant,
  Platform: summaries.platform,
  BillingSummary: summaries.billingSummary,
};

/** The billing domain: plans, subscriptions, and the invoices and payments that come of them. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  const database = connectDatabase<Transaction>({
    name: 'billing',
    url: settings.BILLING_DATABASE_URL,
    replicaUrl: settings.BILLING_DATABASE_REPLICA_URL,
    poolSize: settings.BILLING_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
  const services: Terms = { paymentDays: settings.BILLING_PAYMENT_DAYS };
  const minutes = settings.BILLING_RENEWAL_MINUTES;
  const endRenewals = scheduleRenewals(database, { minutes, ...services }, log);
  return defineSubgraph({
    name: 'billing',
    schemaFile,
    resolvers,
    database,
    services,
    log,
    close: endRenewals,
  });
}
