import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-cms';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Settings } from './settings.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
export const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {};

/** The cms domain. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  return defineSubgraph({
    name: 'cms',
    schemaFile,
    resolvers,
    database: connectDatabase<Prisma.TransactionClient>({
      name: 'cms',
      url: settings.CMS_DATABASE_URL,
      replicaUrl: settings.CMS_DATABASE_REPLICA_URL,
      poolSize: settings.CMS_DATABASE_POOL_SIZE,
      tables,
      prisma: (adapter) => new PrismaClient({ adapter }),
    }),
    services: null,
    log,
  });
}
