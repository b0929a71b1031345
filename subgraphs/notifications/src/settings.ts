import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  NOTIFICATIONS_DATABASE_URL: databaseUrl.describe('The notifications database, Postgres 15 or later.'),
  NOTIFICATIONS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  NOTIFICATIONS_DATABASE_POOL_SIZE: integer(1, 500)
    .default(10)
    .describe('The most connections held at once.'),
});

export type Settings = z.output<typeof settingsSchema>;
