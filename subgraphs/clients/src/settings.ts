import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  CLIENTS_DATABASE_URL: databaseUrl.describe('The clients database, Postgres 15 or later with pgvector.'),
  CLIENTS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  CLIENTS_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
  EMBEDDINGS_URL: z
    .url()
    .optional()
    .describe(
      'The base of an OpenAI-compatible API for embeddings (https://host/v1). Without it texts are embedded by feature hashing, which finds shared words and knows no meaning.',
    ),
  EMBEDDINGS_API_KEY: z.string().optional().describe('The key of that API.'),
  EMBEDDINGS_MODEL: z
    .string()
    .default('text-embedding-3-small')
    .describe('The model to ask for; it must give vectors of 1,536 numbers.'),
  EMBEDDINGS_TIMEOUT_MS: integer(100, 120_000).default(10_000).describe('How long an answer may take.'),
});

export type Settings = z.output<typeof settingsSchema>;
