import {
  badInput,
  forbidden,
  given,
  idFor,
  isSelected,
  isUuid,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireScope,
  requireUser,
  selectColumns,
  uuid,
  type Connection,
  type PageArguments,
  type Readable,
} from '@cdx/kit';
import { SystemPrompt as table, type SystemPromptRow } from '@cdx/prisma-templates/tables';
import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  MutationResolvers,
  OrganizationResolvers,
  QueryResolvers,
  SystemPromptResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** Global prompts are everybody's, an organization's its members', a user's the user's own. */
export function readableSystemPrompts(context: Context): Readable {
  const { userId, organizationId, role } = requireUser(context);
  return {
    table,
    order: { property: 'name', direction: 'ASC' },
    where:
      role === 'superadmin'
        ? sql`true`
        : sql`(t.scope = 'global' or t.user_id = ${userId}::uuid or t.organization_id = ${organizationId}::uuid)`,
  };
}

const text = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  content: z.string().min(1, 'must not be empty').max(100_000),
  priority: z.number().int().min(-1_000_000).max(1_000_000),
  isActive: z.boolean(),
};
const updateInput = z.object(text).partial();
const createInput = z.object({
  ...text,
  priority: text.priority.nullish().transform((priority) => priority ?? 0),
  isActive: text.isActive.nullish().transform((isActive) => isActive ?? true),
  scope: z.enum(['global', 'organization', 'user']),
  organizationId: uuid.nullish(),
  userId: uuid.nullish(),
});

export const query: QueryResolvers = {
  systemPrompt: (_, { id }, context) => loadSystemPrompt(context, id),
  systemPrompts: (_, args, context, info) =>
    loadPage<SystemPromptRow>(context, readableSystemPrompts(context), args, isSelected(info, 'totalCount')),
  effectiveSystemPrompts(_, args, context) {
    const caller = requireUser(context);
    const userId = args.userId ?? caller.userId;
    const organizationId = args.organizationId ?? (userId === caller.userId ? caller.organizationId : null);
    for (const [field, id] of Object.entries(args))
      if (id != null && !isUuid(id)) throw badInput(field, 'a UUID');
    if (
      caller.role !== 'superadmin' &&
      (userId !== caller.userId || organizationId !== caller.organizationId)
    ) {
      throw forbidden('Only a superadmin may read the prompts in force for somebody else');
    }
    return context.db.many<SystemPromptRow>(
      sql`select ${selectColumns('postgres', table)}
        from templates.get_effective_system_prompts(${userId}::uuid, ${organizationId}::uuid) t`,
    );
  },
};

export const mutation: MutationResolvers = {
  async createSystemPrompt(_, { input, idempotencyKey }, context) {
    const caller = requireUser(context);
    const { scope, organizationId, userId, ...values } = parseInput(createInput, input);
    const owner = {
      scope,
      organizationId: scope === 'organization' ? (organizationId ?? caller.organizationId) : null,
      userId: scope === 'user' ? (userId ?? caller.userId) : null,
    };
    if (scope !== 'organization' && organizationId)
      throw badInput('input.organizationId', 'left out in this scope');
    if (scope !== 'user' && userId) throw badInput('input.userId', 'left out in this scope');
    if (scope === 'organization' && !owner.organizationId)
      throw badInput('input.organizationId', 'given in this scope');
    checkWritable(context, owner);
    const data = { id: idFor(context, 'createSystemPrompt', idempotencyKey), ...owner, ...values };
    await context.db.write((tx) =>
      tx.systemPrompt.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existing(context, data.id);
  },

  async updateSystemPrompt(_, { id, input }, context) {
    const data = given(parseInput(updateInput, input));
    checkWritable(context, await existing(context, id));
    await context.db.write((tx) => tx.systemPrompt.updateMany({ where: { id }, data }));
    return existing(context, id);
  },

  async deleteSystemPrompt(_, { id }, context) {
    checkWritable(context, await existing(context, id));
    await context.db.write((tx) => tx.systemPrompt.deleteMany({ where: { id } }));
    return id;
  },
};

export const systemPrompt: SystemPromptResolvers = {
  __resolveReference: ({ id }, context) => loadSystemPrompt(context, id),
  organization: ({ organizationId }) => (organizationId ? { id: organizationId } : null),
  user: ({ userId }) => (userId ? { id: userId } : null),
};

export const user: UserResolvers = {
  systemPrompts: ({ id }, args, context, info) => promptsOf(context, 'userId', id, args, info),
};

export const organization: OrganizationResolvers = {
  systemPrompts: ({ id }, args, context, info) => promptsOf(context, 'organizationId', id, args, info),
};

function promptsOf(
  context: Context,
  parent: 'userId' | 'organizationId',
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<SystemPromptRow>> {
  const prompts = { ...readableSystemPrompts(context), parent };
  return loadChildPage(context, `SystemPrompt.${parent}`, prompts, id, args, isSelected(info, 'totalCount'));
}

/** The prompt with that id, if the caller may read it. */
export function loadSystemPrompt(context: Context, id: string): Promise<SystemPromptRow | null> {
  return loadEntity<SystemPromptRow>(context, readableSystemPrompts(context), id);
}

async function existing(context: Context, id: string): Promise<SystemPromptRow> {
  const prompt = await loadSystemPrompt(context, id);
  if (!prompt) throw notFound('SystemPrompt', id);
  return prompt;
}

/** Superadmins write all, tenant admins their organization's, everybody their own: as the table's policies say too. */
function checkWritable(
  context: Context,
  prompt: Pick<SystemPromptRow, 'scope' | 'organizationId' | 'userId'>,
): void {
  const caller = requireUser(context);
  if (prompt.scope === 'global') requireScope(context, 'templates:global');
  const allowed =
    caller.role === 'superadmin' ||
    (prompt.scope === 'user' && prompt.userId === caller.userId) ||
    (prompt.scope === 'organization' &&
      caller.role === 'admin' &&
      prompt.organizationId === caller.organizationId);
  if (!allowed) throw forbidden('This system prompt is not yours to write');
}
