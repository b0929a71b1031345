import {
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  notFound,
  parseInput,
  requireUser,
  uuidToBytes,
  type Readable,
} from '@cdx/kit';
import { UserProject as table, type UserProjectRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers, UserProjectResolvers, UserResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { subjectOf, tenantOf, userLink } from './user.ts';

const projects: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const fields = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  description: z.string().max(10_000).nullish(),
  status: z.enum(['active', 'on_hold', 'completed', 'archived']),
};
const createInput = z.object({
  ...fields,
  status: fields.status.nullish().transform((status) => status ?? 'active'),
});
const updateInput = z.object(fields).partial();

export const mutation: MutationResolvers = {
  async createUserProject(_, { input, idempotencyKey }, context) {
    const { userId } = requireUser(context);
    const { description, ...values } = parseInput(createInput, input);
    const id = idFor(context, 'createUserProject', idempotencyKey);
    const data = {
      id: uuidToBytes(id),
      userId: uuidToBytes(userId),
      description: description ?? null,
      ...values,
    };
    await context.db.write((tx) =>
      tx.userProject.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existing(context, id);
  },

  async updateUserProject(_, { id, input }, context) {
    const { userId } = await writable(context, id);
    const data = given(parseInput(updateInput, input));
    await context.db.write((tx) => tx.userProject.updateMany({ where: { id: uuidToBytes(id) }, data }), {
      tenantId: await tenantOf(context, userId),
    });
    return existing(context, id);
  },

  async deleteUserProject(_, { id }, context) {
    const { userId } = await writable(context, id);
    await context.db.write((tx) => tx.userProject.deleteMany({ where: { id: uuidToBytes(id) } }), {
      tenantId: await tenantOf(context, userId),
    });
    return id;
  },
};

export const userProject: UserProjectResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<UserProjectRow>(context, projects, id),
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  projects: ({ id }, args, context, info) =>
    loadChildPage<UserProjectRow>(
      context,
      'User.projects',
      { ...projects, parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

async function existing(context: Context, id: string): Promise<UserProjectRow> {
  const project = await loadEntity<UserProjectRow>(context, projects, id);
  if (!project) throw notFound('UserProject', id);
  return project;
}

async function writable(context: Context, id: string): Promise<UserProjectRow> {
  const project = await existing(context, id);
  await subjectOf(context, project.userId);
  return project;
}
