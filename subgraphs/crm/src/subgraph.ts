import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-crm';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Settings } from './settings.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
export const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {};

/** The crm domain. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  return defineSubgraph({
    name: 'crm',
    schemaFile,
    resolvers,
    database: connectDatabase<Prisma.TransactionClient>({
      name: 'crm',
      url: settings.CRM_DATABASE_URL,
      replicaUrl: settings.CRM_DATABASE_REPLICA_URL,
      poolSize: settings.CRM_DATABASE_POOL_SIZE,
      tables,
      prisma: (adapter) => new PrismaClient({ adapter }),
    }),
    services: null,
    log,
  });
}
