import {
  asJson,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireRole,
  requireUser,
  type Readable,
} from '@cdx/kit';
import { AgentDefinition as table, type AgentDefinitionRow } from '@cdx/prisma-clients/tables';
import { z } from 'zod';
import type { AgentDefinitionResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** The same for everybody who has logged in. */
function definitions(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'name', direction: 'ASC' } };
}

const fields = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  description: z.string().max(10_000).nullish(),
  category: z.string().trim().min(1, 'must not be empty').max(100),
  defaultConfig: z.record(z.string(), z.unknown()).nullish(),
  capabilities: z.array(z.string().trim().min(1).max(50)).max(100).nullish(),
};
const createInput = z.object({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, 'must be small letters, digits and -, at most 100'),
  ...fields,
});
const updateInput = z.object({ ...fields, isActive: z.boolean() }).partial();

export const query: QueryResolvers = {
  agentDefinition: (_, { id }, context) => loadDefinition(context, id),
  agentDefinitionByKey: (_, { key }, context) =>
    loadEntity<AgentDefinitionRow>(context, definitions(context), key, 'key'),
  agentDefinitions: (_, args, context, info) =>
    loadPage<AgentDefinitionRow>(context, definitions(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createAgentDefinition(_, { input, idempotencyKey }, context) {
    requireRole(context, 'superadmin');
    const { defaultConfig, capabilities, description, ...values } = parseInput(createInput, input);
    const id = idFor(context, 'createAgentDefinition', idempotencyKey);
    const data = {
      id,
      ...values,
      description: description ?? null,
      defaultConfig: asJson(defaultConfig ?? {}),
      capabilities: capabilities ?? [],
    };
    const repeated = idempotencyKey != null && (await loadDefinition(context, id));
    if (!repeated) await context.db.write((tx) => tx.agentDefinition.createMany({ data }));
    return existingDefinition(context, id);
  },

  async updateAgentDefinition(_, { id, input }, context) {
    requireRole(context, 'superadmin');
    await existingDefinition(context, id);
    const { defaultConfig, capabilities, ...values } = parseInput(updateInput, input);
    const data = {
      ...given(values),
      ...(defaultConfig ? { defaultConfig: asJson(defaultConfig) } : {}),
      ...(capabilities ? { capabilities } : {}),
    };
    await context.db.write((tx) => tx.agentDefinition.updateMany({ where: { id }, data }));
    return existingDefinition(context, id);
  },
};

export const agentDefinition: AgentDefinitionResolvers = {
  __resolveReference: (reference, context) =>
    'id' in reference
      ? loadDefinition(context, reference.id)
      : loadEntity<AgentDefinitionRow>(context, definitions(context), reference.key, 'key'),
};

function loadDefinition(context: Context, id: string): Promise<AgentDefinitionRow | null> {
  return loadEntity<AgentDefinitionRow>(context, definitions(context), id);
}

/** @throws NOT_FOUND when there is no such definition */
export async function existingDefinition(context: Context, id: string): Promise<AgentDefinitionRow> {
  const found = await loadDefinition(context, id);
  if (!found) throw notFound('AgentDefinition', id);
  return found;
}
