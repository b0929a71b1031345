import {
  asJson,
  isSelected,
  loadChildPage,
  loadEntity,
  newId,
  parseInput,
  requireUser,
  uuidToBytes,
  type Readable,
} from '@cdx/kit';
import { UserActivity as table, type UserActivityRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers, UserActivityResolvers, UserResolvers } from '../generated/resolvers.ts';
import { userLink } from './user.ts';

const activities: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

const recordInput = z.object({
  action: z.string().trim().min(1, 'must not be empty').max(100),
  resourceType: z.string().max(100).nullish(),
  resourceId: z.string().max(64).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const mutation: MutationResolvers = {
  async recordUserActivity(_, { input }, context) {
    const userId = uuidToBytes(requireUser(context).userId);
    const { action, resourceType, resourceId, metadata } = parseInput(recordInput, input);
    const id = newId();
    await context.db.write(async (tx) => {
      await tx.userActivity.createMany({
        data: {
          id: uuidToBytes(id),
          userId,
          action,
          resourceType: resourceType ?? null,
          resourceId: resourceId ?? null,
          metadata: asJson(metadata ?? {}),
          ipAddress: context.ipAddress,
        },
      });
      await tx.user.updateMany({ where: { id: userId }, data: { lastActivity: new Date() } });
    });
    return loadEntity<UserActivityRow>(context, activities, id);
  },
};

export const userActivity: UserActivityResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<UserActivityRow>(context, activities, id),
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  activities: ({ id }, args, context, info) =>
    loadChildPage<UserActivityRow>(
      context,
      'User.activities',
      { ...activities, parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};
