import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables } from '@cdx/prisma-platform';
import type { Resolvers } from '../generated/resolvers.ts';
import { scheduleAuditPartitions } from './audit-partitions.ts';
import * as reports from './compliance-report.ts';
import type { Transaction } from './context.ts';
import * as lineage from './data-lineage.ts';
import * as forgetUser from './forget-user.ts';
import * as admins from './platform-admin.ts';
import * as platforms from './platform.ts';
import * as journal from './saga-journal.ts';
import * as sagas from './saga.ts';
import * as search from './search.ts';
import * as securityEvents from './security-event.ts';
import * as services from './service.ts';
import type { Settings } from './settings.ts';
import * as configs from './system-config.ts';
import * as tenantArchive from './tenant-archive.ts';
import * as tenants from './tenant.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...tenants.query,
    ...tenantArchive.query,
    ...platforms.query,
    ...admins.query,
    ...services.query,
    ...configs.query,
    ...securityEvents.query,
    ...reports.query,
    ...lineage.query,
    ...sagas.query,
    ...search.query,
  },
  Mutation: {
    ...tenants.mutation,
    ...tenantArchive.mutation,
    ...admins.mutation,
    ...forgetUser.mutation,
    ...services.mutation,
    ...configs.mutation,
    ...securityEvents.mutation,
    ...reports.mutation,
    ...lineage.mutation,
    ...journal.mutation,
  },
  Tenant: { ...tenants.tenant, ...securityEvents.tenant },
  Platform: { ...platforms.platform, ...services.platform },
  PlatformAdmin: admins.platformAdmin,
  Service: services.service,
  SystemConfig: configs.systemConfig,
  SecurityEvent: securityEvents.securityEvent,
  ComplianceReport: reports.complianceReport,
  DataLineage: lineage.dataLineage,
  Saga: sagas.saga,
  Client: tenants.client,
  User: admins.user,
};

/** The platform domain: the tenants, and what is run, set, watched and accounted for over all of them. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  const database = connectDatabase<Transaction>({
    name: 'platform',
    url: settings.PLATFORM_DATABASE_URL,
    replicaUrl: settings.PLATFORM_DATABASE_REPLICA_URL,
    poolSize: settings.PLATFORM_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
  const endPartitions = scheduleAuditPartitions(database, log);
  return defineSubgraph({
    name: 'platform',
    schemaFile,
    resolvers,
    database,
    services: null,
    log,
    close: endPartitions,
  });
}
