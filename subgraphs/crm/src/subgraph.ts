import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-crm';
import type { Resolvers } from '../generated/resolvers.ts';
import * as board from './board.ts';
import * as customers from './customer.ts';
import * as defaultPipeline from './default-pipeline.ts';
import * as forgetUser from './forget-user.ts';
import * as interactions from './interaction.ts';
import * as leadMoves from './lead-moves.ts';
import * as leads from './lead.ts';
import * as pipelines from './pipeline.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as summary from './summary.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...customers.query,
    ...pipelines.query,
    ...leads.query,
    ...board.query,
    ...interactions.query,
    ...search.query,
  },
  Mutation: {
    ...customers.mutation,
    ...pipelines.mutation,
    ...defaultPipeline.mutation,
    ...leads.mutation,
    ...leadMoves.mutation,
    ...interactions.mutation,
    ...forgetUser.mutation,
  },
  Customer: { ...customers.customer, ...leads.customer, ...interactions.customer },
  Pipeline: { ...pipelines.pipeline, ...leads.pipeline },
  Lead: { ...leads.lead, ...customers.lead, ...pipelines.lead, ...interactions.lead },
  Interaction: { ...interactions.interaction, ...customers.interaction, ...leads.interaction },
  CrmBoard: board.board,
  CrmBoardColumn: board.column,
  CrmSummary: summary.summary,
  User: leads.user,
  Tenant: summary.tenant,
  Platform: summary.platform,
};

/** The crm domain: customers, the leads that a tenant follows up along its pipelines, and what is done for them. */
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
