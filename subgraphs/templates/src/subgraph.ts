import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-templates';
import type { Resolvers } from '../generated/resolvers.ts';
import * as forgetUser from './forget-user.ts';
import * as personas from './persona-template.ts';
import * as prompts from './prompt-template.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as systemPrompts from './system-prompt.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: { ...personas.query, ...prompts.query, ...systemPrompts.query, ...search.query },
  Mutation: {
    ...personas.mutation,
    ...prompts.mutation,
    ...systemPrompts.mutation,
    ...forgetUser.mutation,
  },
  PersonaTemplate: personas.personaTemplate,
  PromptTemplate: prompts.promptTemplate,
  SystemPrompt: systemPrompts.systemPrompt,
  Template: search.template,
  User: { ...personas.user, ...systemPrompts.user },
  Organization: systemPrompts.organization,
};

/** The templates domain: personas, prompts and system prompts that every client's agents share. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  return defineSubgraph({
    name: 'templates',
    schemaFile,
    resolvers,
    database: connectDatabase<Prisma.TransactionClient>({
      name: 'templates',
      url: settings.TEMPLATES_DATABASE_URL,
      replicaUrl: settings.TEMPLATES_DATABASE_REPLICA_URL,
      poolSize: settings.TEMPLATES_DATABASE_POOL_SIZE,
      tables,
      prisma: (adapter) => new PrismaClient({ adapter }),
    }),
    services: null,
    log,
  });
}
