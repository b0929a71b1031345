import {
  asJson,
  badInput,
  codedError,
  given,
  isSelected,
  parseInput,
  requireUser,
  uuid,
  type ReadableChildren,
} from '@cdx/kit';
import { AgentMemory as table, type AgentMemoryRow } from '@cdx/prisma-clients/tables';
import { Prisma } from '@cdx/prisma-clients';
import { z } from 'zod';
import type {
  AgentInstanceResolvers,
  AgentMemoryResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { existingAgent, loadAgent } from './agent-instance.ts';
import { existingOwned, loadOwned, loadOwnedPage, ownedIdFor, writeIn, type Owned } from './client-schema.ts';
import type { Context } from './context.ts';
import { embeddingDimensions } from './embedder/index.ts';

type Memory = Owned<AgentMemoryRow>;

const memories: ReadableChildren = {
  table,
  order: { property: 'createdAt', direction: 'DESC' },
  parent: 'agentInstanceId',
};

const content = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(20_000, 'must have at most 20,000 characters');
const memoryType = z.enum(['fact', 'episode', 'preference', 'summary']);
const metadata = z.record(z.string(), z.unknown());
const importance = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');

/** A vector as pgvector can compare it: all its numbers finite, and not zero, which has no direction. */
export const vectorInput = z
  .array(z.number())
  .length(embeddingDimensions, `must have ${embeddingDimensions} numbers`)
  .refine((vector) => vector.some((value) => value !== 0), 'must have a number other than 0');

const createInput = z.object({
  content,
  memoryType: memoryType.nullish().transform((type) => type ?? 'fact'),
  metadata: metadata.nullish(),
  importance: importance.nullish().transform((value) => value ?? 0.5),
  vector: vectorInput.nullish(),
  embeddingModel: z.string().min(1, 'must not be empty').max(100).nullish(),
});
const updateInput = z.object({ content, memoryType, metadata, importance }).partial();

/** The table in the placeholder's schema; `writeIn` puts the client's own in its place. */
const memoryTable = Prisma.raw('"client_".agent_memory');

export const query: QueryResolvers = {
  agentMemory(_, key, context) {
    requireUser(context);
    return loadOwned<AgentMemoryRow>(context, table, key);
  },
};

export const mutation: MutationResolvers = {
  async createAgentMemory(_, { clientId, agentInstanceId, input, idempotencyKey }, context) {
    const parsed = parseInput(createInput, input);
    if ((parsed.vector == null) !== (parsed.embeddingModel == null)) {
      throw badInput('input.embeddingModel', 'given with a vector, and left out without one');
    }
    await existingAgent(context, { clientId, id: agentInstanceId });
    const id = ownedIdFor(context, 'createAgentMemory', clientId, idempotencyKey);
    const embedding = parsed.vector ?? (await embed(context, parsed.content));
    const model = parsed.embeddingModel ?? context.services.embedder.model;
    await writeIn(context, clientId, async (tx, audit) => {
      const inserted = await tx.$executeRaw`
        insert into ${memoryTable} (id, agent_instance_id, content, memory_type, embedding, embedding_model, metadata, importance)
        values (${id}::uuid, ${agentInstanceId}::uuid, ${parsed.content}, ${parsed.memoryType}::clients.memory_type,
          ${vectorText(embedding)}::public.vector, ${model}, ${JSON.stringify(parsed.metadata ?? {})}::jsonb,
          ${parsed.importance})
        on conflict (id) do nothing`;
      const after = { ...parsed, id, agentInstanceId, embeddingModel: model };
      audit.note(inserted > 0 ? { resourceType: table.model, resourceId: id, before: null, after } : null);
    });
    return existingMemory(context, { clientId, id });
  },

  async updateAgentMemory(_, { clientId, id, input }, context) {
    const changes = parseInput(updateInput, input);
    await existingMemory(context, { clientId, id });
    const embedding = changes.content === undefined ? null : await embed(context, changes.content);
    const { metadata: changedMetadata, ...values } = changes;
    // What is not given stays as it is by now, which another may have changed since it was read.
    const data = {
      ...given(values),
      ...(changedMetadata ? { metadata: asJson(changedMetadata) } : {}),
      ...(embedding ? { embeddingModel: context.services.embedder.model } : {}),
    };
    await writeIn(context, clientId, async (tx, audit) => {
      await tx.agentMemory.updateMany({ where: { id }, data });
      if (!embedding) return;
      await tx.$executeRaw`update ${memoryTable} set embedding = ${vectorText(embedding)}::public.vector
        where id = ${id}::uuid`;
      // It follows from the content, which has its entry.
      audit.note(null);
    });
    return existingMemory(context, { clientId, id });
  },

  async deleteAgentMemory(_, { clientId, id }, context) {
    await existingMemory(context, { clientId, id });
    await writeIn(context, clientId, (tx) => tx.agentMemory.deleteMany({ where: { id } }));
    return id;
  },

  async recordMemoryAccess(_, { clientId, ids }, context) {
    const wanted = parseInput(z.array(uuid).max(200, 'must be at most 200'), ids, 'ids');
    const { count } = await writeIn(context, clientId, (tx) =>
      tx.agentMemory.updateMany({
        where: { id: { in: wanted } },
        data: { accessCount: { increment: 1 }, lastAccessedAt: new Date() },
      }),
    );
    return count;
  },
};

export const agentMemory: AgentMemoryResolvers = {
  __resolveReference: (key, context) => loadOwned<AgentMemoryRow>(context, table, key),
  agent: ({ clientId, agentInstanceId: id }, _, context) => loadAgent(context, { clientId, id }),
};

export const agentInstance: AgentInstanceResolvers = {
  memories: (agent, args, context, info) =>
    loadOwnedPage<AgentMemoryRow>(
      context,
      'AgentInstance.memories',
      memories,
      agent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The vector of one text. */
export async function embed({ services, signal }: Context, text: string): Promise<number[]> {
  const [vector] = await services.embedder.embed([text], signal);
  if (!vector) throw codedError('INTERNAL', 'The text could not be embedded');
  return vector;
}

/** A vector as pgvector reads it. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.join(',')}]`;
}

function existingMemory(context: Context, key: { clientId: string; id: string }): Promise<Memory> {
  return existingOwned<AgentMemoryRow>(context, table, key);
}
