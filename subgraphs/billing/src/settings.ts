import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  BILLING_DATABASE_URL: databaseUrl.describe('The billing database, Postgres 15 or later.'),
  BILLING_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  BILLING_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
  BILLING_RENEWAL_MINUTES: integer(1, 1_440)
    .default(5)
    .describe('How often subscriptions are renewed and their invoices issued.'),
  BILLING_PAYMENT_DAYS: integer(0, 365)
    .default(14)
    .describe('How many days a customer has to pay an invoice that names no date of its own.'),
});

export type Settings = z.output<typeof settingsSchema>;
