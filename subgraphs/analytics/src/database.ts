import { connectDatabase, type Database } from '@cdx/kit';
import { PrismaClient, tables } from '@cdx/prisma-analytics';
import type { Transaction } from './context.ts';
import type { Settings } from './settings.ts';

/** Opens the domain's database. */
export function openDatabase(settings: Settings): Database<Transaction> {
  return connectDatabase<Transaction>({
    name: 'analytics',
    url: settings.ANALYTICS_DATABASE_URL,
    replicaUrl: settings.ANALYTICS_DATABASE_REPLICA_URL,
    poolSize: settings.ANALYTICS_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
}
