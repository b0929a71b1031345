import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables } from '@cdx/prisma-clients';
import type { Resolvers } from '../generated/resolvers.ts';
import * as definitions from './agent-definition.ts';
import * as agents from './agent-instance.ts';
import * as memories from './agent-memory.ts';
import * as projects from './client-project.ts';
import * as clients from './client.ts';
import type { Services, Transaction } from './context.ts';
import { featureHashing, httpEmbedder, type Embedder } from './embedder/index.ts';
import * as forgetUser from './forget-user.ts';
import * as memorySearch from './memory-search.ts';
import * as orchestration from './orchestrator-state.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as summaries from './summary.ts';
import * as tenantArchive from './tenant-archive.ts';
import * as usage from './usage-record.ts';
import * as usageSummary from './usage-summary.ts';
import * as executions from './workflow-execution.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...clients.query,
    ...tenantArchive.query,
    ...definitions.query,
    ...agents.query,
    ...memories.query,
    ...memorySearch.query,
    ...projects.query,
    ...executions.query,
    ...usage.query,
    ...orchestration.query,
    ...search.query,
  },
  Mutation: {
    ...clients.mutation,
    ...tenantArchive.mutation,
    ...forgetUser.mutation,
    ...definitions.mutation,
    ...agents.mutation,
    ...memories.mutation,
    ...projects.mutation,
    ...executions.mutation,
    ...usage.mutation,
    ...orchestration.mutation,
  },
  Client: {
    ...clients.client,
    ...agents.client,
    ...projects.client,
    ...executions.client,
    ...usage.client,
    ...usageSummary.client,
    ...orchestration.client,
  },
  AgentDefinition: definitions.agentDefinition,
  AgentInstance: {
    ...agents.agentInstance,
    ...memories.agentInstance,
    ...executions.agentInstance,
    ...usage.agentInstance,
  },
  AgentMemory: memories.agentMemory,
  MemoryMatch: memorySearch.memoryMatch,
  ClientProject: { ...projects.clientProject, ...executions.clientProject },
  WorkflowExecution: executions.workflowExecution,
  UsageRecord: usage.usageRecord,
  OrchestratorState: orchestration.orchestratorState,
  User: { ...clients.user, ...agents.user },
  PersonaTemplate: agents.personaTemplate,
  Tenant: { ...clients.tenant, ...summaries.tenant },
  Platform: summaries.platform,
  AgentSummary: summaries.agentSummary,
};

/** The clients domain: clients, and in a schema for each of them its agents, memories, projects and usage. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  const services: Services = { embedder: embedderOf(settings) };
  return defineSubgraph({
    name: 'clients',
    schemaFile,
    resolvers,
    database: connectDatabase<Transaction>({
      name: 'clients',
      url: settings.CLIENTS_DATABASE_URL,
      replicaUrl: settings.CLIENTS_DATABASE_REPLICA_URL,
      poolSize: settings.CLIENTS_DATABASE_POOL_SIZE,
      tables,
      prisma: (adapter) => new PrismaClient({ adapter }),
    }),
    services,
    log,
  });
}

function embedderOf(settings: Settings): Embedder {
  if (!settings.EMBEDDINGS_URL) return featureHashing;
  return httpEmbedder({
    url: settings.EMBEDDINGS_URL,
    apiKey: settings.EMBEDDINGS_API_KEY,
    model: settings.EMBEDDINGS_MODEL,
    timeoutMs: settings.EMBEDDINGS_TIMEOUT_MS,
  });
}
