import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  ANALYTICS_DATABASE_URL: databaseUrl.describe('The analytics database, Postgres 15 or later.'),
  ANALYTICS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  ANALYTICS_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
  ANALYTICS_IP_ADDRESSES: z
    .enum(['full', 'truncated', 'none'])
    .default('truncated')
    .describe(
      'What is kept of the addresses that events come from: truncated keeps the first 24 bits of IPv4 and 48 of IPv6.',
    ),
  ANALYTICS_LATE_DAYS: integer(1, 365)
    .default(7)
    .describe('How old an event of a page may be when it arrives; those of services may be as old as any.'),
  ANALYTICS_RETENTION_MONTHS: integer(1, 1_200)
    .default(25)
    .describe('How many whole months of events are kept before the running one. Metrics are kept.'),
  ANALYTICS_PARTITION_MONTHS: integer(1, 24)
    .default(3)
    .describe('For how many months to come the partitions of events are made ahead.'),
  ANALYTICS_PARTITION_MINUTES: integer(1, 1_440)
    .default(60)
    .describe('How often partitions of events are made and dropped.'),
  ANALYTICS_ROLL_UP_MINUTES: integer(1, 1_440)
    .default(5)
    .describe('How often new events are rolled up into metrics; into those of weeks and months every hour.'),
});

export type Settings = z.output<typeof settingsSchema>;
