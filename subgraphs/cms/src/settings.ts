import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  CMS_DATABASE_URL: databaseUrl.describe('The cms database, Postgres 15 or later.'),
  CMS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  CMS_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
});

export type Settings = z.output<typeof settingsSchema>;
